"""OAuth 2 of REST: codes, access and refresh tokens (contract §15.1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from tidegate_sandbox.intacct.events import jwt
from tidegate_sandbox.intacct.rest_failure import RestFailure, gateway

if TYPE_CHECKING:
    from tidegate_sandbox.intacct.tenant import Tenant


@dataclass(slots=True)
class Grant:
    """Who may work with an access token, in which entity, until when."""

    user: str
    entity: str
    until: datetime


class Tokens:
    """The sign-in server of one company."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant
        self._codes: dict[str, str] = {}
        self._access: dict[str, Grant] = {}
        self._refresh: dict[str, tuple[str, str]] = {}

    def authorize(self, query: dict[str, str]) -> str:
        """Where the browser goes back to after the person has agreed, with the code. RestFailure 400."""
        known = self._tenant.credentials
        if query.get("response_type") != "code" or query.get("client_id") != known.client_id:
            raise _refused("invalidRequest", "The client or the response type is not valid")
        if query.get("redirect_uri") != known.redirect_uri:
            raise _refused("invalidRequest", "The redirect_uri is not registered")
        code = self._tenant.sessions.secret("code")
        self._codes[code] = known.user_id
        state = {"state": query["state"]} if "state" in query else {}
        return f"{known.redirect_uri}?{urlencode({'code': code, **state})}"

    def token(self, form: dict[str, str]) -> dict[str, Any]:
        """A token pair for a grant. RestFailure in the shape of the sign-in."""
        if not form:
            raise gateway(400, "GW-0035", "The request has no body")
        known = self._tenant.credentials
        if not form.get("client_id"):
            raise gateway(400, "GW-0037", "The client is missing")
        if form["client_id"] != known.client_id:
            raise gateway(400, "GW-0011", "Invalid Request")
        if form.get("client_secret") != known.client_secret:
            raise _refused("tokenInvalid", "The client secret is not valid", 401)
        kind = form.get("grant_type")
        if kind == "authorization_code":
            user = self._codes.pop(form.get("code", ""), None)
            if user is None or form.get("redirect_uri") != known.redirect_uri:
                raise _refused("tokenInvalid", "The code is not valid", 401)
            self.end_all(user)
            return self._pair(user, "")
        if kind == "refresh_token":
            found = self._refresh.pop(form.get("refresh_token", ""), None)
            if found is None:
                raise _refused("tokenInvalid", "Token is not valid", 401)
            return self._pair(*found)
        if kind == "client_credentials":
            return self._pair(*self._user(form.get("username", "")))
        raise gateway(400, "GW-0032", "The grant type is not supported")

    def _user(self, name: str) -> tuple[str, str]:
        known = self._tenant.credentials
        user, _, rest = name.partition("@")
        company, _, entity = rest.partition("|")
        if not user:
            raise gateway(400, "GW-0036", "The user is missing")
        if not company:
            raise gateway(400, "GW-0012", "The tenant is missing in the user name")
        wrong_entity = entity and self._tenant.store.entities.first("name", entity) is None
        if (user, company) != (known.user_id, known.company_id) or wrong_entity:
            raise _refused("tokenInvalid", "The user is not valid", 401)
        return user, entity

    def _pair(self, user: str, entity: str) -> dict[str, Any]:
        tenant = self._tenant
        now, seconds = tenant.clock.now(), tenant.options.token_seconds
        claims = {
            "iss": "sage-intacct",
            "sub": user,
            "cny": tenant.credentials.company_id,
            "ent": entity,
            "iat": int(now.timestamp()),
            "exp": int(now.timestamp()) + seconds,
            "jti": tenant.sessions.secret("access"),
        }
        access, refresh = jwt(claims, tenant.credentials.client_secret), tenant.sessions.secret("refresh")
        self._access[access] = Grant(user, entity, now + timedelta(seconds=seconds))
        self._refresh[refresh] = user, entity
        return {
            "token_type": "Bearer",
            "access_token": access,
            "refresh_token": refresh,
            "expires_in": seconds,
        }

    def revoke(self, form: dict[str, str]) -> None:
        """End a token."""
        token = form.get("token", "")
        self._access.pop(token, None)
        self._refresh.pop(token, None)

    def end_all(self, user: str) -> None:
        """End every grant of a user: a new authorisation does that."""
        self._access = {token: one for token, one in self._access.items() if one.user != user}
        self._refresh = {token: one for token, one in self._refresh.items() if one[0] != user}

    def grant(self, header: str) -> Grant:
        """Who asks. RestFailure for a header or a token that is not valid."""
        scheme, _, token = header.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise gateway(401, "GW-0034", "The Authorization header must be Bearer and a token")
        if token.count(".") != 2:
            raise gateway(400, "GW-0031", "Invalid token: it cannot be decoded")
        found = self._access.get(token)
        if found is None or found.until <= self._tenant.clock.now():
            raise _refused("tokenInvalid", "Token is not valid", 401)
        return found


def _refused(code: str, text: str, status: int = 400) -> RestFailure:
    return RestFailure(status, code, text, "REST-2102", oauth=True)

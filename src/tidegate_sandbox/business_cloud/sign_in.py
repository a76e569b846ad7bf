"""The sign-in: a page with *Allow* and *Deny*, codes, and tokens of which each refresh kills the last (contract §1)."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape
from threading import Lock
from urllib.parse import urlencode

from tidegate_sandbox.business_cloud.options import Options
from tidegate_sandbox.business_cloud.problem import OAuthProblem
from tidegate_sandbox.erp.stamps import Clock

AUTHORIZE, TOKEN, REVOKE = "/oauth2/auth/central", "/token", "/revoke"
SCOPES = ("full_access", "readonly")


@dataclass(frozen=True, slots=True)
class Application:
    """A registered application."""

    client_id: str
    client_secret: str
    redirect_uris: tuple[str, ...]


@dataclass(slots=True)
class Access:
    """An access token, and whose it is."""

    client_id: str
    scope: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class _Refresh:
    client_id: str
    scope: str
    ends: datetime


@dataclass(frozen=True, slots=True)
class _Code:
    client_id: str
    redirect_uri: str
    scope: str
    ends: datetime


@dataclass(frozen=True, slots=True)
class TokenPair:
    """What a sign-in or a refresh gives."""

    access_token: str
    refresh_token: str
    expires_in: int
    refresh_token_expires_in: int
    scope: str

    def answer(self) -> dict[str, object]:
        """The body of a token answer."""
        return {
            "access_token": self.access_token,
            "expires_in": self.expires_in,
            "token_type": "bearer",
            "refresh_token": self.refresh_token,
            "refresh_token_expires_in": self.refresh_token_expires_in,
            "scope": self.scope,
            "requested_by_id": "2c1d6d3b-0000-4000-8000-000000000001",
        }


class SignInServer:
    """Signs people in and hands out tokens. Safe from several threads."""

    def __init__(self, clock: Clock, options: Options, applications: list[Application]) -> None:
        self._clock = clock
        self._options = options
        self._applications = {one.client_id: one for one in applications}
        self._lock = Lock()
        self._made = 0
        self._codes: dict[str, _Code] = {}
        self._access: dict[str, Access] = {}
        self._refresh: dict[str, _Refresh] = {}

    def _secret(self, purpose: str, length: int) -> str:
        self._made += 1
        if self._options.token_seed is None:
            return secrets.token_urlsafe(length)[:length]
        text = ""
        while len(text) < length:
            seed = f"{self._options.token_seed}:{purpose}:{self._made}:{len(text)}"
            text += hashlib.sha256(seed.encode()).hexdigest()
        return text[:length]

    # The browser's step

    def authorize(self, query: dict[str, str]) -> tuple[str | None, str]:
        """(Address to go to, page). ``consent=deny`` refuses, ``=allow`` agrees.

        Raises OAuthProblem 400 where application or redirect address are unknown: nothing is sent there.
        """
        application = self._applications.get(query.get("client_id", ""))
        redirect_uri, scope = query.get("redirect_uri", ""), query.get("scope", "readonly")
        if application is None or redirect_uri not in application.redirect_uris:
            raise OAuthProblem(400, "invalid_request")
        if query.get("response_type") != "code" or query.get("filter") != "apiv3.1":
            raise OAuthProblem(400, "invalid_request")
        state = {"state": query["state"]} if "state" in query else {}
        if scope not in SCOPES:
            return _address(redirect_uri, {"error": "invalid_scope", **state}), ""
        consent = query.get("consent", "allow" if self._options.auto_consent else "")
        if consent == "deny":
            return _address(redirect_uri, {"error": "access_denied", **state}), ""
        if consent != "allow":
            links = "".join(
                f'<p><a href="{AUTHORIZE}?{escape(urlencode({**query, "consent": answer}))}">{title}</a></p>'
                for answer, title in (("allow", "Allow"), ("deny", "Deny"))
            )
            return None, f"<!DOCTYPE html><title>Sage</title><h1>Allow this application?</h1>{links}"
        with self._lock:
            code = self._secret("code", 40)
            ends = self._clock.now() + timedelta(seconds=self._options.code_seconds)
            self._codes[code] = _Code(application.client_id, redirect_uri, scope, ends)
        return _address(redirect_uri, {"code": code, "country": "GB", **state}), ""

    # The server's steps

    def sign_in(self, client_id: str, scope: str = "full_access") -> TokenPair:
        """Tokens as after an interactive sign-in that a person has just completed."""
        with self._lock:
            return self._issue(client_id, scope)

    def _issue(self, client_id: str, scope: str) -> TokenPair:
        options, now = self._options, self._clock.now()
        lasts = timedelta(days=options.refresh_days)
        pair = TokenPair(
            "eyJ" + self._secret("access", 1300),  # about as long as real ones
            "eyJ" + self._secret("refresh", 1300),
            options.access_seconds,
            int(lasts.total_seconds()),
            scope,
        )
        self._access[pair.access_token] = Access(
            client_id, scope, now + timedelta(seconds=options.access_seconds)
        )
        self._refresh[pair.refresh_token] = _Refresh(client_id, scope, now + lasts)
        return pair

    def token(self, form: dict[str, str]) -> TokenPair:
        """A code or a refresh token for tokens. Raises OAuthProblem."""
        with self._lock:
            application = self._application(form)
            match form.get("grant_type"):
                case "authorization_code":
                    code = self._codes.pop(form.get("code", ""), None)
                    if (
                        code is None
                        or code.client_id != application.client_id
                        or code.redirect_uri != form.get("redirect_uri")
                        or self._clock.now() > code.ends
                    ):
                        raise OAuthProblem(400, "invalid_grant")
                    return self._issue(application.client_id, code.scope)
                case "refresh_token":
                    old = self._refresh.get(form.get("refresh_token", ""))
                    if old is None or old.client_id != application.client_id or self._clock.now() >= old.ends:
                        raise OAuthProblem(400, "invalid_grant")
                    del self._refresh[form["refresh_token"]]  # once, and never again
                    return self._issue(old.client_id, old.scope)
            raise OAuthProblem(400, "unsupported_grant_type")

    def revoke(self, form: dict[str, str]) -> None:
        """A refresh token is worth nothing any more."""
        with self._lock:
            self._application(form)
            self._refresh.pop(form.get("token", ""), None)

    def revoke_all(self) -> None:
        """Somebody has withdrawn the consent."""
        with self._lock:
            self._refresh.clear()
            self._access.clear()

    def _application(self, form: dict[str, str]) -> Application:
        application = self._applications.get(form.get("client_id", ""))
        if application is None or form.get("client_secret") != application.client_secret:
            raise OAuthProblem(401, "invalid_client")
        return application

    def grant(self, token: str) -> Access | None:
        """What a good access token stands for."""
        with self._lock:
            found = self._access.get(token)
            return found if found is not None and self._clock.now() < found.expires_at else None


def _address(redirect_uri: str, values: dict[str, str]) -> str:
    return f"{redirect_uri}{'&' if '?' in redirect_uri else '?'}{urlencode(values)}"

"""The sign-in server: ``/authorize`` and ``/oauth/token`` (contract §3)."""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from html import escape
from threading import Lock
from urllib.parse import urlencode

from tidegate_sandbox.erp.stamps import Clock
from tidegate_sandbox.sage200.options import Options
from tidegate_sandbox.sage200.problem import Problem
from tidegate_sandbox.sage200.token import Access, Family, TokenPair, TokenStore

AUDIENCE = "s200ukipd/sage200"
SCOPE = "openid profile email offline_access"


@dataclass(frozen=True, slots=True)
class Application:
    """A registered application; without a secret it is a public client and must use PKCE."""

    client_id: str
    client_secret: str | None
    redirect_uris: tuple[str, ...]

    @property
    def is_public(self) -> bool:
        """Whether it is a desktop application."""
        return self.client_secret is None


@dataclass(frozen=True, slots=True)
class _Code:
    application: Application
    redirect_uri: str
    scope: str
    challenge: str | None
    issued_at: datetime


class OAuthProblem(Problem):
    """An OAuth error answer (A, standard OAuth)."""

    def __init__(self, status: int, error: str, description: str) -> None:
        super().__init__(status, {"error": error, "error_description": description})


class SignInServer:
    """Signs people in and hands out tokens. Safe from several threads."""

    def __init__(self, clock: Clock, options: Options, applications: list[Application]) -> None:
        self._clock = clock
        self._options = options
        self._lock = Lock()
        self._applications = {one.client_id: one for one in applications}
        self._codes: dict[str, _Code] = {}
        self.tokens = TokenStore(options)

    def register(self, client_id: str, *redirect_uris: str) -> None:
        """Addresses to which the browser may be sent after a sign-in, beside those that an application has."""
        with self._lock:
            known = self._applications[client_id]
            self._applications[client_id] = replace(
                known, redirect_uris=(*known.redirect_uris, *redirect_uris)
            )

    def sign_in(self, client_id: str, scope: str = SCOPE) -> TokenPair:
        """A token pair as after an interactive sign-in that a person has just completed."""
        with self._lock:
            return self._begin(client_id, scope)

    def _begin(self, client_id: str, scope: str) -> TokenPair:
        now = self._clock.now()
        return self.tokens.issue(Family(client_id, now, scope), now)

    def grant(self, token: str) -> Access | None:
        """The grant of a good access token, or None."""
        with self._lock:
            return self.tokens.grant(token, self._clock.now())

    def revoke_all(self) -> None:
        """All tokens are worthless from now on."""
        with self._lock:
            self.tokens.revoke_all()

    def authorize(self, query: dict[str, str]) -> tuple[str | None, str]:
        """The browser's step: (address to go to, page). ``consent=deny`` refuses, ``=allow`` agrees.

        With ``auto_consent`` the person agrees at once. Raises OAuthProblem 400 where the application or its
        redirect address is unknown: nothing is sent there.
        """
        application = self._applications.get(query.get("client_id", ""))
        redirect_uri = query.get("redirect_uri", "")
        if application is None or redirect_uri not in application.redirect_uris:
            raise OAuthProblem(400, "invalid_request", "Unknown client or redirect URI.")
        state = {"state": query["state"]} if "state" in query else {}
        error = self._refusal(application, query)
        if error is not None:
            return _address(redirect_uri, {"error": error[0], "error_description": error[1], **state}), ""
        consent = query.get("consent", "allow" if self._options.auto_consent else "")
        if consent == "deny":
            denied = {"error": "access_denied", "error_description": "User did not authorize the request"}
            return _address(redirect_uri, {**denied, **state}), ""
        if consent != "allow":
            links = "".join(
                f'<p><a href="/authorize?{escape(urlencode({**query, "consent": answer}))}">{answer}</a></p>'
                for answer in ("allow", "deny")
            )
            return None, f"<!DOCTYPE html><title>Sign in</title><h1>Allow this application?</h1>{links}"
        with self._lock:
            code = self.tokens.secret("code")
            self._codes[code] = _Code(
                application,
                redirect_uri,
                query.get("scope", "openid"),
                query.get("code_challenge"),
                self._clock.now(),
            )
        return _address(redirect_uri, {"code": code, **state}), ""

    def _refusal(self, application: Application, query: dict[str, str]) -> tuple[str, str] | None:
        if query.get("response_type") != "code":
            return "unsupported_response_type", "The response type must be code."
        if query.get("audience") != AUDIENCE:
            return "access_denied", f"Service not found: {query.get('audience', '')}"
        if application.is_public and not query.get("code_challenge"):
            return "invalid_request", "A code challenge is required for public clients."
        if "code_challenge" in query and query.get("code_challenge_method") != "S256":
            return "invalid_request", "The code challenge method must be S256."
        return None

    def token(self, form: dict[str, str]) -> TokenPair:
        """The server's step: a code or refresh token for a pair. Raises OAuthProblem."""
        with self._lock:
            application = self._application(form)
            match form.get("grant_type"):
                case "authorization_code":
                    return self._exchange(application, form)
                case "refresh_token":
                    return self._refresh(application, form)
            raise OAuthProblem(400, "unsupported_grant_type", "The grant type is not supported.")

    def _application(self, form: dict[str, str]) -> Application:
        application = self._applications.get(form.get("client_id", ""))
        if application is None:
            raise OAuthProblem(401, "invalid_client", "Unknown client.")
        if not application.is_public and form.get("client_secret") != application.client_secret:
            raise OAuthProblem(401, "invalid_client", "The client secret is wrong.")
        return application

    def _exchange(self, application: Application, form: dict[str, str]) -> TokenPair:
        text = form.get("code", "")
        code = self._codes.pop(text, None)
        if code is None:
            raise OAuthProblem(403, "invalid_grant", "Invalid authorization code.")
        late = self._clock.now() > code.issued_at + timedelta(seconds=self._options.code_seconds)
        if late or code.application is not application or code.redirect_uri != form.get("redirect_uri"):
            raise OAuthProblem(403, "invalid_grant", "Invalid authorization code.")
        if code.challenge is not None and code.challenge != _challenge(form.get("code_verifier", "")):
            raise OAuthProblem(403, "invalid_grant", "Failed to verify code verifier.")
        return self._begin(application.client_id, code.scope)

    def _refresh(self, application: Application, form: dict[str, str]) -> TokenPair:
        text, now = form.get("refresh_token", ""), self._clock.now()
        if not text:
            raise OAuthProblem(400, "invalid_request", "The refresh token is missing.")
        family = self.tokens.family_of(text)
        if family is None or family.client_id != application.client_id:
            raise OAuthProblem(403, "invalid_grant", "Unknown or invalid refresh token.")
        if not self.tokens.is_good(family, text, now):
            raise OAuthProblem(403, "invalid_grant", "Unknown or invalid refresh token.")
        return self.tokens.issue(family, now)


def _challenge(verifier: str) -> str:
    return urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


def _address(redirect_uri: str, values: dict[str, str]) -> str:
    return f"{redirect_uri}{'&' if '?' in redirect_uri else '?'}{urlencode(values)}"

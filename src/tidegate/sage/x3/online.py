"""X3 Online: signing in by OAuth 2 (contract §2, additions): access tokens of five minutes, refresh tokens of thirty days.

A renewal gives a new refresh token, too, which is stored before it is used; after thirty silent days a person must
consent again.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Final

from tidegate.clock import Clock
from tidegate.domain.errors import Failure
from tidegate.sage.oauth2 import OAuthSignIn, Registration, Server
from tidegate.sage.vault import Vault
from tidegate.sage.x3.settings import X3Settings
from tidegate.transport import ClientFactory, HttpClient

SIGN_IN_TIMEOUT = 30.0
SIGN_IN_BYTES = 1 << 20
ONLINE: Final = Server(
    authorize_path="/authorize",  # A
    token_path="/token",  # noqa: S106 - a path, A
    scope="",
    access_seconds=300,  # C
    ahead=timedelta(minutes=1),
    refresh_lasts=timedelta(days=30),  # C: of each refresh token
)


class Online:
    """Tokens of X3 Online's service."""

    def __init__(self, sign_in: OAuthSignIn) -> None:
        self._sign_in = sign_in
        self._last = ""

    def header(self) -> str | Failure:
        """A token that is good for the call; another one after a refusal."""
        token = self._sign_in.token()
        if isinstance(token, Failure):
            return token
        self._last = token
        return f"Bearer {token}"

    def refused(self) -> bool:
        """Renew before the next call."""
        self._sign_in.refused(self._last)
        return True


def token_service(company: X3Settings, factory: ClientFactory) -> HttpClient:
    """The way to it."""
    return factory.client(company.oauth_url, timeout=SIGN_IN_TIMEOUT, max_bytes=SIGN_IN_BYTES, connections=1)


def sign_in_of(
    name: str,
    company: X3Settings,
    http: HttpClient,
    *,
    secret: Callable[[str], str],
    tokens: Vault,
    clock: Clock,
) -> OAuthSignIn:
    """The sign-in of a company of X3 Online. A refresh token that is used within thirty days never ends."""
    registration = Registration(
        client_id=secret(company.client_id),
        client_secret=secret(company.client_secret),
        redirect_url=company.redirect_url,
    )
    return OAuthSignIn(name, http, tokens, clock, registration, ONLINE)

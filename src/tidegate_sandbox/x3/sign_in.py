"""Who calls: Basic, or a bearer token that a connected application has signed itself (contract §2, additions)."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

import msgspec

from tidegate_sandbox.clock import SandboxClock
from tidegate_sandbox.x3.options import Options
from tidegate_sandbox.x3.problem import Denied

FAILED = "Authentication failed"
ACCESS_SECONDS = 300  #: of X3 Online's access tokens (C)


class SignIn:
    """The users of the server and its one connected application. ``access``: tokens of X3 Online's token service."""

    def __init__(
        self,
        clock: SandboxClock,
        options: Options,
        users: Mapping[str, str],
        client_id: str,
        client_secret: str,
        allowed: str,
    ) -> None:
        self._clock = clock
        self._options = options
        self._users = users
        self._client_id = client_id
        self._secret = client_secret
        self._allowed = allowed
        self.access: dict[str, float] = {}  #: token -> seconds of the epoch when it ends
        self.refusals = 0
        self.consents: set[str] = set()  #: codes that a person's consent has given
        self.refreshing: set[str] = set()  #: refresh tokens, each good for one renewal
        self._issued = 0

    def exchange(self, form: Mapping[str, str]) -> dict[str, Any] | None:
        """X3 Online's token service: a pair of tokens for a code or for the last refresh token; None where refused."""
        if form.get("client_id") != self._client_id or form.get("client_secret") != self._secret:
            return None
        kind = form.get("grant_type", "")
        known, name = (
            (self.refreshing, "refresh_token") if kind == "refresh_token" else (self.consents, "code")
        )
        if form.get(name) not in known:
            return None
        known.discard(form[name])
        self._issued += 1
        access, refresh = f"access-{self._issued}", f"refresh-{self._issued}"
        self.access[access] = self._clock.now().timestamp() + ACCESS_SECONDS
        self.refreshing.add(refresh)
        return {"access_token": access, "refresh_token": refresh, "expires_in": ACCESS_SECONDS}

    def user(self, header: str) -> str:
        """The user of a call. Denied 401."""
        kind, _, text = header.partition(" ")
        try:
            if kind == "Basic" and self._options.basic:
                return self._by_password(text)
            if kind == "Bearer":
                return self._by_token(text)
        except (ValueError, KeyError, TypeError, msgspec.DecodeError):
            raise self._refused("Error 30: Invalid token") from None
        raise self._refused(FAILED)

    def _refused(self, text: str) -> Denied:
        self.refusals += 1
        return Denied(401, text)

    def _by_password(self, text: str) -> str:
        user, _, password = base64.b64decode(text).decode().partition(":")
        if not user or self._users.get(user) != password:
            raise self._refused(FAILED)
        return user

    def _by_token(self, text: str) -> str:
        now = self._clock.now().timestamp()
        if text in self.access:
            if now < self.access[text]:
                return self._allowed
            raise self._refused("Error 30: Invalid token")
        head, claims, signature = text.split(".")
        wanted = hmac.new(self._secret.encode(), f"{head}.{claims}".encode(), hashlib.sha256).digest()
        if not hmac.compare_digest(wanted, _decoded(signature)):
            raise self._refused("Error 30: Invalid token")
        found: dict[str, Any] = msgspec.json.decode(_decoded(claims))
        if msgspec.json.decode(_decoded(head)) != {"alg": "HS256", "typ": "JWT"}:
            raise self._refused("Error 30: Invalid token")
        if found["iat"] > now:
            raise self._refused("Error 21: token issued in the future")  # P
        if found["exp"] < now or found["exp"] - found["iat"] > self._options.validity:
            raise self._refused("Error 30: Invalid token")
        if found["iss"] != self._client_id or found["aud"] != self._options.audience:
            raise self._refused("Error 30: Invalid token")
        if found["sub"] != self._allowed:
            raise self._refused(FAILED)
        return self._allowed


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))

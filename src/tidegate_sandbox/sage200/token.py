"""Tokens of the sign-in server: families that rotate, die and expire (contract §3)."""

from __future__ import annotations

import hashlib
import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import msgspec

from tidegate_sandbox.sage200.options import Options


@dataclass(slots=True)
class Family:
    """All tokens that go back to one interactive sign-in."""

    client_id: str
    signed_in_at: datetime
    scope: str
    current: str | None = None  #: the refresh token that is good
    used: set[str] = field(default_factory=set)
    refresh_dead: bool = False
    access_dead: bool = False


@dataclass(slots=True)
class Access:
    """An access token."""

    family: Family
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class TokenPair:
    """What the client keeps after a sign-in or refresh."""

    access_token: str
    refresh_token: str | None
    expires_in: int
    scope: str
    id_token: str

    def answer(self) -> dict[str, object]:
        """The body of a token answer."""
        body: dict[str, object] = {"access_token": self.access_token}
        if self.refresh_token is not None:
            body["refresh_token"] = self.refresh_token
        return {
            **body,
            "id_token": self.id_token,
            "scope": self.scope,
            "expires_in": self.expires_in,
            "token_type": "Bearer",
        }


class TokenStore:
    """Issues tokens and knows which are good. The caller holds a lock."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._made = 0
        self._access: dict[str, Access] = {}
        self._refresh: dict[str, Family] = {}

    def secret(self, purpose: str) -> str:
        """A new unguessable text, or the next one that follows from the seed."""
        self._made += 1
        if self._options.token_seed is None:
            return secrets.token_urlsafe(32)
        seed = f"{self._options.token_seed}:{purpose}:{self._made}"
        return urlsafe_b64encode(hashlib.sha256(seed.encode()).digest()).decode().rstrip("=")

    def issue(self, family: Family, now: datetime) -> TokenPair:
        """A new pair for a family; the refresh token before it is used up, where tokens rotate."""
        options = self._options
        access = self._access_token(family)
        self._access[access] = Access(family, now + timedelta(seconds=options.access_seconds))
        offline = options.refresh_days > 0 and "offline_access" in family.scope.split()
        if offline and (family.current is None or options.rotation):
            if family.current is not None:
                family.used.add(family.current)
            family.current = "v1.M" + self.secret("refresh")
            self._refresh[family.current] = family
        return TokenPair(access, family.current, options.access_seconds, family.scope, self._id_token(family))

    def _access_token(self, family: Family) -> str:
        """Of the shape that real ones have, an RS256 JWT (P): header, claims, signature. None verifies it."""
        claims = {"sub": "sandbox|user-1", "azp": family.client_id, "jti": self.secret("access")}
        parts = ({"alg": "RS256", "typ": "JWT", "kid": "sandbox"}, claims)
        encoded = [urlsafe_b64encode(msgspec.json.encode(part)).decode().rstrip("=") for part in parts]
        signature = (
            hashlib.sha512(".".join(encoded).encode()).digest() * 4
        )  # 256 bytes, as of a key of 2,048 bits
        return ".".join((*encoded, urlsafe_b64encode(signature).decode().rstrip("=")))

    def _id_token(self, family: Family) -> str:
        parts = ({"alg": "none", "typ": "JWT"}, {"aud": family.client_id, "sub": "sandbox|user-1"})
        encoded = [urlsafe_b64encode(msgspec.json.encode(part)).decode().rstrip("=") for part in parts]
        return ".".join((*encoded, "sandbox"))

    def grant(self, token: str, now: datetime) -> Access | None:
        """The grant of a good access token, or None."""
        access = self._access.get(token)
        if access is None or access.family.access_dead or now >= access.expires_at:
            return None
        return access

    def family_of(self, refresh_token: str) -> Family | None:
        """The family that a refresh token belongs, or ever belonged, to."""
        return self._refresh.get(refresh_token)

    def is_good(self, family: Family, refresh_token: str, now: datetime) -> bool:
        """Whether the refresh token works; one that was used before kills the whole family (A)."""
        if refresh_token in family.used:
            family.refresh_dead = True
            family.access_dead = family.access_dead or self._options.reuse_kills_access
            return False
        end = family.signed_in_at + timedelta(days=self._options.refresh_days)
        return not family.refresh_dead and refresh_token == family.current and now < end

    def revoke_all(self) -> None:
        """All tokens are worthless from now on; a person must sign in again."""
        for family in (*self._refresh.values(), *(one.family for one in self._access.values())):
            family.refresh_dead = family.access_dead = True

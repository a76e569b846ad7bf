"""Who we are, call by call: a user's password, a token that we sign ourselves, or one of X3 Online.

Source: contract §2 and additions. A token that was issued in the future is refused, so that its time of issue lies
some seconds back; a clock that is further off is said by the answer's own date.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Protocol

import msgspec

from tidegate.clock import Clock
from tidegate.domain.errors import Failure

BACK = 10  #: seconds that a token seems older, for clocks that differ


class Credentials(Protocol):
    """Makes the header of each call."""

    def header(self) -> str | Failure:
        """The value of Authorization."""
        ...

    def refused(self) -> bool:
        """The last one was refused: whether the next is another."""
        ...


class Basic:
    """A user and a password."""

    def __init__(self, user: str, password: str) -> None:
        self._header = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()

    def header(self) -> str:
        """The header, the same for every call."""
        return self._header

    def refused(self) -> bool:
        """Nothing else can be made: offered again, a wrong password may lock the user."""
        return False


class Signed:
    """Tokens of a connected application, signed here with its secret (HS256)."""

    def __init__(
        self, clock: Clock, *, client_id: str, secret: str, user: str, audience: str, seconds: int
    ) -> None:
        self._clock = clock
        self._claims = {"iss": client_id, "sub": user, "aud": audience}
        self._secret = secret
        self._seconds = seconds
        self._token = ""
        self._until = 0

    def header(self) -> str:
        """A token that lives long enough for the call to begin."""
        now = int(self._clock.now().timestamp())
        if now >= self._until:
            issued = now - BACK
            expires = issued + self._seconds
            self._token = signed({**self._claims, "iat": issued, "exp": expires}, self._secret)
            self._until = expires - min(BACK, self._seconds // 4)
        return f"Bearer {self._token}"

    def refused(self) -> bool:
        """Sign a fresh one."""
        self._until = 0
        return True


def signed(claims: dict[str, object], secret: str) -> str:
    """A JSON Web Token, HS256 (RFC 7519)."""
    parts = (msgspec.json.encode({"alg": "HS256", "typ": "JWT"}), msgspec.json.encode(claims))
    content = b".".join(map(_encoded, parts))
    signature = hmac.new(secret.encode(), content, hashlib.sha256).digest()
    return (content + b"." + _encoded(signature)).decode()


def _encoded(part: bytes) -> bytes:
    return base64.urlsafe_b64encode(part).rstrip(b"=")

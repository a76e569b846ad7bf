"""How Tidegate proves to the store who it is: OAuth 1.0a, an integration token, or an admin's account.

Contract point 29: since 2.4.4 integration tokens are refused as bearer unless the shop allows them;
OAuth 1.0a with HMAC-SHA256 always works, signed over the address as the shop sees it and with the
query; nonces are checked; admin tokens are JWTs of one hour. Point 34: Magento 2.4.4 to 2.4.7 check the signature
over the path as they normalise it, other versions over the path as it is sent.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Generator, Mapping, Sequence
from datetime import timedelta
from typing import Protocol
from urllib.parse import unquote, urlsplit

import httpx
import msgspec

from tidegate.clock import Clock
from tidegate.config.model import Store
from tidegate.domain.errors import Code, Failure
from tidegate.magento.answer import body_of
from tidegate.magento.signature import Secrets, authorization
from tidegate.reading.document import Unreadable
from tidegate.reading.shape import Shape
from tidegate.redaction import remember_secret
from tidegate.transport import HttpClient

ADMIN_TOKEN_PATH = "/rest/V1/integration/admin/token"  # noqa: S105 - an address, not a secret
ADMIN_TOKEN_LIFETIME = timedelta(hours=1)
MARGIN = timedelta(minutes=5)
_TOKEN: Shape[str] = Shape(str)

_CODE = re.compile("%[0-9A-Fa-f]{2}")
_DECODED = re.compile(r"[A-Za-z0-9_.~\-:@&=+$,/;%]")  # of a path, by Laminas\Uri
_LONE_PERCENT = re.compile("%(?![0-9A-Fa-f]{2})")


def normalised(path: str) -> str:
    """A path as Magento 2.4.4 to 2.4.7 check signatures over it (point 34): `%2F` is a slash, `%20` stays."""

    def decoded(code: re.Match[str]) -> str:
        sign = unquote(code[0])
        return sign if _DECODED.fullmatch(sign) else code[0].upper()

    return _LONE_PERCENT.sub("%25", _CODE.sub(decoded, path))


class Randomness(Protocol):
    """Where nonces come from; `random.Random` and `secrets.SystemRandom` are such."""

    def getrandbits(self, k: int, /) -> int:
        """A random number of `k` bits."""
        ...


class Access(httpx.Auth):
    """Signs every request to one store."""

    names_missing_permission = True
    """Whether a 401 that names a resource can only mean a missing permission.

    As bearer, a wrong, revoked or expired token gets the very same answer.
    """

    def sign_in(self, http: HttpClient) -> Failure | None:
        """Get ready for the next request; a failure means that the request was not sent."""
        return None

    def rejected(self) -> bool:
        """The store answered 401: forget what can be renewed; whether trying again makes sense."""
        return False

    def ways(self, path: str) -> Sequence[httpx.Auth]:
        """How a call of this path can be signed, the one that is known to work first."""
        return (self,)

    def worked(self, way: httpx.Auth) -> None:
        """The store accepted a call that was signed this way: remembered for as long as this process lives."""


class OAuth1(Access):
    """OAuth 1.0a, HMAC-SHA256. `as_seen` is the shop's own scheme, host and port behind a proxy."""

    def __init__(
        self,
        *,
        consumer_key: str,
        consumer_secret: str,
        access_token: str,
        access_token_secret: str,
        clock: Clock,
        randomness: Randomness,
        as_seen: str = "",
    ) -> None:
        for secret in (consumer_secret, access_token, access_token_secret):
            remember_secret(secret)
        self._keys = (consumer_key, consumer_secret, access_token, access_token_secret)
        self._clock = clock
        self._randomness = randomness
        seen = urlsplit(as_seen)
        self._as_seen = f"{seen.scheme}://{seen.netloc}" if as_seen else ""
        self._over_normalised = _OverNormalisedPath(self)
        self._normalises = False  #: what the store was seen to accept last

    def ways(self, path: str) -> Sequence[httpx.Auth]:
        """Over the path as it is sent, and as the shop may normalise it, where the two differ."""
        if normalised(path) == path:
            return (self,)
        both: tuple[httpx.Auth, httpx.Auth] = (self, self._over_normalised)
        return both[::-1] if self._normalises else both

    def worked(self, way: httpx.Auth) -> None:
        """The next path with such a SKU is signed this way first."""
        self._normalises = way is self._over_normalised

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Add the signature. Each request has its own nonce: a repeated one is refused."""
        yield self.sign(request)

    def sign(self, request: httpx.Request, *, over_normalised: bool = False) -> httpx.Request:
        """Add the signature, over the path as it is sent or as Magento normalises it."""
        path, _, query = request.url.raw_path.decode("ascii").partition("?")
        place = self._as_seen or f"{request.url.scheme}://{request.url.netloc.decode('ascii')}"
        key, secret, token, token_secret = self._keys
        now = self._clock.now()
        seconds = int(now.timestamp())
        parameters = {
            "oauth_consumer_key": key,
            "oauth_token": token,
            # The time is part of the nonce, so that a restart with the same seed repeats none.
            "oauth_nonce": f"{self._randomness.getrandbits(96):024x}{seconds:x}{now.microsecond:05x}",
            "oauth_timestamp": str(seconds),
            "oauth_signature_method": "HMAC-SHA256",
            "oauth_version": "1.0",
        }
        # JSON bodies are not part of an OAuth 1.0a signature.
        request.headers["Authorization"] = authorization(
            request.method,
            place,
            normalised(path) if over_normalised else path,
            query,
            parameters,
            Secrets(secret, token_secret),
        )
        return request


class _OverNormalisedPath(httpx.Auth):
    """The same keys; the signature covers the path as Magento 2.4.4 to 2.4.7 normalise it."""

    def __init__(self, keys: OAuth1) -> None:
        self._keys = keys

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Add the signature."""
        yield self._keys.sign(request, over_normalised=True)


class IntegrationToken(Access):
    """The integration's access token as bearer, where the shop allows that."""

    names_missing_permission = False

    def __init__(self, token: str) -> None:
        remember_secret(token)
        self._token = token

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Add the token."""
        request.headers["Authorization"] = f"Bearer {self._token}"
        yield request


class AdminToken(Access):
    """An admin account's token: fetched, kept for its hour, fetched once again after a 401."""

    names_missing_permission = False

    def __init__(self, username: str, password: str, clock: Clock) -> None:
        remember_secret(password)
        self._username = username
        self._password = password
        self._clock = clock
        self._lock = threading.Lock()
        self._token = ""
        self._ends = 0.0  #: by the monotonic clock: a wall clock that was put back would prolong it

    def sign_in(self, http: HttpClient) -> Failure | None:
        """Fetch a token when there is none that lasts. The caller's request is not sent on failure."""
        with self._lock:
            now = self._clock.monotonic()
            if self._token and now < self._ends:
                return None
            content = msgspec.json.encode({"username": self._username, "password": self._password})
            body = body_of(
                http.request(
                    "POST", ADMIN_TOKEN_PATH, content=content, headers={"Content-Type": "application/json"}
                ),
                "GET",  # asking for a token changes nothing, so it is judged as a read
                ADMIN_TOKEN_PATH,
                names_permission=True,
            )
            if isinstance(body, Failure):
                return body
            try:
                token = _TOKEN.decode(body)
            except Unreadable:
                return Failure(
                    Code.SERVER_TROUBLE, "the store answered the sign-in without a token", sent=False
                )
            remember_secret(token)
            self._token, self._ends = token, now + (ADMIN_TOKEN_LIFETIME - MARGIN).total_seconds()
            return None

    def rejected(self) -> bool:
        """Forget the token: the shop may give shorter ones, or an admin has revoked it."""
        with self._lock:
            self._token = ""
        return True

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Add the token that `sign_in` has fetched."""
        request.headers["Authorization"] = f"Bearer {self._token}"
        yield request


def access_for(
    store: Store, secrets: Mapping[str, str], *, clock: Clock, randomness: Randomness, as_seen: str = ""
) -> Access:
    """The access that a store's configuration asks for.

    `secrets` holds the resolved values by the names of the configuration's keys (`consumer_key`, ...).
    ValueError names the first key that is missing.
    """

    def value(key: str) -> str:
        if not secrets.get(key):
            raise ValueError(f"auth = {store.auth!r} needs {key}")
        return secrets[key]

    match store.auth:
        case "oauth1":
            return OAuth1(
                consumer_key=value("consumer_key"),
                consumer_secret=value("consumer_secret"),
                access_token=value("access_token"),
                access_token_secret=value("access_token_secret"),
                clock=clock,
                randomness=randomness,
                as_seen=as_seen,
            )
        case "token":
            return IntegrationToken(value("access_token"))
        case "admin":
            return AdminToken(value("username"), value("password"), clock)

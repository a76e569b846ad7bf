"""Who may call: integrations, by OAuth 1.0a or by their token as bearer, and admin tokens (point 29)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import itertools
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from tidegate_sandbox.clock import SandboxClock
from tidegate_sandbox.magento.figure import encode
from tidegate_sandbox.magento.oauth import SignedRequest
from tidegate_sandbox.magento.refusal import Refusal, bad_sign_in

ANONYMOUS: Final = "anonymous"
ADMIN_TOKEN_LIFE: Final = timedelta(hours=1)
LOCKED_AFTER: Final = 6
LOCKED_FOR: Final = timedelta(minutes=30)
_CLOCK_SKEW: Final = 600
_ADMIN: Final = 2
_CUSTOMER: Final = 3


@dataclass
class Integration:
    """An integration of the admin panel: its four keys (32 characters each) and the resources it may use.

    ``resources`` None means all of them.
    """

    id: int
    name: str
    consumer_key: str
    consumer_secret: str
    access_token: str
    access_token_secret: str
    resources: frozenset[str] | None = None
    revoked: bool = False

    @classmethod
    def named(cls, id: int, name: str, resources: frozenset[str] | None = None) -> Integration:
        """An integration whose keys follow from its name, so that a test run knows them."""
        key, secret, token, token_secret = (
            hashlib.sha256(f"{name} {part}".encode()).hexdigest()[:32]
            for part in ("consumer key", "consumer secret", "access token", "access token secret")
        )
        return cls(id, name, key, secret, token, token_secret, resources=resources)


@dataclass
class AdminUser:
    """A user of the admin panel."""

    username: str
    password: str
    failures: int = 0
    locked_until: datetime | None = None


@dataclass(frozen=True)
class Caller:
    """Who is behind a request. ``resources`` None means all. A customer has none but what is their own."""

    name: str
    resources: frozenset[str] | None = frozenset()
    customer_id: int | None = None

    def may(self, resource: str) -> bool:
        """Whether the caller may use a route that asks for ``resource``."""
        return resource == ANONYMOUS or self.resources is None or resource in self.resources


NOBODY: Final = Caller("nobody")


@dataclass
class Access:
    """The shop's keys and tokens. ``bearer``: the setting ``enable_integration_as_bearer``."""

    clock: SandboxClock
    bearer: bool = False
    integrations: dict[str, Integration] = field(default_factory=dict)
    admins: dict[str, AdminUser] = field(default_factory=dict)
    _nonces: set[tuple[int, str]] = field(default_factory=set)
    _admin_tokens: dict[str, datetime] = field(default_factory=dict)
    _customer_tokens: dict[str, tuple[int, datetime]] = field(default_factory=dict)
    _serial: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def add(self, name: str, resources: frozenset[str] | None = None) -> Integration:
        """A new integration with keys of its own."""
        made = Integration.named(len(self.integrations) + 1, name, resources)
        self.integrations[name] = made
        return made

    def caller(self, authorization: str, request: SignedRequest, *, replay: bool = False) -> Caller:
        """Who sent a request with this ``Authorization``. Refuses a bad signature; a bad bearer is nobody.

        ``replay``: the request comes again without the client's doing, so that a used nonce is forgiven.
        """
        scheme, _, rest = authorization.strip().partition(" ")
        match scheme.lower():
            case "oauth":
                return self._signed(request, replay=replay)
            case "bearer":
                return self._bearer(rest.strip())
            case _:
                return NOBODY

    def _bearer(self, token: str) -> Caller:
        ends = self._admin_tokens.get(token)
        if ends is not None:
            return Caller("admin", None) if self.clock.now() < ends else NOBODY
        customer_id, ends = self._customer_tokens.get(token, (None, None))
        if ends is not None:
            return Caller("customer", customer_id=customer_id) if self.clock.now() < ends else NOBODY
        if not self.bearer:
            return NOBODY
        for integration in self.integrations.values():
            if integration.access_token == token and not integration.revoked:
                return Caller(integration.name, integration.resources)
        return NOBODY

    def _signed(self, request: SignedRequest, *, replay: bool) -> Caller:
        """In Magento's order: parameters, consumer, time, nonce (used up by that), token, signature."""
        given = request.protocol_parameters()
        integration = next(
            (i for i in self.integrations.values() if i.consumer_key == given["oauth_consumer_key"]), None
        )
        if integration is None:
            raise Refusal(401, "A consumer having the specified key does not exist")
        self._use_nonce(integration.id, given["oauth_nonce"], given["oauth_timestamp"], replay=replay)
        if integration.access_token != given["oauth_token"]:
            raise Refusal(401, "Specified token does not exist")
        if integration.revoked:
            raise Refusal(401, "Access token has been revoked")
        if not request.is_signed_with(integration.consumer_secret, integration.access_token_secret):
            raise Refusal(401, "The signature is invalid. Verify and try again.")
        return Caller(integration.name, integration.resources)

    def _use_nonce(self, consumer: int, nonce: str, timestamp: str, *, replay: bool) -> None:
        """Magento lets old times pass and refuses only those more than ten minutes ahead of its own clock."""
        seconds = int(timestamp) if timestamp.isascii() and timestamp.isdigit() else 0
        if not 0 < seconds <= self.clock.now().timestamp() + _CLOCK_SKEW:
            raise Refusal(401, "Incorrect timestamp value in the oauth_timestamp parameter")
        if (consumer, nonce) in self._nonces and not replay:
            raise Refusal(401, "The nonce is already being used by the consumer with ID %1", [str(consumer)])
        self._nonces.add((consumer, nonce))

    def admin_token(self, username: str, password: str) -> str:
        """A token for one hour. A wrong password and a locked account are refused with the same words."""
        now = self.clock.now()
        user = self.admins.get(username)
        refused = bad_sign_in()
        if user is None or (user.locked_until is not None and now < user.locked_until):
            raise refused
        if user.password != password:
            user.failures += 1
            if user.failures >= LOCKED_AFTER:
                user.locked_until, user.failures = now + LOCKED_FOR, 0
            raise refused
        user.failures, user.locked_until = 0, None
        token = self._jwt(1, _ADMIN, now)
        self._admin_tokens[token] = now + ADMIN_TOKEN_LIFE
        return token

    def customer_token(self, customer_id: int) -> str:
        """A token for one hour, for what belongs to a customer."""
        now = self.clock.now()
        token = self._jwt(customer_id, _CUSTOMER, now)
        self._customer_tokens[token] = customer_id, now + ADMIN_TOKEN_LIFE
        return token

    def _jwt(self, user_id: int, user_type: int, now: datetime) -> str:
        issued = int(now.timestamp())
        claims = {
            "uid": user_id,
            "utypid": user_type,
            "iat": issued,
            "exp": issued + int(ADMIN_TOKEN_LIFE.total_seconds()),
            "jti": next(self._serial),
        }
        signed = ".".join(_base64(encode(part)) for part in ({"kid": "1", "alg": "HS256"}, claims))
        mark = hmac.digest(b"the crypt key of the sandbox", signed.encode(), "sha256")
        return f"{signed}.{_base64(mark)}"


def _base64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()

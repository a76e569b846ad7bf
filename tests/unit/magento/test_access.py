"""Signing, tokens, and what happens when they end."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import random
import re
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import parse_qsl, quote, unquote

import httpx
import pytest

from tidegate.clock import VirtualClock
from tidegate.config.model import Store
from tidegate.domain.errors import Code, Failure
from tidegate.magento.access import Access, AdminToken, IntegrationToken, OAuth1, access_for
from tidegate.magento.client import StoreClient
from tidegate.magento.notes import OrderNotes
from tidegate.magento.search import Filter, Search
from tidegate.redaction import redact
from tidegate.transport import HttpClient
from unit.magento import recordings

START = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
SECRETS = {
    "consumer_key": "ck-0123456789",
    "consumer_secret": "cs-secret-0123456789",
    "access_token": "at-0123456789",
    "access_token_secret": "ats-secret-0123456789",
    "username": "hub",
    "password": "Pass-word-0123456789",
}


def oauth(clock: VirtualClock | None = None, as_seen: str = "") -> OAuth1:
    return OAuth1(
        consumer_key=SECRETS["consumer_key"],
        consumer_secret=SECRETS["consumer_secret"],
        access_token=SECRETS["access_token"],
        access_token_secret=SECRETS["access_token_secret"],
        clock=clock or VirtualClock(START),
        randomness=random.Random(1),
        as_seen=as_seen,
    )


def client(
    access: Access, answer: Callable[[httpx.Request], httpx.Response], clock: VirtualClock, url: str
) -> StoreClient:
    http = HttpClient(url, timeout=5, max_bytes=100_000, transport=httpx.MockTransport(answer))
    return StoreClient(http, access, clock)


def signed(url: str, method: str = "GET", as_seen: str = "") -> dict[str, str]:
    """The parameters of the Authorization header of one request."""
    request = httpx.Request(method, url, content=b'{"entity": {}}' if method == "POST" else None)
    next(oauth(as_seen=as_seen).auth_flow(request))
    scheme, _, rest = request.headers["Authorization"].partition(" ")
    assert scheme == "OAuth"
    return {key: unquote(value) for key, value in re.findall(r'(\w+)="([^"]*)"', rest)}


def expected_signature(method: str, base: str, query: str, parameters: dict[str, str]) -> str:
    """RFC 5849, section 3.4, by hand."""
    own = {key: value for key, value in parameters.items() if key != "oauth_signature"}
    pairs = sorted(
        (quote(key, safe="~"), quote(value, safe="~"))
        for key, value in [*parse_qsl(query, keep_blank_values=True), *own.items()]
    )
    normal = "&".join(f"{key}={value}" for key, value in pairs)
    text = "&".join(quote(part, safe="~") for part in (method, base, normal))
    secret = f"{SECRETS['consumer_secret']}&{SECRETS['access_token_secret']}".encode()
    return base64.b64encode(hmac.digest(secret, text.encode(), hashlib.sha256)).decode()


# OAuth 1.0a


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_point_29_the_signature_covers_method_address_and_query(method: str) -> None:
    query = Search().where(Filter("sku", "eq", "A & B/é"), Filter("entity_id", "nin", [3, 5])).sized(1).query
    found = signed(f"https://shop.example:8443/rest/V1/orders?{query}", method)
    base = "https://shop.example:8443/rest/V1/orders"
    assert found["oauth_signature_method"] == "HMAC-SHA256"
    assert found["oauth_timestamp"] == str(int(START.timestamp()))
    assert found["oauth_signature"] == expected_signature(method, base, query, found)


def test_the_default_port_is_not_signed() -> None:
    found = signed("https://shop.example:443/rest/V1/orders/1")
    expected = expected_signature("GET", "https://shop.example/rest/V1/orders/1", "", found)
    assert found["oauth_signature"] == expected


def test_behind_a_proxy_the_address_that_the_shop_sees_is_signed() -> None:
    found = signed("http://127.0.0.1:8080/rest/V1/orders?fields=a", as_seen="https://shop.example")
    expected = expected_signature("GET", "https://shop.example/rest/V1/orders", "fields=a", found)
    assert found["oauth_signature"] == expected


def test_a_nonce_is_used_once() -> None:
    access, nonces = oauth(), set()
    for _ in range(100):
        request = httpx.Request("GET", "https://shop.example/rest/V1/orders/1")
        next(access.auth_flow(request))
        nonces |= set(re.findall(r'oauth_nonce="(\w+)"', request.headers["Authorization"]))
    assert len(nonces) == 100


def test_a_restart_with_the_same_seed_repeats_no_nonce() -> None:
    clock, nonces = VirtualClock(START), []
    for _ in range(2):
        request = httpx.Request("GET", "https://shop.example/rest/V1/orders/1")
        next(oauth(clock).auth_flow(request))
        nonces += re.findall(r'oauth_nonce="(\w+)"', request.headers["Authorization"])
        clock.advance(0.5)
    assert len(set(nonces)) == 2


# Tokens


def test_the_integration_token_is_the_bearer() -> None:
    request = httpx.Request("GET", "https://shop.example/")
    next(IntegrationToken("integration-token").auth_flow(request))
    assert request.headers["Authorization"] == "Bearer integration-token"


class Admin:
    """A shop with an admin's sign-in."""

    def __init__(self) -> None:
        self.tokens = 0
        self.seen: list[tuple[str, str]] = []
        self.valid = True
        self.sign_in: httpx.Response | None = None
        self.clock = VirtualClock(START)
        self.access = AdminToken("hub", SECRETS["password"], self.clock)
        self.client = client(self.access, self.answer, self.clock, "https://shop.example")

    def answer(self, request: httpx.Request) -> httpx.Response:
        path, token = request.url.path, request.headers.get("Authorization", "")
        self.seen.append((path, token))
        if path.endswith("/integration/admin/token"):
            assert json.loads(request.content) == {"username": "hub", "password": SECRETS["password"]}
            self.tokens += 1
            self.valid = True
            return self.sign_in or httpx.Response(
                200, json=f"token-number-{self.tokens}", headers={"Content-Type": "application/json"}
            )
        if not self.valid or token != f"Bearer token-number-{self.tokens}":
            return recordings.response("error-401-admin-token-expired")
        return httpx.Response(200, json={"entity_id": 1, "ext_order_id": "SO-1"})


def test_the_admin_token_is_fetched_once_and_again_before_its_hour_is_over() -> None:
    shop = Admin()
    assert shop.client.get("/V1/orders/1") == {"entity_id": 1, "ext_order_id": "SO-1"}
    shop.clock.advance(54 * 60)
    shop.client.get("/V1/orders/1")
    assert shop.tokens == 1
    shop.clock.advance(60)
    shop.client.get("/V1/orders/1")
    assert shop.tokens == 2
    assert shop.client.calls == 5


def test_a_401_fetches_the_admin_token_once_more() -> None:
    shop = Admin()
    shop.client.get("/V1/orders/1")
    shop.valid = False
    assert shop.client.get("/V1/orders/1") == {"entity_id": 1, "ext_order_id": "SO-1"}
    assert shop.tokens == 2


def test_a_write_is_repeated_after_a_401_because_nothing_was_done() -> None:
    shop = Admin()
    shop.client.get("/V1/orders/1")
    shop.valid = False
    assert OrderNotes(shop.client).store_number(1, "SO-1") is None
    assert [path for path, _ in shop.seen].count("/rest/V1/orders") == 2


def test_a_second_401_is_the_answer() -> None:
    shop = Admin()
    shop.sign_in = httpx.Response(200, json="another-token")
    failure = shop.client.get("/V1/orders/1")
    assert isinstance(failure, Failure)
    assert failure.code is Code.NOT_PERMITTED
    assert "wrong, revoked or expired" in failure.text
    assert len(shop.seen) == 5  # the last one is the probe, which is not signed in for once more


@pytest.mark.parametrize("name", ["auth-admin-token-bad-password", "auth-admin-token-locked-account"])
def test_a_refused_sign_in_sends_nothing_else(name: str) -> None:
    shop = Admin()
    shop.sign_in = recordings.response(name)
    failure = OrderNotes(shop.client).store_number(1, "SO-1")
    assert failure is not None
    assert (failure.code, failure.sent) == (Code.NOT_AUTHENTICATED, False)
    assert len(shop.seen) == 1


def test_maintenance_at_the_sign_in_is_maintenance() -> None:
    shop = Admin()
    shop.sign_in = recordings.response("error-503-maintenance")
    failure = OrderNotes(shop.client).store_number(1, "SO-1")
    assert failure is not None
    assert (failure.code, failure.sent) == (Code.MAINTENANCE, False)


def test_a_token_never_shows() -> None:
    shop = Admin()
    shop.client.get("/V1/orders/1")
    assert redact("token-number-1 and Pass-word-0123456789") == "<hidden> and <hidden>"


# From the configuration


@pytest.mark.parametrize(
    ("auth", "kind", "missing"),
    [
        ("oauth1", OAuth1, "access_token_secret"),
        ("token", IntegrationToken, "access_token"),
        ("admin", AdminToken, "password"),
    ],
)
def test_the_configuration_decides(auth: str, kind: type[Access], missing: str) -> None:
    store = Store(url="https://shop.example", auth=auth)  # type: ignore[arg-type]
    clock, chance = VirtualClock(START), random.Random(1)
    assert isinstance(access_for(store, SECRETS, clock=clock, randomness=chance), kind)
    with pytest.raises(ValueError, match=missing):
        access_for(store, {**SECRETS, missing: ""}, clock=clock, randomness=chance)

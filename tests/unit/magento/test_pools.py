"""Look-ups by many keys: short enough for what stands before the store, shorter once it has refused one."""

from __future__ import annotations

from datetime import UTC, datetime

import httpx

from tidegate.clock import VirtualClock
from tidegate.domain.errors import Code, Failure
from tidegate.magento.access import IntegrationToken
from tidegate.magento.client import StoreClient
from tidegate.magento.pools import LONGEST, SHORTEST, pools, shorter
from tidegate.magento.products import StoreProducts
from tidegate.transport import HttpClient

SKUS = [f"A PRODUCT/{number:04d}" for number in range(300)]


def test_all_keys_are_asked_for_once_and_in_their_order() -> None:
    parts = list(pools(SKUS, 100))
    assert [sku for part in parts for sku in part] == SKUS
    assert max(map(len, parts)) <= 100
    assert [len(part) for part in pools([1, 2, 3], 2)] == [2, 1]
    assert list(pools(["x" * 5000], 100)) == [["x" * 5000]], "one key is always asked for"


def test_a_short_question_was_not_too_long() -> None:
    assert shorter(1800, LONGEST) == 900
    assert shorter(1000, 900) == SHORTEST
    assert shorter(300, LONGEST) == LONGEST


class Shop:
    """Its proxy lets queries of so many characters through."""

    def __init__(self, longest: int, status: int) -> None:
        self.longest, self.status = longest, status
        self.asked: list[int] = []
        http = HttpClient(
            "https://shop.example", timeout=5, max_bytes=10**6, transport=httpx.MockTransport(self._answer)
        )
        clock = VirtualClock(datetime(2026, 11, 29, tzinfo=UTC))
        self.client = StoreClient(http, IntegrationToken("token-of-the-test"), clock)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(len(request.url.query))
        if len(request.url.query) > self.longest:
            return httpx.Response(self.status, html="<h1>Request-URI Too Long</h1>")
        return httpx.Response(200, json={"items": [], "total_count": 0})


def test_look_ups_stay_below_what_proxies_take() -> None:
    shop = Shop(10_000, 414)
    assert StoreProducts(shop.client).by_skus(SKUS) == []
    assert max(shop.asked) <= 2048


def test_a_page_for_a_long_query_is_not_read_and_asked_shorter_from_then_on() -> None:
    for status in (400, 404, 413, 414):
        shop = Shop(1200, status)
        refused = StoreProducts(shop.client).by_skus(SKUS)
        assert isinstance(refused, Failure)
        assert (refused.code, refused.sent) == (Code.SERVER_TROUBLE, False)
        for _ in range(2):
            found = StoreProducts(shop.client).by_skus(SKUS)
        assert found == []
        another = Shop(1200, status)
        another.client.take_limits(shop.client.learnt_limits)
        assert StoreProducts(another.client).by_skus(SKUS) == []

"""Lists of the store: smaller pages where a page takes too long, and an end whatever is counted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest

from tidegate.clock import VirtualClock
from tidegate.domain.errors import Code, Failure
from tidegate.magento.access import IntegrationToken
from tidegate.magento.client import StoreClient
from tidegate.magento.customers import CustomerPage, StoreCustomers
from tidegate.magento.order_documents import OrderDocuments
from tidegate.magento.stock import StoreStock
from tidegate.transport import HttpClient

Answer = Callable[[int, int], httpx.Response | Exception]


class Shop:
    """Answers lists by page size and number; the probe, which asks for no order, is answered well."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.sizes: list[int] = []
        self.down = False
        http = HttpClient(
            "https://shop.example", timeout=5, max_bytes=10**6, transport=httpx.MockTransport(self._handle)
        )
        clock = VirtualClock(datetime(2026, 11, 29, tzinfo=UTC))
        self.client = StoreClient(http, IntegrationToken("token-of-the-test"), clock)

    def _handle(self, request: httpx.Request) -> httpx.Response:
        asked = parse_qs(request.url.query.decode())
        if request.url.path.endswith("/V1/orders"):
            return httpx.Response(504 if self.down else 200, json={"items": [], "total_count": 0})
        size = int(asked["searchCriteria[pageSize]"][0])
        self.sizes.append(size)
        answer = self.answer(size, int(asked.get("searchCriteria[currentPage]", ["1"])[0]))
        if isinstance(answer, Exception):
            raise answer
        return answer


def rows(size: int, number: int, count: int, of: int | None = None) -> httpx.Response:
    items = [
        {"sku": f"S{each}", "source_code": "default", "quantity": 1, "status": 1}
        for each in range((number - 1) * size, min(number * size, count))
    ]
    return httpx.Response(200, json={"items": items, "total_count": count if of is None else of})


@pytest.mark.parametrize("failure", [httpx.ReadTimeout("late"), httpx.Response(504, html="<h1>504</h1>")])
def test_a_full_read_that_takes_too_long_goes_on_with_smaller_pages(failure: Any) -> None:
    shop = Shop(lambda size, number: failure if size > 300 else rows(size, number, 700))

    items = StoreStock(shop.client).all_items(["default"])

    assert isinstance(items, list)
    assert len(items) == 700
    assert shop.sizes[:2] == [1000, 250]
    assert shop.client.learnt_limits == {"/V1/inventory/source-items": 250}

    another = Shop(lambda size, number: failure if size > 300 else rows(size, number, 700))
    another.client.take_limits(shop.client.learnt_limits)
    assert isinstance(StoreStock(another.client).all_items(["default"]), list)
    assert another.sizes[0] == 250


def test_a_page_in_the_middle_that_takes_too_long_loses_no_row() -> None:
    shop = Shop(
        lambda size, number: (
            httpx.ReadTimeout("late") if size > 300 and number == 2 else rows(size, number, 2700)
        )
    )

    items = StoreStock(shop.client).all_items(["default"])

    assert isinstance(items, list)
    assert len({item.sku for item in items}) == 2700


def test_an_outage_is_no_reason_for_smaller_pages() -> None:
    shop = Shop(lambda size, number: httpx.ReadTimeout("late"))
    shop.down = True

    assert isinstance(StoreStock(shop.client).all_items(["default"]), Failure)
    assert (shop.sizes, shop.client.learnt_limits) == ([1000], {})


def test_a_lying_count_does_not_read_for_ever() -> None:
    """Magento shows its last page again for every page behind it."""
    shop = Shop(lambda size, number: rows(size, min(number, 2), 1450, of=10**9))

    items = StoreStock(shop.client).all_items(["default"])

    assert isinstance(items, list)
    assert (len(items), len(shop.sizes)) == (1450, 3)


def test_documents_that_are_counted_and_not_shown_are_a_failure() -> None:
    """What is not seen would be made a second time."""
    one = {"entity_id": 1, "increment_id": "1", "items": [], "comments": []}
    shop = Shop(lambda size, number: httpx.Response(200, json={"items": [one], "total_count": 5}))

    found = OrderDocuments(shop.client).of_order("/V1/shipments", 9)

    assert isinstance(found, Failure)
    assert (found.code, found.sent) == (Code.SERVER_TROUBLE, False)
    assert len(shop.sizes) == 2


def test_customers_go_on_with_smaller_pages_and_end() -> None:
    def answer(size: int, number: int) -> httpx.Response | Exception:
        if size > 50:
            return httpx.ReadTimeout("late")
        return httpx.Response(200, json={"items": [{"id": 5, "email": "a@b.c"}], "total_count": 10**9})

    shop = Shop(answer)
    pages = list(StoreCustomers(shop.client).customers())

    assert {type(page) for page in pages} == {CustomerPage}
    assert shop.sizes == [100, 25, 25]

"""Calls: numbers, limits, clocks, and what cannot be decoded."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
import msgspec
import pytest

from tidegate.clock import VirtualClock
from tidegate.domain.errors import Code, Failure
from tidegate.magento.access import IntegrationToken
from tidegate.magento.client import StoreClient
from tidegate.magento.notes import NumberBody, NumberEntity
from tidegate.magento.search import Search
from tidegate.transport import HttpClient
from unit.magento import recordings

START = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
ANYTHING: msgspec.json.Decoder[Any] = msgspec.json.Decoder()
JSON = {"Content-Type": "application/json"}
BODY = NumberBody(NumberEntity(1, "SO-1"))


def client(
    answer: Callable[[httpx.Request], httpx.Response], clock: VirtualClock | None = None
) -> StoreClient:
    http = HttpClient(
        "https://shop.example/shop/", timeout=5, max_bytes=10_000, transport=httpx.MockTransport(answer)
    )
    return StoreClient(http, IntegrationToken("token-of-the-test"), clock or VirtualClock(START))


def test_numbers_are_decimal_from_the_token_on() -> None:
    store = client(
        lambda request: httpx.Response(200, content=b'{"a": 71.28, "b": 3, "c": 1.10}', headers=JSON)
    )
    found = store.get("/V1/x")
    assert found == {"a": Decimal("71.28"), "b": 3, "c": Decimal("1.10")}
    assert str(found) == "{'a': Decimal('71.28'), 'b': 3, 'c': Decimal('1.10')}"


def test_the_address_keeps_the_shops_folder_and_the_query_as_it_is() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, content=b"true", headers=JSON)

    store = client(answer)
    store.get("/V1/orders", "fields=items%5Bentity_id%5D")
    store.post("/V1/orders", BODY)
    store.put("/V1/orders/create", BODY)
    assert str(seen[0].url) == "https://shop.example/shop/rest/V1/orders?fields=items%5Bentity_id%5D"
    assert [request.method for request in seen] == ["GET", "POST", "PUT"]
    assert seen[1].headers["Content-Type"] == "application/json"
    assert seen[1].content == b'{"entity":{"entity_id":1,"ext_order_id":"SO-1"}}'
    assert store.calls == 3


@pytest.mark.parametrize("content", [b'{"a": ', b"", b"\xff\xfe", b'{"a": 1} <br /> Warning'])
def test_json_that_is_none(content: bytes) -> None:
    store = client(lambda request: httpx.Response(200, content=content, headers=JSON))
    read, write = store.get("/V1/x"), store.post("/V1/x", BODY)
    assert isinstance(read, Failure)
    assert (read.code, read.sent) == (Code.SERVER_TROUBLE, False)
    assert isinstance(write, Failure)
    assert (write.code, write.sent) == (Code.UNCLEAR_ANSWER, True)


def test_an_answer_that_is_too_large_is_none() -> None:
    store = client(lambda request: httpx.Response(200, content=b"[" + b"1," * 9000 + b"1]", headers=JSON))
    found = store.get("/V1/x")
    assert isinstance(found, Failure)
    assert "larger than" in found.text


def test_point_28_a_page_that_is_too_large_is_asked_for_again_and_remembered() -> None:
    sizes: list[int] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sizes.append(int(request.url.params["searchCriteria[pageSize]"]))
        if sizes[-1] > 300:
            return recordings.response("limits-on-error-page-size-over-300")
        return httpx.Response(200, content=b'{"total_count": 0}', headers=JSON)

    store = client(answer)
    for wanted in (1000, 1000, 200):
        assert store.search("/V1/products", Search().sized(wanted), ANYTHING) == {"total_count": 0}
    assert sizes == [1000, 300, 300, 200]
    assert store.page_limit == 300


def test_point_28_a_page_limit_that_is_refused_again_is_a_failure() -> None:
    store = client(lambda request: recordings.response("limits-on-error-page-size-over-300"))
    found = store.search("/V1/products", Search().sized(1000), ANYTHING)
    assert isinstance(found, Failure)
    assert found.code is Code.REFUSED
    assert store.calls == 2


def test_point_28_the_array_limit_is_remembered() -> None:
    text = (
        '{"message": "Maximum items of type \\"%type\\" is %max", "parameters": {"type": "\\\\X", "max": 20}}'
    )
    store = client(lambda request: httpx.Response(400, content=text.encode(), headers=JSON))
    found = store.post("/V1/x", BODY)
    assert isinstance(found, Failure)
    assert 'Maximum items of type "\\X" is 20' in found.text
    assert store.array_limit == 20


def test_the_store_states_its_time() -> None:
    ahead = {"Date": "Sat, 21 Nov 2026 03:02:05 GMT", **JSON}
    store = client(lambda request: httpx.Response(200, content=b'{"total_count": 0}', headers=ahead))
    assert store.skew is None
    assert store.server_time() == datetime(2026, 11, 21, 3, 2, 5, tzinfo=UTC)
    assert store.skew == timedelta(minutes=2, seconds=5)
    assert store.calls == 1


@pytest.mark.parametrize("date", ["", "yesterday"])
def test_without_a_date_our_own_clock_counts(date: str) -> None:
    headers = {**JSON, **({"Date": date} if date else {})}
    store = client(lambda request: httpx.Response(200, content=b'{"total_count": 0}', headers=headers))
    assert store.server_time() == START
    assert store.skew is None


def test_the_time_of_a_store_that_does_not_answer() -> None:
    found = client(lambda request: recordings.response("error-503-maintenance")).server_time()
    assert isinstance(found, Failure)
    assert found.code is Code.MAINTENANCE


def wrong_page(status: int = 404) -> httpx.Response:
    return httpx.Response(status, content=b"<h1>Not Found</h1>", headers={"Content-Type": "text/html"})


@pytest.mark.parametrize("status", [404, 405, 410])
def test_a_unexpected_page_is_not_read_and_never_a_halt_while_the_store_answers_others(status: int) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if "/V1/orders" in str(request.url):
            return httpx.Response(200, content=b'{"total_count": 0}', headers=JSON)
        return wrong_page(status)

    clock = VirtualClock(START)
    store = client(answer, clock)
    for _ in range(10):
        found = store.get("/V1/products")
        assert isinstance(found, Failure)
        assert found.code is Code.SERVER_TROUBLE
        clock.advance(3600)


def test_nothing_but_unexpected_pages_for_a_while_is_a_wrong_address() -> None:
    answers: list[httpx.Response] = []
    clock = VirtualClock(START)
    store = client(lambda request: answers.pop(0) if answers else wrong_page(), clock)

    def code() -> Code:
        found = store.get("/V1/products")
        assert isinstance(found, Failure)
        return found.code

    assert [code() for _ in range(5)] == [Code.SERVER_TROUBLE] * 5, "all in one moment: an outage"
    answers.append(httpx.Response(200, content=b"[]", headers=JSON))
    assert store.get("/V1/products") == []
    assert [code() for _ in range(3)] == [Code.SERVER_TROUBLE] * 3, "counted from the last good answer"
    clock.advance(15 * 60)
    assert code() is Code.UNKNOWN_ENDPOINT


def test_the_stores_own_word_for_a_route_that_it_does_not_have_stays_a_matter_of_configuration() -> None:
    body = b'{"message": "Request does not match any route."}'
    store = client(lambda request: httpx.Response(404, content=body, headers=JSON))
    found = store.get("/V1/inventory/sources")
    assert isinstance(found, Failure)
    assert found.code is Code.UNKNOWN_ENDPOINT


@pytest.mark.parametrize("status", [404, 405, 406, 409, 410, 412, 415, 418, 422, 451])
def test_odd_refusals_of_a_read_are_not_the_stores(status: int) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(status, content=b'{"error": "no"}', headers=JSON)

    found = client(answer).get("/V1/orders/7")
    assert isinstance(found, Failure)
    assert (found.code, found.sent) == (Code.SERVER_TROUBLE, False)

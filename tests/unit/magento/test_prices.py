"""The price endpoints by their recordings: complaints, SKUs, array limits."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import httpx
import pytest

from tidegate.clock import VirtualClock
from tidegate.domain.errors import Code, Failure
from tidegate.magento.access import IntegrationToken
from tidegate.magento.client import StoreClient
from tidegate.magento.prices import BasePrice, Complaint, StorePrices, TierPrice
from tidegate.transport import HttpClient
from unit.magento.fake_store import START
from unit.magento.recordings import exchange


class Shop:
    """Answers what it is told, and keeps the bodies."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.bodies: list[Any] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.bodies.append(json.loads(request.content, parse_float=Decimal))
        status, body = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return httpx.Response(status, json=body)


def prices(shop: Shop) -> StorePrices:
    """A client of that shop."""
    http = HttpClient(
        "https://shop.example", timeout=5, max_bytes=1_000_000, transport=httpx.MockTransport(shop)
    )
    return StorePrices(StoreClient(http, IntegrationToken("t"), VirtualClock(START)))


def recorded(name: str) -> tuple[int, Any]:
    """Status and body of a recorded answer."""
    response = exchange(name)["response"]
    return response["status"], response["body"]


def rows(count: int) -> list[BasePrice]:
    """So many base prices."""
    return [BasePrice(f"HUB-{number:04d}", Decimal("9.50"), 0) for number in range(count)]


def test_point_23_an_empty_answer_is_success_and_prices_are_numbers() -> None:
    shop = Shop(recorded("base-prices-post"))
    assert prices(shop).write_base(rows(1)) == []
    assert shop.bodies == [{"prices": [{"sku": "HUB-0000", "price": Decimal("9.50"), "store_id": 0}]}]


def test_point_23_complaints_name_skus_where_they_can() -> None:
    answer = prices(Shop(recorded("base-prices-post-mixed-errors"))).write_base(rows(2))
    assert not isinstance(answer, Failure)
    unknown, negative, no_store, *composites = answer
    assert unknown == Complaint("Invalid attribute SKU = NOPE.", ("SKU", "NOPE"))
    assert unknown.names("nope")
    assert unknown.unknown_product
    assert not any(negative.names(sku) for sku in ("HUB-0103", "NOPE"))
    assert no_store.names("HUB-0104")
    assert [each.unknown_product for each in composites] == [True, True]


def test_point_23_tier_complaints_are_by_position() -> None:
    row = TierPrice("HUB-0102", 1, "Wholesale", Decimal(1), Decimal(45))
    answer = prices(Shop(recorded("tier-prices-post-mixed-errors"))).write_tiers([row])
    assert not isinstance(answer, Failure)
    assert answer[0].names("HUB-0102")
    assert any(each.unknown_product and each.names("NOPE") for each in answer)
    assert any(each.unknown_group and each.names("HUB-0102") for each in answer)


def test_point_24_placeholders_of_an_object_are_filled() -> None:
    body = [
        {
            "message": "Invalid attribute %fieldName = %fieldValue.",
            "parameters": {"fieldName": "SKU", "fieldValue": "X"},
        }
    ]
    answer = prices(Shop((200, body))).write_base(rows(1))
    assert answer == [Complaint("Invalid attribute SKU = X.", ("SKU", "X"))]


def test_point_28_an_array_limit_is_learnt_and_kept() -> None:
    limit = exchange("limits-on-async-bulk-inner-array-over-20")["response"]
    shop = Shop((limit["status"], limit["body"]), (200, []))
    store = prices(shop)
    assert store.write_base(rows(45)) == []
    assert [len(body["prices"]) for body in shop.bodies] == [45, 20, 20, 5]
    assert store.write_base(rows(25)) == []
    assert [len(body["prices"]) for body in shop.bodies[4:]] == [20, 5]


def test_a_later_part_that_fails_leaves_the_whole_in_doubt() -> None:
    limit = exchange("limits-on-async-bulk-inner-array-over-20")["response"]
    shop = Shop((limit["status"], limit["body"]), (200, []), (400, {"message": "no"}))
    answer = prices(shop).write_base(rows(45))
    assert isinstance(answer, Failure)
    assert answer.code is Code.UNCLEAR_ANSWER


def test_a_reading_without_an_answer_did_nothing() -> None:
    answer = prices(Shop((500, {"message": "Internal Error"}))).tiers(["A"])
    assert isinstance(answer, Failure)
    assert not answer.sent


@pytest.mark.parametrize("name", ["tier-prices-information-after-update"])
def test_tiers_are_read_back(name: str) -> None:
    found = prices(Shop(recorded(name))).tiers(["HUB-0101"])
    assert not isinstance(found, Failure)
    assert [(each.customer_group, each.quantity, each.price_type) for each in found] == [
        ("Wholesale", 1, "fixed"),
        ("Wholesale", 10, "fixed"),
        ("all groups", 5, "discount"),
        ("Distributor EU", 1, "fixed"),
    ]

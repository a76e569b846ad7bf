"""The pieces of orders that nobody has read yet, from recorded orders."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import msgspec
import pytest

from tidegate.domain.errors import Code, Failure
from tidegate.magento.open_orders import OpenOrder, opened
from unit.magento.recordings import WEBSITES, body, raw


class Views:
    """Knows but one store view until it is asked anew."""

    def codes(self, *, fresh: bool = False) -> Mapping[int, str]:
        return WEBSITES if fresh else {1: "base"}


def order(name: str) -> OpenOrder:
    """A recorded order, as a row of the light list."""
    found = opened(msgspec.json.decode(raw(name)), Views())
    assert isinstance(found, OpenOrder), found
    return found


@pytest.mark.parametrize(
    ("name", "pieces"),
    [
        ("orders-get-guest-tax", {"HUB-0001": 2, "HUB-0002": 1}),
        ("orders-get-conf", {"SHIRT-RED": 2, "SHIRT-BLUE": 1, "HUB-0006": 1}),
        ("orders-get-bundle", {"HUB-0010": 2, "HUB-0020": 4, "HUB-0007": 1}),
    ],
)
def test_point_7_each_piece_counts_once_where_it_lies(name: str, pieces: dict[str, int]) -> None:
    assert dict(order(name).pieces) == {sku: Decimal(count) for sku, count in pieces.items()}


@pytest.mark.parametrize(
    ("name", "counters", "pieces"),
    [
        ("orders-get-guest-tax", {"HUB-0001": {"qty_refunded": 1}}, {"HUB-0001": 1, "HUB-0002": 1}),
        ("orders-get-guest-tax", {"HUB-0002": {"qty_canceled": 1}}, {"HUB-0001": 2, "HUB-0002": 0}),
        # the configurable's own line counts for its variant, which has the same SKU
        (
            "orders-get-conf",
            {"SHIRT-RED": {"qty_refunded": 1}},
            {"SHIRT-RED": 1, "SHIRT-BLUE": 1, "HUB-0006": 1},
        ),
    ],
)
def test_point_36_what_was_taken_back_is_held_no_more(
    name: str, counters: dict[str, dict[str, int]], pieces: dict[str, int]
) -> None:
    row = body(name)
    for item in row["items"]:
        if item.get("parent_item_id") is None:
            item |= counters.get(item["sku"], {})
    found = opened(row, Views())
    assert isinstance(found, OpenOrder)
    assert found.is_reduced
    assert dict(found.pieces) == {sku: Decimal(count) for sku, count in pieces.items()}
    assert not order(name).is_reduced


def test_of_an_order_that_was_shipped_all_pieces_count() -> None:
    """Which of them had left before they were refunded is not told."""
    row = body("orders-get-guest-tax")
    row["items"][0] |= {"qty_shipped": 2, "qty_refunded": 2}
    found = opened(row, Views())
    assert isinstance(found, OpenOrder)
    assert (found.is_reduced, dict(found.pieces)) == (True, {"HUB-0001": Decimal(2), "HUB-0002": Decimal(1)})


def test_state_and_website_are_reported() -> None:
    assert (order("orders-get-cancelled").state, order("orders-get-cancelled").website) == (
        "canceled",
        "base",
    )
    assert order("orders-get-eur").website == "b2b"  # a store view that was not known before


def test_what_cannot_be_read_harms_only_itself() -> None:
    row = {**body("orders-get-guest-tax"), "created_at": "yesterday"}
    found = opened(row, Views())
    assert isinstance(found, Failure)
    assert found.code is Code.MALFORMED

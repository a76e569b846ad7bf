"""What a shipment of the store lacks of the company's despatch, and when a call may name no lines."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tidegate.domain.errors import Code
from tidegate.domain.fulfilment import shipping
from tidegate.domain.fulfilment.store_document import StoreDocument
from tidegate.domain.fulfilment.store_order import StoreItem, StoreOrder

D = Decimal


def order(*items: StoreItem) -> StoreOrder:
    return StoreOrder(9, "000000009", "processing", "processing", items)


def shipment(**pieces: int) -> StoreDocument:
    return StoreDocument(1, "000000001", {int(key[1:]): D(count) for key, count in pieces.items()})


#: Of the first product one piece was shipped and two were refunded: perhaps one is left, perhaps none.
REFUNDED = order(
    StoreItem(1, "HUB-0001", D(3), shipped=D(1), invoiced=D(3), refunded=D(2)), StoreItem(2, "HUB-0002", D(5))
)


def test_refunded_pieces_that_magento_leaves_out_are_a_review_with_both_figures() -> None:
    found = shipping.left_out("0042", {1: D(1), 2: D(5)}, [shipment(_2=5)], REFUNDED)
    assert found is not None
    assert found.code is Code.OTHER_CONTENT
    assert "despatch 0042 of order 000000009" in found.text
    assert "HUB-0001: Sage 1, Magento 0 of 3 (2 refunded)" in found.text
    assert "HUB-0002" not in found.text


def test_pieces_that_are_there_are_no_review_in_one_shipment_or_in_several() -> None:
    assert shipping.left_out("0042", {1: D(1), 2: D(5)}, [shipment(_1=1, _2=5)], REFUNDED) is None
    parts = [shipment(_1=1, _2=2), shipment(_2=3)]
    assert shipping.left_out("0042", {1: D(1), 2: D(5)}, parts, REFUNDED) is None


def test_a_composite_is_there_where_its_parts_are_named() -> None:
    bundle = order(StoreItem(1, "KIT-1", D(2), kind="bundle"), StoreItem(2, "HUB-0001", D(4), parent_id=1))
    assert shipping.left_out("0042", {1: D(2)}, [shipment(_2=4)], bundle) is None
    assert shipping.left_out("0042", {1: D(2)}, [shipment(_1=1, _2=2)], bundle) is not None
    assert shipping.left_out("0042", {1: D(2)}, [shipment()], bundle) is not None


def test_no_lines_are_left_off_where_magento_may_count_otherwise() -> None:
    assert not shipping.is_certain_rest({1: D(1), 2: D(5)}, REFUNDED)
    assert not shipping.is_certain_rest({2: D(5)}, REFUNDED)
    plain = order(StoreItem(1, "HUB-0001", D(3), shipped=D(1)), StoreItem(2, "HUB-0002", D(5)))
    assert shipping.is_certain_rest({1: D(2), 2: D(5)}, plain)
    assert not shipping.is_certain_rest({1: D(1), 2: D(5)}, plain)


BUNDLE_DONE = (  # four kits left in two parcels: Magento counts the kit's own row once for each
    StoreItem(1, "KIT-1", D(4), kind="bundle", shipped=D(2)),
    StoreItem(2, "HUB-0001", D(8), parent_id=1, shipped=D(8)),
)
VARIANT_DONE = (  # the row of a variant is not counted where its configurable is
    StoreItem(1, "SHIRT-RED", D(2), kind="configurable", shipped=D(2)),
    StoreItem(2, "SHIRT-RED", D(2), parent_id=1),
)


@pytest.mark.parametrize("done", [BUNDLE_DONE, VARIANT_DONE], ids=["bundle", "configurable"])
def test_what_goes_along_goes_with_the_last_goods_after_a_bundle_or_variant_has_left(
    done: tuple[StoreItem, ...],
) -> None:
    rest = order(*done, StoreItem(3, "HUB-0003", D(1)), StoreItem(4, "BOX-1", D(2)))
    assert shipping.along({3: D(1)}, rest, {"BOX-1"}) == {4: D(2)}


def test_nothing_goes_along_while_a_part_of_a_bundle_is_left() -> None:
    bundle = (
        StoreItem(1, "KIT-1", D(2), kind="bundle", shipped=D(2)),
        StoreItem(2, "HUB-0001", D(2), parent_id=1, shipped=D(2)),
        StoreItem(5, "HUB-0002", D(2), parent_id=1),
    )
    rest = order(*bundle, StoreItem(3, "HUB-0003", D(1)), StoreItem(4, "BOX-1", D(2)))
    assert shipping.along({3: D(1)}, rest, {"BOX-1"}) == {}

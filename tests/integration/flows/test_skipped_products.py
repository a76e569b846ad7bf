"""Products of `skip_skus` are text to Sage, and goods to Magento: they leave with the last of the goods."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from integration.flows import stocking
from integration.flows.fulfilment import DETROIT, FLOWS, Fulfilled
from integration.flows.stage import SETTLED, Stage
from tidegate.config.model import Flow
from tidegate.domain.states import State
from tidegate.engine.reconcile import compare, last_days
from tidegate_sandbox.magento import shipment
from tidegate_sandbox.magento.additions import Additions

CARD = "HUB-0003"
LINES = (("HUB-0001", 2), (CARD, 1), ("HUB-0002", 1))


@pytest.fixture
def shop(stage: Stage) -> Fulfilled:
    flows = {name: Flow(every="15m") for name in ("orders", *FLOWS)}
    return Fulfilled(stage, flows=flows, stock=DETROIT, skip_skus=(CARD,))


def shipped(shop: Fulfilled, placed: int) -> list[dict[str, str]]:
    return [
        {item["sku"]: item["qty"] for item in each["items"]} for each in shop.documents(placed)["shipments"]
    ]


@pytest.mark.parametrize("fault", ["", "drop_after", "drop_before"])
def test_a_skipped_product_goes_with_the_despatch_that_completes_the_goods(
    shop: Fulfilled, fault: str
) -> None:
    placed = shop.sent(lines=LINES)
    shop.despatch(placed, {"HUB-0001": 2})
    shop.run("shipments")
    assert shipped(shop, placed) == [{"HUB-0001": "2"}]
    shop.despatch(placed)
    if fault:
        shop.stage.break_shop(fault, method="POST", path="/ship$")
    shop.run("shipments")
    shop.run("shipments", after=SETTLED)
    assert shipped(shop, placed)[1:] == [{CARD: "1", "HUB-0002": "1"}]
    shop.invoice(placed)
    shop.run("shipments", "invoices")
    assert shop.stage.shop_order(placed)["state"] == "complete"
    assert len(shipped(shop, placed)) == 2


def test_goods_do_not_wait_for_a_skipped_product_that_lies_elsewhere(shop: Fulfilled) -> None:
    placed = shop.sent(lines=LINES)
    found = shop.stage.shop.stock.item(CARD, "wh_detroit")
    assert found is not None
    shop.stage.shop.stock.put(replace(found, quantity=Decimal(0)))
    shop.despatch(placed)
    shop.run("shipments")
    assert shipped(shop, placed) == [{"HUB-0001": "2", "HUB-0002": "1"}]
    item = shop.item(placed, "shipments", "shipment:")
    assert (item.state, item.reason_code) == (State.HELD, "short-stock")
    assert CARD in item.reason
    shop.stage.shop.stock.put(found)
    shop.run("shipments", after=SETTLED)
    assert shipped(shop, placed)[1:] == [{CARD: "1"}]
    assert shop.item(placed, "shipments", "shipment:").state is State.CONFIRMED


def test_goods_that_left_without_what_goes_along_are_for_sale_no_more(shop: Fulfilled) -> None:
    """Seen before: their shipment was held for the card, so that they counted as reserved in Magento still."""
    stage = shop.stage
    stage.reopen(flows={**stage.connection.settings.flows, "inventory": Flow(every="15m")})
    found = stage.shop.stock.item(CARD, "wh_detroit")
    assert found is not None
    stage.cycle("inventory")
    placed = shop.sent(lines=LINES)
    stage.shop.stock.put(replace(found, quantity=Decimal(0)))
    shop.despatch(placed)
    shop.run("shipments")
    assert shop.item(placed, "shipments", "shipment:").state is State.HELD
    stage.cycle("inventory")
    assert stocking.lies(stage) == stocking.free(stage)


@pytest.mark.parametrize("states_amounts", [True, False])
def test_reconciliation_counts_a_skipped_product_as_goods(shop: Fulfilled, states_amounts: bool) -> None:
    shop.stage.turn(states_amounts=states_amounts)
    placed = shop.sent(lines=LINES, shipping=Decimal("12.00"))
    shop.despatch(placed)
    shop.run("shipments")
    shop.invoice(placed)
    shop.run("invoices", "payments")
    found = compare(shop.stage.connection, last_days(shop.stage.connection, 7))
    assert [each.text for each in found.differences if each.kind.value == "invoiced"] == []


def test_a_skipped_product_with_a_custom_option_is_skipped_by_its_own_sku(shop: Fulfilled) -> None:
    """The line's SKU is `HUB-0003-red`; `skip_skus` names the product."""
    placed = shop.sent(lines=((CARD, 1), ("HUB-0001", 2)), additions=Additions(option=("red", "For Ben")))
    shop.despatch(placed)
    shop.run("shipments")
    shop.invoice(placed)
    shop.run("shipments", "invoices")
    assert shipped(shop, placed) == [{f"{CARD}-red": "1", "HUB-0001": "2"}]
    assert shop.stage.shop_order(placed)["state"] == "complete"


@pytest.mark.parametrize("fault", ["", "drop_after", "drop_before"])
def test_what_goes_along_after_goods_that_a_person_shipped_has_the_parcels(
    shop: Fulfilled, fault: str
) -> None:
    """After a lost answer the goods counted as despatched twice, and the tracking number was told nowhere."""
    placed = shop.sent(lines=(("HUB-0001", 2), (CARD, 1)))
    order = shop.stage.shop.orders.any(placed)
    goods = next(each["item_id"] for each in order.items if each["sku"] == "HUB-0001")
    shipment.ship(shop.stage.shop, order, {goods: Decimal(2)}, source="wh_detroit")
    shop.despatch(placed, consignment="T1")
    if fault:
        shop.stage.break_shop(fault, method="POST", path="/ship$")
    for _ in range(3):
        shop.run("shipments", after=SETTLED)
    assert shipped(shop, placed) == [{"HUB-0001": "2"}, {CARD: "1"}]
    tracks = [
        [each["track_number"] for each in document["tracks"]]
        for document in shop.documents(placed)["shipments"]
    ]
    assert tracks == [[], ["T1"]]
    assert shop.item(placed, "shipments", "shipment:").state is State.CONFIRMED

"""Documents of orders on hold, of pieces that were refunded first, and of sources without stock."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from integration.flows.fulfilment import FLOWS, Fulfilled
from integration.flows.stage import Stage
from integration.flows.stocking import HOME
from tidegate.config.fulfilment import Fulfilment
from tidegate.config.model import Flow
from tidegate.config.stock import Stock
from tidegate.domain.states import State
from tidegate.flows.writing.document_writer import DocumentWriter
from tidegate.ledger import operators
from tidegate.ledger.database import transaction
from tidegate_sandbox.magento import creditmemo, order_actions

LINES = (("HUB-0001", 4), ("HUB-0002", 2))
PREFIX = {"shipments": "shipment:", "invoices": "invoice:", "credits": "credit:"}


@pytest.fixture
def shop(stage: Stage) -> Fulfilled:
    return Fulfilled(stage)


def ready_for(shop: Fulfilled, flow: str) -> int:
    """An order of which Sage has a document that this flow brings to Magento."""
    placed = shop.sent(lines=LINES)
    shop.despatch(placed, {"HUB-0001": 1})
    if flow != "shipments":
        shop.run("shipments")
        shop.invoice(placed)
    if flow == "credits":
        shop.run("invoices")
        shop.credit(placed, {"HUB-0001": 1})
    return placed


@pytest.mark.parametrize("flow", PREFIX)
@pytest.mark.parametrize("between", [False, True])
def test_a_document_of_an_order_on_hold_waits_for_the_end_of_the_hold(
    shop: Fulfilled, monkeypatch: pytest.MonkeyPatch, flow: str, between: bool
) -> None:
    placed = ready_for(shop, flow)
    if between:  # somebody holds it after it was read: Magento refuses the call
        call = DocumentWriter.call

        def held_first(*given: Any) -> bool:
            order_actions.hold(shop.stage.shop, shop.stage.shop.order(placed))
            return call(*given)

        with monkeypatch.context() as patch:
            patch.setattr(DocumentWriter, "call", held_first)
            shop.run(flow)
    else:
        shop.stage.shopper.hold(placed)
        shop.run(flow)
    item = shop.item(placed, flow, PREFIX[flow])
    assert (item.state, item.reason_code, item.failures) == (State.HELD, "order-on-hold", 0)
    assert "on hold in Magento" in item.reason
    shop.run(flow)
    assert shop.item(placed, flow, PREFIX[flow]).state is State.HELD
    assert shop.stage.alerts() == []
    shop.stage.shopper.unhold(placed)
    shop.run(flow)
    item = shop.item(placed, flow, PREFIX[flow])
    assert (item.state, item.failures) == (State.CONFIRMED, 0), item.reason


@pytest.mark.parametrize("flow", PREFIX)
def test_a_call_that_was_not_carried_out_before_the_hold_is_held_and_in_doubt_no_longer(
    shop: Fulfilled, flow: str
) -> None:
    placed = ready_for(shop, flow)
    shop.stage.break_shop("drop_before", method="POST", path="/(ship|invoice|refund)$")
    shop.run(flow)
    assert shop.item(placed, flow, PREFIX[flow]).state is State.IN_DOUBT
    shop.stage.shopper.hold(placed)
    shop.stage.pass_time(timedelta(hours=1))
    shop.run(flow)
    item = shop.item(placed, flow, PREFIX[flow])
    assert (item.state, item.reason_code) == (State.HELD, "order-on-hold")


def test_pieces_refunded_before_they_were_despatched_are_a_review_that_says_so(shop: Fulfilled) -> None:
    placed = shop.sent(lines=LINES)
    shop.stage.shopper.pay(placed)
    order = shop.stage.shop.order(placed)
    creditmemo.refund(shop.stage.shop, order, {order.items[0]["item_id"]: Decimal(2)})
    shop.despatch(placed)
    shop.run("shipments")
    item = shop.item(placed, "shipments", "shipment:")
    assert (item.state, item.reason_code) == (State.REVIEW, "other-content")
    assert "HUB-0001: Sage 4, Magento 2 left of 4 (2 refunded)" in item.reason
    assert "refunded or cancelled in Magento" in item.reason


def test_a_refusal_that_refunded_pieces_explain_is_no_lack_of_stock(shop: Fulfilled) -> None:
    placed = shop.sent(lines=LINES)
    shop.stage.shopper.pay(placed)
    shop.despatch(placed, {"HUB-0001": 2})
    shop.run("shipments")
    order = shop.stage.shop.order(placed)
    creditmemo.refund(shop.stage.shop, order, {order.items[0]["item_id"]: Decimal(2)})
    shop.despatch(placed, {"HUB-0001": 2})  # Magento counts the refunded two among those not shipped
    shop.run("shipments")
    item = shop.item(placed, "shipments", "shipment:")
    assert (item.state, item.reason_code) == (State.REVIEW, "other-content")
    assert "HUB-0001: Sage 2, Magento 0 left of 4 (2 refunded)" in item.reason


def test_a_shipment_short_of_stock_is_tried_as_soon_as_its_stock_was_written(stage: Stage) -> None:
    flows = {name: Flow(every="15m") for name in ("orders", "inventory", *FLOWS)}
    shop = Fulfilled(stage, flows=flows, stock=Stock(warehouses=HOME))
    shop.run("inventory")
    placed = shop.sent(lines=LINES)
    shop.despatch(placed)
    for sku, _ in LINES:
        found = stage.shop.stock.item(sku, "wh_detroit")
        assert found is not None
        stage.shop.stock.put(replace(found, quantity=Decimal(0)))
    shop.run("shipments")
    assert shop.item(placed, "shipments", "shipment:").reason_code == "short-stock"
    shop.run("inventory")  # what was adjusted for the order is written, and so the shipment is tried again
    assert shop.item(placed, "shipments", "shipment:").state is State.QUEUED
    shop.run("shipments")
    assert shop.item(placed, "shipments", "shipment:").state is State.CONFIRMED


def test_stock_of_another_product_releases_no_shipment(stage: Stage) -> None:
    flows = {name: Flow(every="15m") for name in ("orders", "inventory", *FLOWS)}
    shop = Fulfilled(stage, flows=flows, stock=Stock(warehouses=HOME))
    placed = shop.sent(lines=LINES)
    shop.run("inventory")
    shop.despatch(placed, {"HUB-0001": 1})
    found = stage.shop.stock.item("HUB-0001", "wh_detroit")
    assert found is not None
    stage.shop.stock.put(replace(found, quantity=Decimal(0)))
    shop.run("shipments")
    assert shop.item(placed, "shipments", "shipment:").reason_code == "short-stock"
    stage.company.stock_adjust("HUB-0009", "HOME", to=Decimal(77))
    assert shop.run("inventory")[0].counts["confirmed"] == 1
    assert shop.item(placed, "shipments", "shipment:").state is State.HELD


def test_a_late_tracking_number_waits_behind_a_shipment_that_waits_for_a_person(shop: Fulfilled) -> None:
    """It came while the shipment was in doubt, which then became a question. Queued it would be seen by nobody."""
    placed = shop.sent(lines=LINES)
    despatch = shop.despatch(placed)
    shop.stage.break_shop("drop_before", method="POST", path="/ship$")
    shop.run("shipments")
    assert shop.item(placed, "shipments", "shipment:").state is State.IN_DOUBT
    company = shop.stage.company
    company.track(despatch, "LATE/3")
    shop.run("shipments", after=timedelta(minutes=1))
    assert shop.item(placed, "shipments", "track:").state is State.QUEUED
    shop.stage.shopper.ship(placed, partly=True)
    shop.run("shipments", after=timedelta(hours=1))
    asked = shop.item(placed, "shipments", "shipment:")
    assert asked.state is State.REVIEW
    shop.run("shipments")

    waiting = shop.item(placed, "shipments", "track:")
    assert (waiting.state, waiting.waits_for) == (State.HELD, f"step:{asked.step}")
    assert "comes first and is review" in waiting.reason
    shop.run("shipments")
    assert (
        shop.item(placed, "shipments", "track:").changed_at == waiting.changed_at
    )  # and nothing turns round

    made = shop.documents(placed)["shipments"][0]["increment_id"]
    with transaction("test"):
        operators.link_to(asked.id, "", made, actor="test", now=shop.stage.now, kind="magento-shipment")
    shop.run("shipments")
    assert shop.item(placed, "shipments", "track:").state is State.CONFIRMED


def test_what_waits_behind_another_document_names_the_one_that_it_waits_for_now(shop: Fulfilled) -> None:
    """First the shipment is in the way, then the invoice, which waits for the customer's money."""
    shop.stage.reopen(fulfilment=Fulfilment(invoice_when="payment"))
    placed = shop.sent(lines=LINES)
    shop.despatch(placed, {"HUB-0001": 1})
    shop.invoice(placed)
    shop.credit(placed, {"HUB-0001": 1})
    shop.stage.break_shop("refuse", method="POST", path="/ship$")
    shop.run("shipments", "invoices", "credits")
    assert "shipment:" in shop.item(placed, "credits", "credit:").reason
    shop.run("shipments", after=timedelta(hours=1))
    shop.run("invoices", "credits")

    waiting = shop.item(placed, "credits", "credit:")
    assert waiting.state is State.HELD
    assert waiting.reason.startswith("invoice:")
    shop.run("invoices", "credits")
    assert shop.item(placed, "credits", "credit:").changed_at == waiting.changed_at  # and nothing turns round

"""`order-status`: how an order stands in Sage, by mapping, without an echo."""

from __future__ import annotations

import pytest

from integration.flows.fulfilment import Fulfilled
from integration.flows.stage import SETTLED, Stage
from tidegate.conformance.memory.troubles import WRITES
from tidegate.domain.states import State
from tidegate.engine.interventions import Act

STATUSES = {
    "on-hold": "holded",
    "partly-shipped": "part_shipped",
    "shipped": "shipped",
    "cancelled": "canceled",
}


@pytest.fixture
def shop(stage: Stage) -> Fulfilled:
    shop = Fulfilled(stage, statuses=STATUSES)
    shop.run("invoices", "payments")  # before, nobody could tell open from paid
    return shop


def hold(shop: Fulfilled, placed: int, on_hold: bool) -> None:
    shop.stage.company.hold(shop.order(placed), on_hold)


def cancel(shop: Fulfilled, placed: int) -> None:
    shop.stage.company.cancel(shop.order(placed).number)


def test_a_part_and_then_all_is_shipped(shop: Fulfilled) -> None:
    placed = shop.sent()
    goods = shop.goods(placed)
    shop.despatch(placed, {max(goods, key=lambda code: goods[code]): 1})
    shop.run("shipments")
    shop.stage.notes()
    assert shop.stage.shop_order(placed)["status"] == "part_shipped"
    shop.despatch(placed)
    shop.run("shipments")
    shop.stage.notes()
    assert shop.stage.shop_order(placed)["status"] == "shipped"


@pytest.mark.parametrize("fault", ["", "drop_after", "drop_before"])
def test_a_hold_in_sage_holds_and_its_end_releases(shop: Fulfilled, fault: str) -> None:
    placed = shop.sent()
    shop.stage.notes()
    before = shop.stage.shop_order(placed)["status"]
    for on_hold, call in ((True, "hold"), (False, "unhold")):
        hold(shop, placed, on_hold)
        if fault:
            shop.stage.break_shop(fault, method="POST", path=f"/{call}$")
        shop.stage.listen()
        shop.stage.notes()
        shop.stage.notes(after=SETTLED)
        assert (shop.stage.shop_order(placed)["state"] == "holded") is on_hold
        calls = [each for each in shop.stage.shop_calls("POST") if each.endswith(f"/{call}")]
        assert len(calls) == (2 if fault == "drop_before" else 1), calls
        shop.stage.cycle()
    assert shop.stage.shop_order(placed)["status"] == before
    assert set(shop.steps(placed, "order-status").values()) <= {State.CONFIRMED, State.SKIPPED}
    assert shop.steps(placed, "orders") == {"order": State.CONFIRMED}


@pytest.mark.parametrize("fault", ["", "drop_after", "drop_before"])
def test_point_12_a_cancellation_in_sage_cancels_once_and_does_not_come_back(
    shop: Fulfilled, fault: str
) -> None:
    placed = shop.sent()
    shop.stage.notes()
    cancel(shop, placed)
    if fault:
        shop.stage.break_shop(fault, method="POST", path="/cancel$")
    shop.stage.notes()
    shop.stage.notes(after=SETTLED)
    assert shop.stage.shop_order(placed)["state"] == "canceled"
    shop.stage.listen()
    shop.stage.cycle()
    assert shop.stage.sage_calls(*WRITES) == []
    assert shop.steps(placed, "orders") == {"order": State.CANCELLED}
    assert shop.stage.alerts() == []


def test_point_12_what_magento_does_not_cancel_is_a_review(shop: Fulfilled) -> None:
    placed = shop.sent()
    shop.stage.notes()
    shop.stage.shopper.hold(placed)
    cancel(shop, placed)
    shop.stage.notes()
    item = shop.item(placed, "order-status", "standing-")
    assert item.state is State.REVIEW
    assert "did not cancel order" in item.reason


@pytest.mark.parametrize("retried", ["before", "after"])
def test_an_older_status_that_was_refused_never_replaces_a_newer_one(shop: Fulfilled, retried: str) -> None:
    """Seen before: retried after the newer one was written, it took the order back."""
    placed = shop.sent()
    shop.stage.notes()
    goods = shop.goods(placed)
    shop.despatch(placed, {max(goods, key=lambda code: goods[code]): 1})
    shop.run("shipments")
    body = '{"message": "no"}'
    shop.stage.break_shop(
        "status", method="POST", path="/comments$", status=400, body=body, content_type="application/json"
    )
    shop.stage.notes()
    refused = shop.item(placed, "order-status", "standing-")
    assert refused.state is State.REVIEW
    if retried == "before":
        shop.stage.act(Act.RETRY, placed, refused.step, "order-status")
    shop.despatch(placed)
    shop.run("shipments")
    shop.stage.notes()
    assert shop.stage.shop_order(placed)["status"] == "shipped"
    if shop.steps(placed, "order-status")[refused.step] is State.REVIEW:
        shop.stage.act(Act.RETRY, placed, refused.step, "order-status")
    shop.stage.notes()
    assert shop.stage.shop_order(placed)["status"] == "shipped"
    assert shop.steps(placed, "order-status")[refused.step] is State.SKIPPED


@pytest.mark.parametrize("fault", ["drop_after", "drop_before"])
def test_point_1_a_status_is_written_once(shop: Fulfilled, fault: str) -> None:
    placed = shop.sent()
    shop.stage.notes()
    shop.despatch(placed)
    shop.run("shipments")
    shop.stage.break_shop(fault, method="POST", path="/comments$")
    shop.stage.notes()
    shop.stage.notes(after=SETTLED)
    shop.stage.notes()
    number = shop.stage.only(placed)["number"]
    assert shop.texts(placed).count(f"Sage order {number} is shipped") == 1
    assert shop.stage.shop_order(placed)["status"] == "shipped"


def test_without_mappings_the_company_is_not_asked(stage: Stage) -> None:
    shop = Fulfilled(stage)
    shop.sent()
    stage.listen()
    stage.notes()
    assert stage.sage_calls() == []


def test_twice_without_a_change_writes_nothing(shop: Fulfilled) -> None:
    placed = shop.sent()
    shop.despatch(placed)
    shop.run()
    shop.stage.notes()
    shop.stage.listen()
    shop.stage.notes()
    assert shop.stage.shop_calls() == []


def test_before_invoices_and_payments_were_read_nothing_is_reported(stage: Stage) -> None:
    shop = Fulfilled(stage, statuses=STATUSES)
    placed = shop.sent()
    shop.despatch(placed)
    shop.run("shipments")
    stage.listen()
    stage.notes()
    assert stage.sage_calls() == []


def test_a_mapped_status_survives_what_magento_sets_by_itself(stage: Stage) -> None:
    statuses = STATUSES | {"invoiced-open": "open_invoice", "paid": "all_paid", "complete": "all_paid"}
    shop = Fulfilled(stage, statuses=statuses)
    shop.run("invoices", "payments")
    placed = shop.sent(lines=(("HUB-0001", 6),))

    def status() -> str:
        return str(stage.shop_order(placed)["status"])

    for count in (1, 2):  # the second changes nothing in Sage's words, and everything in Magento's
        shop.despatch(placed, {"HUB-0001": 1})
        shop.run("shipments")
        assert status() == "processing"
        stage.notes()
        assert status() == "part_shipped", count
    shop.despatch(placed)
    shop.run("shipments")
    made = shop.invoice(placed)
    stage.notes()
    assert status() == "open_invoice"
    shop.run("invoices")
    assert status() == "complete"
    stage.notes()
    assert status() == "open_invoice"
    shop.pay(made)
    shop.run("payments")
    stage.notes()
    assert status() == "all_paid"
    shop.credit(placed, {"HUB-0001": 1})
    shop.run("credits")
    stage.notes()
    assert status() == "all_paid"
    stage.listen()
    shop.run()
    stage.notes()
    assert stage.shop_calls() == []


@pytest.mark.parametrize("fault", ["drop_after", "drop_before"])
def test_a_status_survives_a_shipment_whose_answer_was_lost(shop: Fulfilled, fault: str) -> None:
    placed = shop.sent(lines=(("HUB-0001", 6),))
    shop.despatch(placed, {"HUB-0001": 1})
    shop.run("shipments")
    shop.stage.notes()
    shop.despatch(placed, {"HUB-0001": 1})
    shop.stage.break_shop(fault, method="POST", path="/ship$")
    shop.run("shipments")
    shop.stage.notes()
    shop.run("shipments", after=SETTLED)
    shop.stage.notes()
    assert shop.stage.shop_order(placed)["status"] == "part_shipped"

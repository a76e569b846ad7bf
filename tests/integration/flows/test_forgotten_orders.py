"""A ledger put back from an older copy has forgotten what it sent: what ends meanwhile is looked up all the same."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from integration.flows.fulfilment import Fulfilled
from integration.flows.stage import Stage
from integration.flows.test_taken_back import FIVE, cancel_all_but, reduced, refund
from tidegate.domain.states import State
from tidegate.flows.orders import cancellations, withheld
from tidegate.flows.orders.intake import Intake
from tidegate.ledger import models, unknown_documents


def forgotten(stage: Stage, **choices: Any) -> int:
    """An order that the company has, and that the copy knew as held in the store and not to be sent."""
    placed = stage.order("guest", **choices)
    stage.cycle()
    assert len(stage.in_sage(placed)) == 1
    copy = models.Delivery.objects.get(pk=stage.delivery(placed).id)
    copy.attempts.all().delete()
    blank = dict.fromkeys(("target_id", "target_number", "target_status", "target_kind"), "")
    models.Delivery.objects.filter(pk=copy.pk).update(
        state=State.SKIPPED.value, reason="status holded is never sent", target_total=None, **blank
    )
    return placed


def test_what_was_not_to_be_sent_and_is_cancelled_is_looked_up(stage: Stage) -> None:
    placed = forgotten(stage)
    stage.shopper.cancel(placed)
    stage.cycle()
    assert stage.in_sage(placed) == []


def test_bug_what_was_not_to_be_sent_is_not_there(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Intake, "look_up_forgotten", lambda *_: None)
    with pytest.raises(AssertionError):
        test_what_was_not_to_be_sent_and_is_cancelled_is_looked_up(stage)


def test_what_was_not_to_be_sent_has_left_and_is_refunded_is_asked_about(stage: Stage) -> None:
    placed = forgotten(stage)
    stage.shopper.ship(placed)
    refund(stage, placed)
    for _ in range(2):
        stage.cycle()
    assert (stage.state(placed), stage.state(placed, "cancel")) == (State.CONFIRMED, State.SKIPPED)
    assert set(reduced(stage, placed).values()) == {"review"}
    assert len(stage.in_sage(placed)) == 1


def test_bug_what_has_left_is_cancelled_all_the_same(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cancellations, "leave_to_reductions", lambda *_: False)
    with pytest.raises(AssertionError):
        test_what_was_not_to_be_sent_has_left_and_is_refunded_is_asked_about(stage)


def test_what_has_left_and_sage_has_credited_is_no_question(stage: Stage) -> None:
    placed = forgotten(stage)
    shop = Fulfilled(stage)
    shop.despatch(placed)
    shop.invoice(placed)
    shop.credit(placed)
    stage.shopper.ship(placed)
    refund(stage, placed)
    stage.cycle()
    shop.run("invoices", "credits", "orders")
    assert set(reduced(stage, placed).values()) == {"skipped"}


def held(stage: Stage, placed: int) -> None:
    stage.shopper.hold(placed)
    stage.cycle()


def test_what_is_on_hold_in_the_store_is_looked_up_and_reported(stage: Stage) -> None:
    placed = forgotten(stage)
    held(stage, placed)
    assert (stage.state(placed), stage.state(placed, withheld.STEP)) == (State.CONFIRMED, State.CONFIRMED)
    assert stage.alerts() == [(withheld.ON_HOLD, stage.shop_order(placed)["increment_id"])]
    stage.shopper.unhold(placed)
    stage.cycle()
    assert stage.alerts() == []
    stage.shopper.cancel(placed)
    stage.cycle()
    assert stage.in_sage(placed) == []


def test_what_is_on_hold_and_taken_back_in_part_is_asked_about(stage: Stage) -> None:
    placed = forgotten(stage, **FIVE)
    cancel_all_but(stage, placed, 2)
    held(stage, placed)
    stage.cycle()
    assert set(reduced(stage, placed).values()) == {"review"}


def test_what_was_found_before_a_process_died_is_asked_about_by_the_next(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    placed = forgotten(stage, **FIVE)
    cancel_all_but(stage, placed, 2)
    with monkeypatch.context() as patch:
        patch.setattr(withheld, "settle", lambda *_: None)
        held(stage, placed)
    assert (stage.state(placed), reduced(stage, placed)) == (State.CONFIRMED, {})
    for _ in range(2):
        stage.cycle()
    assert set(reduced(stage, placed).values()) == {"review"}


def test_bug_what_is_on_hold_is_not_there(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(withheld, "is_withheld", lambda _: False)
    with pytest.raises(AssertionError):
        test_what_is_on_hold_and_taken_back_in_part_is_asked_about(stage)


def test_what_is_on_hold_and_is_not_there_waits_and_goes_out_later(stage: Stage) -> None:
    placed = stage.order("guest")
    held(stage, placed)
    assert (stage.state(placed), stage.state(placed, withheld.STEP)) == (State.SKIPPED, State.CANCELLED)
    stage.shopper.unhold(placed)
    stage.cycle()
    assert stage.state(placed) is State.CONFIRMED
    stage.shopper.cancel(placed)
    stage.cycle()
    assert stage.in_sage(placed) == []


def test_a_hold_that_ends_before_the_look_up_is_no_question(stage: Stage) -> None:
    placed = stage.order("guest")
    stage.lock()
    held(stage, placed)
    stage.shopper.unhold(placed)
    stage.cycle()
    stage.unlock()
    stage.cycle(after=timedelta(hours=2))
    assert (stage.state(placed), stage.alerts()) == (State.CONFIRMED, [])
    assert stage.state(placed, withheld.STEP) in (State.CANCELLED, State.CONFIRMED)


def test_what_was_despatched_before_the_order_was_read_again_is_shipped(stage: Stage) -> None:
    shop = Fulfilled(stage)
    placed = shop.sent()
    despatch = shop.despatch(placed)
    invoice = shop.invoice(placed)
    source = stage.delivery(placed).source_id
    for table in (models.Attempt, models.Link, models.Event, models.Delivery, models.StoredKey):
        table.objects.all().delete()
    models.Source.objects.filter(pk=source).delete()
    models.Cursor.objects.filter(flow="orders").delete()

    shop.run("shipments", "invoices")  # before the orders, whose store could not be read, say
    assert shop.documents(placed)["shipments"] == []
    shop.run("orders", "shipments", "invoices")
    assert [each["comments"] for each in shop.documents(placed)["shipments"]] == [
        [f"Sage despatch {despatch.number}"]
    ]
    assert [each["comments"] for each in shop.documents(placed)["invoices"]] == [
        [f"Sage invoice {invoice.number}"]
    ]


def test_bug_documents_of_unknown_orders_are_never_read_again(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unknown_documents, "read_again", lambda *_: [])
    with pytest.raises(AssertionError):
        test_what_was_despatched_before_the_order_was_read_again_is_shipped(stage)

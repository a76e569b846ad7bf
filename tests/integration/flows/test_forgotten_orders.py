"""A ledger put back from an older copy has forgotten what it sent: what ends meanwhile is looked up all the same."""

from __future__ import annotations

import pytest

from integration.flows.fulfilment import Fulfilled
from integration.flows.stage import Stage
from integration.flows.test_taken_back import reduced, refund
from tidegate.domain.states import State
from tidegate.flows.orders import cancellations
from tidegate.flows.orders.intake import Intake
from tidegate.ledger import models, unknown_documents


def forgotten(stage: Stage) -> int:
    """An order that the company has, and that the copy knew as held in the store and not to be sent."""
    placed = stage.order("guest")
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
    monkeypatch.setattr(Intake, "look_up_ended", lambda *_: None)
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

"""Orders that Magento cancels: before sending, after it, and while nobody knows."""

from __future__ import annotations

from decimal import Decimal

import pytest

from integration.flows import company_staff
from integration.flows.conftest import Build
from integration.flows.in_memory import MemoryStage
from integration.flows.stage import SETTLED, Stage
from tidegate.domain.states import State
from tidegate.engine.interventions import Act
from tidegate.flows.invoice_steps import UNPAID, payment_of
from tidegate.ledger import delivery, lookups
from tidegate.ledger.database import transaction
from tidegate.ledger.delivery import NewDelivery


def deleted(stage: Stage) -> int:
    """Orders that were entered and deleted again."""
    return int(stage.company.books()["counts"]["orders_deleted"])


def test_cancelled_before_sending_it_is_never_sent(stage: Stage) -> None:
    stage.lock()
    placed = stage.order("guest")
    stage.cycle()
    stage.shopper.cancel(placed)
    stage.unlock()
    stage.cycle(after=SETTLED)
    stage.cycle(after=SETTLED)
    assert stage.state(placed) is State.CANCELLED
    assert stage.company.books()["counts"]["orders"] + deleted(stage) == 0


def test_a_retry_by_mistake_does_not_send_what_magento_cancelled(stage: Stage) -> None:
    stage.lock()
    placed = stage.order("guest")
    stage.cycle()
    stage.shopper.cancel(placed)
    stage.unlock()
    stage.cycle(after=SETTLED)
    stage.act(Act.RETRY, placed)
    stage.cycle()
    stage.cycle()
    assert stage.state(placed) is State.CANCELLED
    assert "cancelled in Magento" in stage.delivery(placed).reason
    assert stage.company.books()["counts"]["orders"] + deleted(stage) == 0


def test_cancelled_before_it_was_ever_read_it_is_skipped_and_never_sent(stage: Stage) -> None:
    placed = stage.order("guest")
    stage.shopper.cancel(placed)
    stage.cycle()
    assert stage.state(placed) in (State.SKIPPED, State.CANCELLED)
    assert stage.delivery(placed).reason
    assert stage.company.books()["counts"]["orders"] + deleted(stage) == 0


def test_cancelled_after_sending_it_is_cancelled_in_the_company_and_not_noted_again(stage: Stage) -> None:
    placed = stage.order("guest")
    stage.cycle()
    stage.notes()
    written = stage.shop_order(placed)["writes"]
    stage.shopper.cancel(placed)
    stage.cycle()
    assert (stage.state(placed), stage.state(placed, "cancel")) == (State.CANCELLED, State.CONFIRMED)
    assert stage.in_sage(placed) == []
    assert deleted(stage) == 1
    stage.notes()
    stage.cycle()
    assert stage.shop_order(placed)["writes"] == written


def test_by_the_rule_a_person_decides(build: Build) -> None:
    stage = build(cancellation="review")
    placed = stage.order("guest")
    stage.cycle()
    stage.shopper.cancel(placed)
    stage.cycle()
    review = stage.delivery(placed, "cancel")
    assert (review.state, review.reason_code) == (State.REVIEW, "cancel-after-send")
    assert "tidegate queue link" in review.reason
    assert len(stage.in_sage(placed)) == 1
    assert ("cancel-after-send", stage.shop_order(placed)["increment_id"]) in stage.alerts()


def test_a_person_who_cancelled_it_in_the_company_says_so(build: Build) -> None:
    stage = build(cancellation="review")
    placed = stage.order("guest")
    stage.cycle()
    number = stage.only(placed)["number"]
    stage.shopper.cancel(placed)
    stage.cycle()
    stage.company.delete(number)
    stage.link(placed, number, step="cancel")
    assert (stage.state(placed), stage.state(placed, "cancel")) == (State.CANCELLED, State.CONFIRMED)
    stage.listen()
    stage.cycle()
    assert stage.sage_calls() == []


@pytest.mark.parametrize("shipments", [True, False])
def test_goods_that_a_company_without_shipments_has_not_seen_leave_are_for_a_person(
    stage: MemoryStage, shipments: bool
) -> None:
    stage.turn(without=frozenset() if shipments else frozenset({"despatches"}))
    placed = stage.order("guest")
    stage.cycle()
    stage.shopper.ship(placed, partly=True)
    stage.shopper.cancel(placed)
    stage.cycle()
    expected = State.CONFIRMED if shipments else State.REVIEW
    assert stage.state(placed, "cancel") is expected


def test_in_doubt_and_absent_it_is_never_sent(stage: Stage) -> None:
    placed = stage.order("guest")
    stage.break_sage("drop_before", on="send")
    stage.cycle()
    assert stage.state(placed) is State.IN_DOUBT
    stage.shopper.cancel(placed)
    stage.cycle()
    stage.cycle(after=SETTLED)
    stage.cycle(after=SETTLED)
    assert stage.state(placed) is State.CANCELLED
    assert stage.company.books()["counts"]["orders"] + deleted(stage) == 0


def test_in_doubt_and_found_it_is_cancelled_there(stage: Stage) -> None:
    placed = stage.order("guest")
    stage.break_sage("drop_after", on="send")
    stage.cycle()
    stage.shopper.cancel(placed)
    stage.cycle()
    assert len(stage.in_sage(placed)) == 1  # not before the answer can no longer be under way
    stage.cycle(after=SETTLED)
    stage.cycle()
    assert stage.state(placed) is State.CANCELLED
    assert stage.in_sage(placed) == []
    assert deleted(stage) == 1


def in_doubt_beside_a_twin(stage: Stage) -> int:
    """In review, its attempt unanswered, because somebody typed in an order with its number."""
    placed = stage.order("guest")
    stage.break_sage("drop_before", on="send")
    stage.cycle()
    company_staff.types_in(stage, stage.shop_order(placed)["increment_id"])
    stage.cycle(after=SETTLED)
    assert stage.delivery(placed).reason_code == "duplicate-found"
    return placed


def test_in_doubt_beside_a_twin_it_is_never_sent(stage: Stage) -> None:
    placed = in_doubt_beside_a_twin(stage)
    stage.shopper.cancel(placed)
    stage.cycle()
    assert stage.state(placed) is State.CANCELLED
    assert stage.company.books()["orders_by_key"] == {}


def test_a_person_who_retries_it_at_that_moment_does_not_send_it_either(stage: Stage) -> None:
    placed = in_doubt_beside_a_twin(stage)
    stage.shopper.cancel(placed)
    stage.act(Act.RETRY, placed, overrule=True)
    stage.cycle(after=SETTLED)
    stage.cycle(after=SETTLED)
    assert stage.state(placed) is State.CANCELLED
    assert stage.company.books()["orders_by_key"] == {}


def cancelled_while_in_doubt(stage: Stage) -> int:
    """The answer is lost, the company has the order, and its staff cancel it before anybody looks."""
    placed = stage.order("guest")
    stage.break_sage("drop_after", on="send")
    stage.cycle()
    assert stage.state(placed) is State.IN_DOUBT
    stage.company.cancel(stage.only(placed)["number"])
    return placed


def test_cancelled_there_while_in_doubt_and_then_in_magento_nobody_is_asked(build: Build) -> None:
    """Seen before: "cancel it in the company", of an order that a look-up had just found cancelled."""
    stage = build(cancellation="review")
    placed = cancelled_while_in_doubt(stage)
    stage.cycle(after=SETTLED)
    assert stage.delivery(placed).target_status == "cancelled"
    stage.shopper.cancel(placed)
    stage.cycle()
    assert (stage.state(placed), stage.state(placed, "cancel")) == (State.CANCELLED, State.CONFIRMED)
    assert stage.alerts() == []


def test_of_two_with_our_key_the_one_that_is_not_cancelled_is_the_order(stage: Stage) -> None:
    """Seen before: "cancel all but one there, then retry", and the retry found two again."""
    placed = cancelled_while_in_doubt(stage)
    there = stage.only(placed)
    other = stage.company.enters(there["reference"], price=Decimal(there["gross"]), key=there["key"])
    stage.cycle(after=SETTLED)
    assert (stage.state(placed), stage.delivery(placed).target_number) == (State.CONFIRMED, other)
    stage.company.rekey(stage.company.order(there["number"]), "")  # else two would be counted after the test


def test_magentos_invoice_of_what_is_void_with_its_order_is_waited_for_no_more(stage: Stage) -> None:
    """Seen before, of a product whose orders are invoices: held for the payment of a void one, for ever."""
    placed = stage.order("guest")
    stage.cycle()
    order = stage.delivery(placed)
    waits = NewDelivery(
        connection=order.connection,
        flow="invoices",
        step="invoice:1",
        key=f"{order.key.rpartition('/')[0]}/invoice:1",
        source_id=order.source_id,
        label=order.label,
        state=State.HELD,
        waits_for=payment_of("SI-1"),
        reason=UNPAID,
    )
    with transaction("test"):
        delivery.create_many([waits], stage.world.clock.now())
    stage.shopper.cancel(placed)
    stage.cycle()
    assert stage.state(placed) is State.CANCELLED
    step = lookups.step_of(order.source_id, "invoices", "invoice:1")
    assert step is not None
    assert (step.state, step.reason) == (State.SKIPPED, "Sage's invoice was voided with its order")


def test_a_despatched_order_is_a_review_with_the_way_out(stage: Stage) -> None:
    placed = stage.order("guest")
    stage.cycle()
    stage.company.despatch(stage.only(placed)["number"])
    stage.shopper.cancel(placed)
    stage.cycle()
    review = stage.delivery(placed, "cancel")
    assert (review.state, review.reason_code) == (State.REVIEW, "refused")
    assert "has left already" in review.reason
    assert stage.state(placed) is State.CONFIRMED
    assert len(stage.in_sage(placed)) == 1


def test_a_lost_answer_to_the_cancellation_is_no_second_one(stage: Stage) -> None:
    placed = stage.order("guest")
    stage.cycle()
    stage.shopper.cancel(placed)
    stage.break_sage("drop_after", on="cancel")
    stage.cycle()
    assert stage.state(placed, "cancel") is State.IN_DOUBT
    stage.cycle(after=SETTLED)
    assert (stage.state(placed), stage.state(placed, "cancel")) == (State.CANCELLED, State.CONFIRMED)
    assert deleted(stage) == 1


def test_a_cancellation_that_is_never_answered_is_reported_after_three_cycles(stage: Stage) -> None:
    placed = stage.order("guest")
    stage.cycle()
    stage.shopper.cancel(placed)
    stage.break_sage("drop_before", times=4, on="cancel")
    told = []
    for _ in range(5):
        stage.cycle(after=SETTLED)
        told.append(len(stage.alerts()))
    assert told == [0, 0, 0, 1, 1]
    assert stage.state(placed) is State.CANCELLED
    assert deleted(stage) == 1

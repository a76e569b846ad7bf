"""Orders that lie in a file while Magento cancels them, in a company that taxes otherwise, or where nobody cancels."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from integration.flows.conftest import InMemory
from integration.flows.in_memory import MemoryStage
from integration.flows.test_taken_back import FIVE, cancel_all_but, reduced
from tidegate.conformance.memory.orders import Orders
from tidegate.domain.states import State
from tidegate.engine.interventions import Act
from tidegate.flows.orders import cancellations, found_orders

NOBODY_CANCELS = {"hands_over": True, "without": frozenset({"cancelling"})}
FOUND_LATER = Decimal("2.10")  #: taxed there, not in the store


def states(stage: MemoryStage, placed: int) -> tuple[State, State]:
    """Of the order and of its cancellation."""
    return stage.state(placed), stage.state(placed, "cancel")


def in_a_file(stage: MemoryStage) -> int:
    """An order of five pieces that lies there."""
    placed = stage.order("guest", **FIVE)
    stage.cycle()
    assert stage.state(placed) is State.HANDED_OVER
    return placed


def made(stage: MemoryStage) -> None:
    """The company's machine works on the file, and its result is read."""
    stage.work()
    stage.cycle()
    stage.cycle()


@pytest.fixture
def dearer(monkeypatch: pytest.MonkeyPatch) -> None:
    """The company taxes what the store does not."""
    own = Orders._gross
    monkeypatch.setattr(Orders, "_gross", lambda self, order: own(self, order) + FOUND_LATER)
    monkeypatch.setattr(Orders, "_other_total", lambda self, order: None)


@pytest.fixture
def stage(in_memory: InMemory) -> MemoryStage:
    """Files of orders alone: nobody cancels by this way."""
    return in_memory(**NOBODY_CANCELS)


def asked_to_cancel(stage: MemoryStage, placed: int) -> str:
    """What the person is asked who must cancel it."""
    review = stage.delivery(placed, "cancel")
    assert (review.state, review.reason_code) == (State.REVIEW, "cancel-after-send")
    assert f"sent as {stage.only(placed)['number']}. Cancel it in the company" in review.reason
    return review.reason


def test_where_nobody_cancels_a_person_is_asked_to(stage: MemoryStage) -> None:
    placed = in_a_file(stage)
    stage.shopper.cancel(placed)
    stage.cycle()
    made(stage)
    assert stage.state(placed) is State.CONFIRMED
    asked_to_cancel(stage, placed)


def test_nobody_waits_for_who_compares_the_total(stage: MemoryStage, dearer: None) -> None:
    """Seen before: the order in review for its total, its cancellation queued for ever."""
    placed = in_a_file(stage)
    made(stage)
    assert (stage.state(placed), stage.delivery(placed).reason_code) == (State.REVIEW, "totals-differ")
    stage.shopper.cancel(placed)
    stage.cycle()
    assert stage.state(placed) is State.REVIEW
    assert "Its total is in question, too" in asked_to_cancel(stage, placed)


def test_who_has_cancelled_it_there_has_answered_both(stage: MemoryStage, dearer: None) -> None:
    placed = in_a_file(stage)
    made(stage)
    stage.shopper.cancel(placed)
    stage.cycle()
    number = stage.only(placed)["number"]
    stage.company.delete(number)
    stage.link(placed, number, step="cancel")
    stage.cycle()
    assert states(stage, placed) == (State.CANCELLED, State.CONFIRMED)
    assert stage.alerts() == []


def test_cancelled_in_the_file_it_is_in_review_with_both_totals(stage: MemoryStage, dearer: None) -> None:
    """Seen before: the cancellation's look-up took it over as confirmed, and its total was compared by nobody."""
    placed = in_a_file(stage)
    stage.shopper.cancel(placed)
    stage.cycle()
    made(stage)
    order = stage.delivery(placed)
    assert (order.state, order.reason_code) == (State.REVIEW, "totals-differ")
    assert "over 52.10" in order.reason
    assert "placed, or sent, over 50.00" in order.reason
    assert order.target_number == stage.only(placed)["number"]
    asked_to_cancel(stage, placed)


def test_where_the_product_cancels_it_is_cancelled_there(in_memory: InMemory, dearer: None) -> None:
    stage = in_memory(hands_over=True)
    placed = in_a_file(stage)
    made(stage)
    stage.shopper.cancel(placed)
    stage.cycle()
    assert states(stage, placed) == (State.CANCELLED, State.CONFIRMED)
    assert stage.in_sage(placed)[0]["status"] == "cancelled"
    assert stage.alerts() == []


def test_what_was_taken_back_is_not_taken_for_tax(stage: MemoryStage, dearer: None) -> None:
    """Seen before: 198.28 there, 65.88 remain here, and a review of 132.40 of tax."""
    placed = in_a_file(stage)
    cancel_all_but(stage, placed, 4)
    stage.cycle()
    made(stage)
    order = stage.delivery(placed)
    assert (order.state, order.reason_code) == (State.REVIEW, "totals-differ")
    assert "is 52.10, the store's 50.00 USD (difference 2.10)" in order.reason
    assert list(reduced(stage, placed).values()) == ["queued"]  # until the order itself is settled
    stage.act(Act.RETRY, placed, overrule=True)
    stage.cycle()
    assert stage.state(placed) is State.CONFIRMED
    assert list(reduced(stage, placed).values()) == ["review"]


def only_confirmed_orders_stand_there(patch: pytest.MonkeyPatch) -> None:
    """A cancellation waits for who compares the totals."""
    patch.setattr(cancellations, "stands_there", lambda order: order.state is State.CONFIRMED)


def no_total_is_compared(patch: pytest.MonkeyPatch) -> None:
    """What a cancellation's look-up finds counts as confirmed."""
    patch.setattr(cancellations, "other_total", lambda cycle, order, there: "")


def only_what_remains_is_compared(patch: pytest.MonkeyPatch) -> None:
    """Whatever was sent."""
    patch.setattr(found_orders, "as_placed", lambda cycle, item, order: None)


BUGS: list[tuple[Callable[[pytest.MonkeyPatch], None], Callable[[MemoryStage, Any], None]]] = [
    (only_confirmed_orders_stand_there, test_nobody_waits_for_who_compares_the_total),
    (no_total_is_compared, test_cancelled_in_the_file_it_is_in_review_with_both_totals),
    (only_what_remains_is_compared, test_what_was_taken_back_is_not_taken_for_tax),
]


@pytest.mark.parametrize(("bug", "question"), BUGS, ids=[bug.__name__ for bug, _ in BUGS])
def test_a_bug_is_found(
    stage: MemoryStage,
    dearer: None,
    monkeypatch: pytest.MonkeyPatch,
    bug: Callable[[pytest.MonkeyPatch], None],
    question: Callable[[MemoryStage, Any], None],
) -> None:
    bug(monkeypatch)
    with pytest.raises(AssertionError):
        question(stage, None)

"""The decision table of the capture: every order read has exactly one disposition."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import product
from typing import Any

import msgspec
import pytest

from tidegate.domain.errors import Code
from tidegate.domain.orders.capture import Action, CaptureRules, Known, decide, not_exported, parent_settled
from tidegate.domain.orders.keys import StoreStatus, revision
from tidegate.domain.orders.order import Order
from tidegate.domain.states import TRANSITIONS, State
from unit.domain.orders import CUST_PO_COUPON

RULES = CaptureRules(websites=frozenset({"base"}), since=datetime(2026, 1, 1, tzinfo=UTC))
SAME = revision(CUST_PO_COUPON)
BEFORE_SENDING = [State.CAPTURED, State.QUEUED, State.HELD, State.REVIEW]
AFTER_SENDING = [State.SENDING, State.IN_DOUBT, State.CONFIRMED]


def read(**changes: Any) -> Order:
    return msgspec.structs.replace(CUST_PO_COUPON, **changes)


CANCELLED = read(state="canceled", status="canceled")
CHANGED = read(po_number="PO-2")
NOT_YET = read(state="new", status="pending_payment")


def known(state: State, **more: Any) -> Known:
    return Known(state=state, revision=SAME, **more)


def test_a_new_order_is_queued() -> None:
    assert decide(CUST_PO_COUPON, None, RULES).action is Action.QUEUE
    assert decide(CUST_PO_COUPON, None, CaptureRules()).action is Action.QUEUE


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"website": "b2b"}, "no flow of this connection includes the website b2b"),
        ({"created_at": datetime(2025, 12, 31, tzinfo=UTC)}, "created before 2026-01-01T00:00:00+00:00"),
        ({"status": "pending_payment"}, "status pending_payment is never sent"),
        ({"status": "fraud"}, "status fraud is never sent"),
        ({"state": "holded", "status": "on_hold"}, "state holded is not sent"),
        ({"state": "canceled"}, "state canceled is not sent"),
        ({"state": "closed"}, "state closed is not sent"),
    ],
)
def test_orders_that_are_not_sent_are_skipped_with_the_reason(change: dict, reason: str) -> None:
    disposition = decide(read(**change), None, RULES)
    assert (disposition.action, disposition.reason) == (Action.SKIP, reason)
    assert not_exported(read(**change), RULES) == reason


def test_a_status_that_magento_lost_does_not_stop_the_order() -> None:
    assert decide(read(status=""), None, RULES).action is Action.QUEUE


def test_a_skipped_order_that_can_be_sent_now_is_queued() -> None:
    assert decide(CUST_PO_COUPON, known(State.SKIPPED), RULES).action is Action.UNSKIP
    assert decide(NOT_YET, known(State.SKIPPED), RULES).action is Action.NOTHING
    assert decide(CANCELLED, known(State.SKIPPED), RULES).action is Action.NOTHING


@pytest.mark.parametrize(
    ("state", "action"),
    [
        (State.CAPTURED, Action.QUEUE),
        (State.QUEUED, Action.NOTHING),
        (State.HELD, Action.NOTHING),
        (State.REVIEW, Action.NOTHING),
        (State.SENDING, Action.NOTHING),
        (State.IN_DOUBT, Action.NOTHING),
        (State.CONFIRMED, Action.NOTHING),
        (State.CANCELLED, Action.NOTHING),
    ],
)
def test_the_same_order_again(state: State, action: Action) -> None:
    echo = read(updated_at=datetime(2026, 12, 1, tzinfo=UTC), ext_order_id="SO-1")
    assert decide(echo, known(state), RULES).action is action


@pytest.mark.parametrize("state", BEFORE_SENDING)
def test_before_sending(state: State) -> None:
    assert decide(CANCELLED, known(state), RULES).action is Action.CANCEL
    assert decide(CHANGED, known(state), RULES).action is Action.REFRESH
    skipped = decide(NOT_YET, known(state), RULES)
    assert (skipped.action, skipped.reason) == (Action.SKIP, "status pending_payment is never sent")


@pytest.mark.parametrize("state", AFTER_SENDING)
def test_after_sending(state: State) -> None:
    cancelled = decide(CANCELLED, known(state), RULES)
    assert cancelled.action is Action.CANCEL_SENT
    assert cancelled.failure is not None
    assert cancelled.failure.code is Code.CANCEL_AFTER_SEND
    changed = decide(CHANGED, known(state), RULES)
    assert changed.action is Action.CHANGED
    assert changed.failure is not None
    assert changed.failure.code is Code.CHANGED_AFTER_SEND
    assert decide(NOT_YET, known(state), RULES).action is Action.NOTHING


@pytest.mark.parametrize("state", BEFORE_SENDING)
def test_what_may_have_been_sent_counts_as_sent(state: State) -> None:
    assert decide(CANCELLED, known(state, maybe_sent=True), RULES).action is Action.CANCEL_SENT
    assert decide(CHANGED, known(state, maybe_sent=True), RULES).action is Action.CHANGED


def test_a_recorded_cancellation_is_not_recorded_again() -> None:
    assert decide(CANCELLED, known(State.CONFIRMED, cancelling=True), RULES).action is Action.NOTHING


def test_a_refunded_order_that_was_sent_is_the_credits_flow_s_business() -> None:
    assert decide(read(state="closed"), known(State.CONFIRMED), RULES).action is Action.NOTHING


def test_a_cancellation_that_the_store_takes_back() -> None:
    by_store = known(State.CANCELLED, status=StoreStatus.CANCELLED)
    assert decide(CUST_PO_COUPON, by_store, RULES).action is Action.UNSKIP
    assert decide(CANCELLED, by_store, RULES).action is Action.NOTHING


@pytest.mark.parametrize("state", [State.CANCELLED, State.CONFIRMED])
def test_a_cancellation_that_the_store_takes_back_too_late_is_for_a_person(state: State) -> None:
    sent = known(state, status=StoreStatus.CANCELLED, maybe_sent=True, cancelling=True)
    late = decide(CUST_PO_COUPON, sent, RULES)
    assert (late.action, late.failure and late.failure.code) == (Action.CHANGED, Code.CHANGED_AFTER_SEND)
    assert decide(CANCELLED, sent, RULES).action is Action.NOTHING
    again = known(state, status=StoreStatus.OPEN, maybe_sent=True, cancelling=True)
    assert decide(CUST_PO_COUPON, again, RULES).action is Action.NOTHING


def test_what_a_person_left_out_here_is_never_sent_by_itself() -> None:
    assert decide(CUST_PO_COUPON, known(State.SKIPPED, left_out=True), RULES).action is Action.NOTHING
    both = known(State.CANCELLED, status=StoreStatus.CANCELLED, left_out=True)
    assert decide(CUST_PO_COUPON, both, RULES).action is Action.NOTHING


def test_what_a_person_cancelled_here_stays_cancelled() -> None:
    assert decide(CUST_PO_COUPON, known(State.CANCELLED), RULES).action is Action.NOTHING


COPY = read(entity_id=300, increment_id="000000002-1", parent_entity_id=2)


@pytest.mark.parametrize("parent", [None, *State])
def test_an_edited_order_follows_its_parent(parent: State | None) -> None:
    disposition = decide(COPY, None, RULES, parent=parent)
    if parent in (State.CANCELLED, State.SKIPPED):
        assert parent_settled(parent)
        assert disposition.action is Action.QUEUE
    else:
        assert not parent_settled(parent)
        assert (disposition.action, disposition.waits_for) == (Action.HOLD, "order:main:2")
        assert disposition.failure is not None
        assert (disposition.failure.code, disposition.failure.missing) == (
            Code.PARENT_PENDING,
            "order:main:2",
        )


def test_a_parent_counts_only_for_copies() -> None:
    assert decide(CUST_PO_COUPON, None, RULES, parent=State.CONFIRMED).action is Action.QUEUE


def test_a_copy_that_is_not_sent_is_skipped_rather_than_held() -> None:
    pending = msgspec.structs.replace(COPY, status="pending_payment")
    assert decide(pending, None, RULES, parent=State.CONFIRMED).action is Action.SKIP
    unskipped = decide(
        COPY, Known(state=State.SKIPPED, revision=revision(COPY)), RULES, parent=State.CONFIRMED
    )
    assert (unskipped.action, unskipped.waits_for) == (Action.UNSKIP, "order:main:2")


def test_a_queued_copy_whose_parent_turns_out_unsettled_is_held() -> None:
    copy = Known(state=State.QUEUED, revision=revision(COPY))
    assert decide(COPY, copy, RULES, parent=State.IN_DOUBT).action is Action.HOLD
    assert decide(COPY, copy, RULES, parent=State.CANCELLED).action is Action.NOTHING
    held = Known(state=State.HELD, revision=revision(COPY))
    assert decide(COPY, held, RULES, parent=State.IN_DOUBT).action is Action.NOTHING


def test_a_sent_order_that_was_edited_names_its_successor() -> None:
    replaced = read(state="canceled", child_entity_id=300)
    assert "order 300 replaces it" in decide(replaced, known(State.CONFIRMED), RULES).reason


LETTERS = {
    Action.QUEUE: "a",
    Action.SKIP: "n",
    Action.HOLD: "i",
    Action.CANCEL: "m",
    Action.UNSKIP: "p",
}


def test_no_disposition_asks_for_a_transition_that_does_not_exist() -> None:
    orders = [CUST_PO_COUPON, CANCELLED, CHANGED, NOT_YET, read(state="closed"), COPY]
    parents = [None, *State]
    flags = [False, True]
    for order, state, parent, maybe, noted, standing in product(
        orders, State, parents, flags, flags, StoreStatus
    ):
        before = known(state, maybe_sent=maybe, cancelling=noted, status=standing)
        action = decide(order, before, RULES, parent=parent).action
        if action in LETTERS:
            assert state in TRANSITIONS[LETTERS[action]][0], (order.state, before, parent, action)
        if maybe or state in AFTER_SENDING:
            assert action in (Action.NOTHING, Action.CANCEL_SENT, Action.CHANGED, Action.UNSKIP)
            assert action is not Action.UNSKIP or state is State.SKIPPED

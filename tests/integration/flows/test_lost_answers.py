"""Errors, group *verify first*: nobody knows whether the company has it, so it is looked up."""

from __future__ import annotations

from datetime import timedelta

import pytest

from integration.flows.conftest import Build
from integration.flows.stage import PAUSE, SETTLED, Stage
from tidegate.domain.states import State


def test_lost_after_the_effect_it_is_found_and_confirmed_once(stage: Stage) -> None:
    placed = stage.order("guest")
    stage.break_sage("drop_after", on="send")
    stage.cycle()
    assert stage.state(placed) is State.IN_DOUBT
    stage.cycle(after=SETTLED)
    assert stage.state(placed) is State.CONFIRMED
    assert stage.delivery(placed).adopted
    assert stage.attempts(placed) == [("found", "")]
    assert len(stage.in_sage(placed)) == 1


def test_no_look_up_counts_before_the_settle_time(stage: Stage) -> None:
    """A server may finish what its caller gave up: minutes later the order is there after all."""
    placed = stage.order("guest")
    stage.break_sage("late", on="send", seconds=500, seen="timeout")
    stage.cycle()
    stage.listen()
    for _ in range(4):
        stage.cycle(after=PAUSE)
    assert stage.state(placed) is State.IN_DOUBT
    assert stage.sage_calls("send") == []
    stage.cycle(after=SETTLED)
    assert stage.state(placed) is State.CONFIRMED
    assert len(stage.in_sage(placed)) == 1


def test_lost_before_the_effect_it_counts_once_proved_absent_and_is_sent_again(stage: Stage) -> None:
    placed = stage.order("guest")
    stage.break_sage("drop_before", on="send")
    stage.cycle()
    assert stage.delivery(placed).failures == 0
    stage.cycle(after=SETTLED)
    delivery = stage.delivery(placed)
    assert (delivery.state, delivery.failures) == (State.CONFIRMED, 1)
    assert stage.attempts(placed) == [("absent", "no-answer"), ("accepted", "")]


def test_the_third_counted_failure_is_reported_once_and_it_is_tried_again(stage: Stage) -> None:
    placed = stage.order("guest")
    number = stage.shop_order(placed)["increment_id"]
    stage.break_sage("drop_before", times=4, on="send")
    told = []
    for _ in range(5):
        stage.cycle(after=SETTLED)
        told.append((stage.state(placed), stage.alerts()))
    # The cycle that confirms the order ends its alert.
    waits = State.IN_DOUBT
    assert told == [*[(waits, [])] * 3, (waits, [("no-answer", number)]), (State.CONFIRMED, [])]
    assert len(stage.in_sage(placed)) == 1


@pytest.mark.parametrize("kind", ["login_page", "garbage", "cut_body"])
def test_an_answer_that_says_nothing_is_in_doubt(stage: Stage, kind: str) -> None:
    """A sign-in page with status 200, half a document, a body that breaks off: none is a confirmation."""
    placed = stage.order("guest")
    stage.break_sage(kind, on="send")
    stage.cycle()
    assert stage.state(placed) is State.IN_DOUBT
    stage.cycle(after=SETTLED)
    assert stage.state(placed) is State.CONFIRMED
    assert len(stage.in_sage(placed)) == 1


def test_a_gateway_that_gave_up_is_in_doubt(stage: Stage) -> None:
    placed = stage.order("guest")
    stage.break_sage("status", on="send", status=504, effect=True)
    stage.cycle()
    assert (stage.state(placed), stage.delivery(placed).reason_code) == (State.IN_DOUBT, "gateway-timeout")
    stage.cycle(after=SETTLED)
    assert len(stage.in_sage(placed)) == 1


def test_two_unclear_answers_in_a_row_end_the_cycle(stage: Stage) -> None:
    placed = stage.orders(6, "guest")
    stage.break_sage("drop_before", times=None, on="send")
    stage.listen()
    stage.cycle()
    assert len(stage.sage_calls("send")) == 2
    assert sorted(stage.state(one) for one in placed) == [State.IN_DOUBT] * 2 + [State.QUEUED] * 4


def test_two_unclear_answers_end_the_cycle_also_in_batches_of_one(build: Build) -> None:
    stage = build(batch=1)
    placed = stage.orders(6, "guest")
    stage.break_sage("drop_before", times=None, on="send")
    stage.listen()
    stage.cycle()
    assert len(stage.sage_calls("send")) == 2
    assert sorted(stage.state(one) for one in placed) == [State.IN_DOUBT] * 2 + [State.QUEUED] * 4


def test_two_unclear_answers_end_the_cycle_also_while_accounts_are_made(stage: Stage) -> None:
    for customer in stage.world.register(5):
        stage.order("customer", customer=customer)
    stage.break_sage("drop_before", times=None, on="create customer")
    stage.listen()
    stage.cycle()
    assert len(stage.sage_calls("create customer")) == 2
    stage.mend()
    stage.cycle(after=SETTLED)
    stage.cycle()
    assert len(stage.company.books()["orders"]) == 5


def test_an_unclear_answer_between_clear_ones_ends_nothing(stage: Stage) -> None:
    placed = stage.orders(4, "guest")
    stage.break_sage("drop_before", on="send", skip=1)
    stage.break_sage("drop_before", on="send", skip=2)
    stage.cycle()
    assert sorted(stage.state(one) for one in placed) == [State.CONFIRMED] * 2 + [State.IN_DOUBT] * 2
    stage.cycle(after=SETTLED + timedelta(minutes=1))
    assert stage.states(placed) == {State.CONFIRMED}

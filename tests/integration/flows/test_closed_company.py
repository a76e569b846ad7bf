"""Errors, groups *wait for window* and *wait for seat*: nothing is counted, the company is left alone."""

from __future__ import annotations

from datetime import timedelta

import pytest

from integration.flows.stage import PAUSE, SETTLED, Stage
from tidegate.domain.states import State


def test_a_locked_company_ends_the_cycle_and_is_left_alone(stage: Stage) -> None:
    stage.order("guest")
    stage.cycle()
    stage.lock()
    placed = stage.orders(3, "guest")
    stage.listen()
    report = stage.cycle()
    assert len(stage.sage_calls()) == 1
    assert "locked" in report.text
    assert stage.states(placed) == {State.QUEUED}
    assert {stage.delivery(one).failures for one in placed} == {0}
    stage.listen()
    stage.cycle(after=timedelta(minutes=5))
    assert stage.sage_calls() == []
    stage.unlock()
    stage.cycle(after=SETTLED)
    assert stage.states(placed) == {State.CONFIRMED}
    assert stage.alerts() == []


def test_in_an_announced_window_nothing_is_called_and_capture_goes_on(stage: Stage) -> None:
    stage.pass_time(timedelta(hours=15, minutes=15))  # 01:15 in Detroit: the nightly backup
    placed = stage.orders(2, "guest")
    stage.listen()
    report = stage.cycle()
    assert stage.sage_calls() == []  # the sign-in included
    assert stage.states(placed) == {State.QUEUED}
    assert report.text == "closed: nightly backup"
    assert (report.counts["captured"], report.counts["calls_company"]) == (2, 0)
    stage.cycle(after=timedelta(hours=2))
    assert stage.states(placed) == {State.CONFIRMED}


def test_a_window_that_begins_while_a_cycle_works_ends_it_and_is_nobody_s_fault(stage: Stage) -> None:
    """Each order's call is slow: those for which no time is left before the backup wait for its end."""
    begins = (stage.now + timedelta(days=1)).replace(hour=6, minute=0, second=0, microsecond=0)
    stage.pass_time(begins - timedelta(minutes=1) - stage.now)  # of the nightly backup: 01:00 in Detroit
    placed = stage.orders(4, "guest")
    stage.break_sage("lingers", on="send", times=None, seconds=25)
    stage.listen()
    report = stage.cycle(after=timedelta(0))
    assert stage.now < begins + timedelta(minutes=1)
    assert all(at < begins for at, _ in stage.calls)
    assert report.outcome == "done"
    assert report.text == "closed: nightly backup"
    assert {stage.delivery(one).failures for one in placed} == {0}
    assert stage.states(placed) == {State.CONFIRMED, State.QUEUED}
    stage.mend()
    stage.cycle(after=timedelta(hours=3))
    assert stage.states(placed) == {State.CONFIRMED}
    assert stage.alerts() == []


def test_a_throttling_company_is_not_asked_before_it_said(stage: Stage) -> None:
    placed = stage.orders(3, "guest")
    stage.break_sage("status", on="send", status=429, retry_after=300, skip=1)
    stage.cycle()
    assert sorted(stage.state(one) for one in placed) == [State.CONFIRMED, State.QUEUED, State.QUEUED]
    assert {stage.delivery(one).failures for one in placed} == {0}
    stage.listen()
    stage.cycle(after=timedelta(minutes=4))
    assert stage.sage_calls() == []
    stage.cycle(after=timedelta(minutes=2))
    assert stage.states(placed) == {State.CONFIRMED}
    assert stage.alerts() == []


def test_no_free_seat_ends_the_cycle_and_counts_nothing(stage: Stage) -> None:
    placed = stage.orders(3, "guest")
    stage.break_sage("seats", on="send")
    stage.cycle()
    assert stage.states(placed) == {State.QUEUED}
    assert {stage.delivery(one).failures for one in placed} == {0}
    stage.cycle(after=SETTLED)
    assert stage.states(placed) == {State.CONFIRMED}


@pytest.mark.parametrize("kind", ["refuse", "drop_before"])
def test_an_unreachable_company_costs_nobody_a_try(stage: Stage, kind: str) -> None:
    placed = stage.orders(2, "guest")
    stage.break_sage(kind, times=None)
    stage.cycle()
    stage.cycle()
    assert stage.states(placed) == {State.QUEUED}
    assert {stage.delivery(one).failures for one in placed} == {0}
    stage.mend()
    stage.cycle(after=SETTLED)
    assert stage.states(placed) == {State.CONFIRMED}


def test_a_company_in_trouble_is_waited_out(stage: Stage) -> None:
    placed = stage.order("guest")
    stage.break_sage("status", times=None, status=503)
    stage.cycle()
    assert (stage.state(placed), stage.delivery(placed).failures) == (State.QUEUED, 0)
    stage.mend()
    stage.cycle(after=SETTLED)
    assert stage.state(placed) is State.CONFIRMED


def test_an_order_refused_by_a_window_is_not_tried_twice_in_one_cycle(stage: Stage) -> None:
    placed = stage.order("guest")
    stage.break_sage("lock", on="send")
    stage.listen()
    stage.cycle(after=PAUSE)
    assert len(stage.sage_calls("send")) == 1
    assert stage.state(placed) is State.QUEUED

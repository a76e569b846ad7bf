"""What is due, by a clock that moves on while it is asked, as every real one does."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

import pytest

from integration.flows.conftest import build as build
from integration.flows.conftest import stage as stage
from integration.flows.stage import Stage
from tidegate.clock import Clock
from tidegate.config.model import Flow
from tidegate.engine import schedule
from tidegate.engine.cycles import run_cycle
from tidegate.engine.planner import Planner
from tidegate.flows.connection import Connection

FLOWS = {"orders": Flow(every="15m"), "order-status": Flow(every="15m")}


class Moving:
    """Each look at it is a moment later than the one before."""

    def __init__(self, clock: Clock) -> None:
        self._clock, self._looks = clock, 0

    def now(self) -> datetime:
        self._looks += 1
        return self._clock.now() + timedelta(microseconds=self._looks)

    def monotonic(self) -> float:
        return self._clock.monotonic()

    def wait(self, seconds: float, until: threading.Event | None = None) -> bool:
        return self._clock.wait(seconds, until)


@pytest.fixture
def moving(stage: Stage) -> Stage:
    """Two flows that have never run, and so are due."""
    stage.reopen(flows=FLOWS)
    stage.hub.clock = Moving(stage.hub.clock)
    return stage


def put(stage: Stage) -> list[str]:
    """What a planner puts into the queue in one look."""
    found: list[str] = []

    def note(_: Connection, flow: str) -> None:
        found.append(flow)

    Planner(stage.hub, note).look()
    return found


def test_the_planner_of_workers_puts_what_is_due_into_the_queue(moving: Stage) -> None:
    assert set(put(moving)) == set(FLOWS)


def test_what_waits_or_was_refused_is_put_again_after_a_minute_and_what_has_run_when_it_is_due(
    stage: Stage,
) -> None:
    """A halted connection, or a lease that a dead worker has left, causes no storm of jobs."""
    stage.reopen(flows={"orders": Flow(every="10s")})
    found: list[str] = []
    planner = Planner(stage.hub, lambda _, flow: found.append(flow))

    def after(seconds: int) -> int:
        stage.pass_time(timedelta(seconds=seconds))
        planner.look()
        put, found[:] = len(found), []
        return put

    assert [after(seconds) for seconds in (0, 6, 6, 6, 43)] == [1, 0, 0, 0, 1]
    planner.forget("web", "orders")  # its worker has died
    assert [after(seconds) for seconds in (1, 1)] == [1, 0]
    run_cycle(stage.hub, stage.connection, "orders")
    assert [after(seconds) for seconds in (6, 6, 6)] == [0, 1, 0]


def test_who_runs_sees_that_others_wait(moving: Stage) -> None:
    due = schedule.next_due(moving.hub, moving.connection)
    assert due is not None
    assert due.flow == "orders"
    assert schedule.others_are_due(moving.hub, due)


def test_orders_do_not_come_twice_while_something_else_is_due(moving: Stage) -> None:
    moving.hub.ran_last[moving.connection.name] = "orders"
    due = schedule.next_due(moving.hub, moving.connection)
    assert due is not None
    assert due.flow == "order-status"


def test_by_two_looks_at_the_clock_nothing_is_ever_due(
    moving: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The deliberate bug, which stood here: workers planned nothing, and no long cycle made way for another."""
    own = schedule.planned

    def by_a_later_look(hub: object, connection: Connection, _: datetime | None = None) -> object:
        return own(hub, connection)  # type: ignore[arg-type]

    monkeypatch.setattr(schedule, "planned", by_a_later_look)
    monkeypatch.setattr("tidegate.engine.planner.planned", by_a_later_look)
    assert put(moving) == []

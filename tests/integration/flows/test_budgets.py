"""A budget is not overdrawn: cycles stop before, and go on when some of it is free again. And an agent stands down."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from integration.flows.in_memory import MemoryStage, build_shop
from integration.flows.stage import CONNECTION
from tidegate.config.model import Flow
from tidegate.domain.calendar import Calendar, Closing
from tidegate.domain.states import State
from tidegate.engine.cycles import run_cycle
from tidegate.flows.spending import SETTLED, Spending
from tidegate.ledger import halts, usage
from tidegate.ledger.database import transaction
from tidegate.sage.port.usage import Allowance, Budget, Measure, Usage

Build = Callable[..., MemoryStage]
MINUTE = timedelta(minutes=1)
MOST = 20


@pytest.fixture
def build(tmp_path: Path, migrated: Path) -> Iterator[Build]:
    """Makes the company in memory; keywords are those of `Switches`."""
    built: list[MemoryStage] = []

    def make(**switches: Any) -> MemoryStage:
        shutil.copyfile(migrated, tmp_path / "ledger.db")
        built.append(MemoryStage(build_shop(f"sqlite:///{tmp_path / 'ledger.db'}"), **switches))
        return built[-1]

    yield make
    for stage in built:
        stage.check()
        stage.hub.close()


def in_any_minute(stage: MemoryStage) -> int:
    """The most calls that any minute saw."""
    times = stage.room.calls_made.times
    return max(sum(1 for each in times if start <= each < start + MINUTE) for start in times)


def test_cycles_stop_before_the_budget_is_spent_and_go_on(build: Build) -> None:
    stage = build(calls_a_minute=MOST)
    stage.reopen(flows={"orders": Flow(every="5m", batch=1)})
    placed = [stage.order("guest") for _ in range(12)]
    stage.listen()
    texts = []
    for _ in range(20):
        texts.append(run_cycle(stage.hub, stage.hub.connections[CONNECTION], "orders"))
        if stage.states(placed) == {State.CONFIRMED}:
            break
        stage.world.clock.advance(61)

    assert stage.states(placed) == {State.CONFIRMED}
    assert in_any_minute(stage) <= MOST
    stopped = [each.text for each in texts if "budget" in each.text]
    assert stopped
    assert "20 calls per minute" in stopped[0]
    assert {each.outcome for each in texts} == {"done"}, "nothing has failed"
    assert len(texts) < 20


def test_what_others_use_counts(build: Build) -> None:
    stage = build(calls_a_minute=MOST)
    with transaction("test"):
        usage.add("sage", Usage(calls=MOST), stage.now)
    stage.order("guest")
    stage.listen()
    report = run_cycle(stage.hub, stage.hub.connections[CONNECTION], "orders")

    assert "budget" in report.text
    assert stage.sage_calls() == []


def test_what_a_cycle_has_used_stands_in_the_ledger(build: Build) -> None:
    stage = build()
    stage.order("guest")
    stage.listen()
    run_cycle(stage.hub, stage.hub.connections[CONNECTION], "orders")

    assert usage.since("sage", stage.now - MINUTE).calls == stage.room.calls > 0
    run_cycle(stage.hub, stage.hub.connections[CONNECTION], "orders")
    assert usage.since("sage", stage.now - MINUTE).calls == stage.room.calls


class Counted:
    """A company of which only its use and budget are known."""

    def __init__(self, *budget: Allowance) -> None:
        self.used, self._budget = Usage(), budget

    def usage(self) -> Usage:
        return self.used

    def budget(self) -> Budget:
        return self._budget


def test_the_products_own_word_counts_until_it_ends(build: Build) -> None:
    stage = build()
    now = stage.now
    stated = Allowance(Measure.UNITS, 1000, timedelta(days=1), left=3, resets=now + timedelta(hours=2))
    company, spending = Counted(stated), Spending("other", stage.hub.clock)

    closed = spending.closed(company)  # type: ignore[arg-type]
    assert closed is not None
    assert closed.until == now + timedelta(hours=2)
    stage.world.clock.advance(2 * 3600 + SETTLED)
    assert spending.closed(company) is None  # type: ignore[arg-type]


def test_what_is_reserved_for_others_is_left_to_them(build: Build) -> None:
    stage = build()
    company = Counted(Allowance(Measure.CALLS, 100, MINUTE, shared=True, reserved=40))
    spending = Spending("other", stage.hub.clock)
    company.used = Usage(calls=50)
    assert spending.closed(company) is None  # type: ignore[arg-type]
    company.used = Usage(calls=56)
    assert spending.closed(company) is not None  # type: ignore[arg-type]
    stage.world.clock.advance(121)
    assert spending.closed(company) is None  # type: ignore[arg-type]


def test_nothing_waits_for_what_is_charged_beyond(build: Build) -> None:
    stage = build()
    company = Counted(Allowance(Measure.UNITS, 100, MINUTE, charged=True))
    spending = Spending("other", stage.hub.clock)
    company.used = Usage(units=120)
    assert spending.closed(company) is None  # type: ignore[arg-type]
    assert spending.left(company.budget()[0], company, stage.now) < 0  # type: ignore[arg-type]


def test_two_processes_share_one_budget(build: Build) -> None:
    stage = build()
    allowance = Allowance(Measure.CALLS, 100, timedelta(days=1))
    companies = Counted(allowance), Counted(allowance)
    processes = [Spending("other", stage.hub.clock) for _ in companies]
    for company, process in zip(companies, processes, strict=True):
        company.used = Usage(calls=48)
        process.settle(company, stage.now)  # type: ignore[arg-type]

    assert all(
        process.closed(company) is not None  # type: ignore[arg-type]
        for company, process in zip(companies, processes, strict=True)
    )


def test_before_a_window_the_agent_is_notified_and_nothing_new_begins(build: Build) -> None:
    stage = build(drains_for=timedelta(minutes=5))
    connection = stage.hub.connections[CONNECTION]
    rule = f"FREQ=DAILY;BYHOUR={(stage.now + timedelta(hours=1)).hour};BYMINUTE=0;BYSECOND=0"
    connection.calendar = Calendar("UTC", (Closing(rule, 30, "backup"),))
    start = (stage.now + timedelta(hours=1)).replace(minute=0, second=0, microsecond=0)
    stage.order("guest")

    stage.world.clock.advance((start - stage.now).total_seconds() - 600)
    assert connection.closed() is None
    assert stage.room.stood_down is None
    stage.world.clock.advance(360)
    stage.listen()
    report = run_cycle(stage.hub, connection, "orders")

    assert "backup" in report.text
    assert stage.sage_calls() == []
    assert stage.room.stood_down == start + timedelta(minutes=30)
    stage.world.clock.advance(240 + 1800)
    assert run_cycle(stage.hub, connection, "orders").counts["confirmed"] == 1


def test_a_halted_connection_does_not_call_the_agent_before_a_window(build: Build) -> None:
    stage = build(drains_for=timedelta(minutes=5))
    connection = stage.hub.connections[CONNECTION]
    start = (stage.now + timedelta(hours=1)).replace(minute=0, second=0, microsecond=0)
    rule = f"FREQ=DAILY;BYHOUR={start.hour};BYMINUTE=0;BYSECOND=0"
    connection.calendar = Calendar("UTC", (Closing(rule, 30, "backup"),))
    stage.world.clock.advance((start - stage.now).total_seconds() - 240)
    with transaction("test"):
        halts.halt(CONNECTION, "403", "not-permitted", stage.now)

    closed = connection.closed()
    connection.stand_down()

    assert closed is not None
    assert closed.until == start + timedelta(minutes=30)
    assert stage.room.stood_down is None
    with transaction("test"):
        halts.lift(CONNECTION, stage.now)
    assert connection.closed() == closed
    assert stage.room.stood_down is None  # a question calls nobody
    connection.stand_down()
    assert stage.room.stood_down == closed.until
    stage.room.stood_down = None
    stage.world.clock.advance(300)  # the window has begun
    connection.stand_down()
    assert stage.room.stood_down is None

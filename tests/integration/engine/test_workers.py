"""A worker inside this process: it plans, takes its cycles from the queue, and ends when it must not go on."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from procrastinate.exceptions import ConnectorException
from structlog.testing import capture_logs

from integration.flows.stage import ITEMS, PAUSE, START
from integration.ledger.conftest import postgresql as postgresql
from integration.over_the_wire import WireStage as Stage
from postgresql_server import emptied
from tidegate.clock import Clock
from tidegate.domain.states import State
from tidegate.engine import cycle_queue, workers
from tidegate.engine.cycles import Report, run_cycle
from tidegate.flows.cycle import LEARNT_CLOSURE
from tidegate.ledger import database, shared_configuration
from tidegate.ledger.database import transaction
from tidegate.ledger.faults import LedgerError
from tidegate.ledger.shared_configuration import OtherConfiguration
from tidegate.simulation.world import build_world

OURS, THEIRS = "a" * 64, "b" * 64
#: Seconds until a test gives up.
PATIENCE = 120.0


class Hurried:
    """The world's clock; who waits does so a little in earnest, so that threads which work are not left behind."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def now(self) -> datetime:
        return self._clock.now()

    def monotonic(self) -> float:
        return self._clock.monotonic()

    def wait(self, seconds: float, until: threading.Event | None = None) -> bool:
        (until or threading.Event()).wait(0.02)
        return self._clock.wait(seconds, until)


@pytest.fixture
def shop(postgresql: str) -> Iterator[Stage]:
    """A shop and a company over an empty ledger and an empty queue."""
    with psycopg.connect(postgresql, autocommit=True) as admin:
        admin.execute(f"DROP SCHEMA IF EXISTS {cycle_queue.SCHEMA} CASCADE")
    emptied(postgresql)
    stage = Stage(build_world(5, postgresql, START, items=ITEMS), "us")
    stage.hub.clock = Hurried(stage.hub.clock)
    yield stage
    stage.hub.close()
    database.close()


def test_what_is_due_is_planned_taken_and_done(shop: Stage) -> None:
    placed, stop, seen = shop.orders(3), threading.Event(), list[Report]()
    shop.pass_time(PAUSE)

    def look(report: Report) -> None:
        seen.append(report)
        if shop.states(placed) == {State.CONFIRMED}:
            stop.set()

    given_up = threading.Timer(PATIENCE, stop.set)
    given_up.start()
    workers.run(shop.hub, OURS, stop, jobs=2, replace=False, seen=look)
    given_up.cancel()
    assert shop.states(placed) == {State.CONFIRMED}
    assert ("orders", "done") in {(each.flow, each.outcome) for each in seen}


def test_a_worker_ends_before_its_next_cycle_when_the_others_have_a_new_configuration(shop: Stage) -> None:
    def look(report: Report) -> None:
        with transaction("test"):
            shared_configuration.agree(THEIRS, shop.hub.clock.now(), replace=True)

    with pytest.raises(OtherConfiguration, match="use another configuration"):
        workers.run(shop.hub, OURS, threading.Event(), jobs=1, replace=False, seen=look)
    with pytest.raises(OtherConfiguration, match="--new-configuration"):  # nor does it start again
        workers.run(shop.hub, OURS, threading.Event(), jobs=1, replace=False)


def test_a_fault_of_ours_ends_no_worker(shop: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stop, faults = threading.Event(), list[str]()

    def faulty(_hub: object, connection: object, flow: str) -> Report:
        faults.append(flow)
        if len(faults) == 2:
            stop.set()
        raise KeyError("nobody foresaw this")

    monkeypatch.setattr(workers, "run_cycle", faulty)
    monkeypatch.setattr(workers, "PLAN", 20.0)
    workers.run(shop.hub, OURS, stop, jobs=1, replace=False)
    assert len(faults) >= 2
    assert ("fault", faults[0]) in shop.alerts()


def test_a_queue_whose_server_fails_is_no_fault_of_ours(shop: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """The planner says so in the ledger's words, waits and goes on."""
    stop, own, cut = threading.Event(), cycle_queue.end_dead_jobs, [1]

    async def cut_off(app: Any) -> list[tuple[str, str]]:
        if cut[0]:
            cut[0] -= 1
            raise ConnectorException from psycopg.OperationalError("server closed the connection")
        return await own(app)

    monkeypatch.setattr(cycle_queue, "end_dead_jobs", cut_off)
    given_up = threading.Timer(PATIENCE, stop.set)
    given_up.start()
    with capture_logs() as logged:
        workers.run(shop.hub, OURS, stop, jobs=1, replace=False, seen=lambda _: stop.set())
    given_up.cancel()
    said = {each["event"]: each for each in logged}
    assert "PostgreSQL closed the connection" in said["ledger"]["problem"]
    assert "planner" not in said


def test_one_worker_keeps_to_what_another_has_learnt_of_the_company(shop: Stage) -> None:
    """Closed is closed for all of them, until it is open for all of them."""
    placed = shop.orders(2)
    shop.lock()
    assert shop.cycle().outcome == "ended early"
    other = shop.world.open_hub()
    before = other.connections["web"].company.calls
    assert run_cycle(other, other.connections["web"], "orders").counts["sent"] == 0
    assert other.connections["web"].company.calls == before
    shop.unlock()
    shop.pass_time(LEARNT_CLOSURE + PAUSE)
    assert run_cycle(other, other.connections["web"], "orders").counts["confirmed"] == 2
    assert shop.states(placed) == {State.CONFIRMED}
    other.close()


def test_a_ledger_in_a_file_is_no_ledger_of_several_machines(tmp_path: Path, migrated: Path) -> None:
    shutil.copyfile(migrated, tmp_path / "ledger.db")
    world = build_world(5, f"sqlite:///{tmp_path / 'ledger.db'}", START, items=ITEMS)
    with world.open_hub() as hub, pytest.raises(LedgerError, match="in PostgreSQL only"):
        workers.run(hub, OURS, threading.Event(), jobs=1, replace=False)

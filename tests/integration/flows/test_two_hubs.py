"""Two hubs on one ledger, started by mistake: one works, the other waits its turn."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from integration.flows.stage import CONNECTION, PAUSE, Stage
from tidegate.conformance.memory.calls import Calls
from tidegate.domain.states import State
from tidegate.domain.verdict import Verdict
from tidegate.engine.cycles import run_cycle
from tidegate.engine.hub import Hub
from tidegate.flows.cycle import LEASE_SECONDS
from tidegate.ledger import delivery, lease
from tidegate.ledger.database import transaction
from tidegate.ledger.faults import LeaseLost

WHILE_SENDING = timedelta(seconds=LEASE_SECONDS + 60)


def another_hub(stage: Stage) -> Hub:
    """A second process over the same ledger."""
    return stage.started(stage.world.open_hub())


def while_sending(monkeypatch: pytest.MonkeyPatch, happening: Any) -> None:
    """Something happens once, after the first order has reached the company and before its answer is heard."""
    write = Calls.write
    once = [happening]

    def interrupted(calls: Calls, kind: str, *work: Any) -> Any:
        answer = write(calls, kind, *work)
        if once:
            once.pop()()
        return answer

    monkeypatch.setattr(Calls, "write", interrupted)


def test_the_second_is_busy_while_the_first_works(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    placed = stage.orders(2, "guest")
    second = another_hub(stage)
    told: list[str] = []
    while_sending(
        monkeypatch, lambda: told.append(run_cycle(second, second.connections[CONNECTION], "orders").outcome)
    )
    report = stage.cycle()
    assert told == ["busy"]
    assert report.outcome == "done"
    assert stage.states(placed) == {State.CONFIRMED}


def test_both_in_turn_send_nothing_twice(stage: Stage) -> None:
    second = another_hub(stage)
    placed = stage.orders(4, "guest")
    stage.cycle()
    assert run_cycle(second, second.connections[CONNECTION], "orders").outcome == "done"
    stage.cycle()
    assert stage.states(placed) == {State.CONFIRMED}
    assert len(stage.company.books()["orders"]) == 4


def test_one_that_lost_its_lease_commits_nothing(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """It hung for longer than its lease; the other hub has taken over meanwhile."""
    placed = stage.orders(3, "guest")
    second = another_hub(stage)

    def taken_over() -> None:
        stage.pass_time(WHILE_SENDING)
        run_cycle(second, second.connections[CONNECTION], "orders")

    while_sending(monkeypatch, taken_over)
    report = stage.cycle()
    assert report.outcome == "lease lost"
    first = stage.delivery(placed[0])
    assert (first.state, first.adopted) == (State.CONFIRMED, True)  # found by the other one
    assert stage.states(placed) == {State.CONFIRMED}
    assert len(stage.company.books()["orders"]) == 3


def test_a_stale_lease_is_refused_by_the_ledger_itself(stage: Stage) -> None:
    placed = stage.order("guest")
    stage.lock()
    stage.cycle()
    with transaction("lease"):
        stale = lease.acquire("sage", "orders", "hub one", 60, stage.now)
    assert stale is not None
    stage.pass_time(PAUSE + PAUSE)
    with transaction("lease"):
        assert lease.acquire("sage", "orders", "hub two", 60, stage.now) is not None
    verdict = Verdict(stage.delivery(placed).id, "e", target_id="1", target_number="SO-1")
    with pytest.raises(LeaseLost), transaction("outcome"):
        delivery.apply([verdict], stage.now, lease=stale)
    assert stage.state(placed) is State.QUEUED

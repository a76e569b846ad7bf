"""Calls are counted for the cycle that makes them, whoever shares the clients of its store and its company.

A wire test: what is counted are requests.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace

import pytest

from integration.flows.stage import Stage
from integration.sage200.conftest import Build
from tidegate.config.model import Flow
from tidegate.engine import cycles
from tidegate.engine.cycles import Report, run_cycle
from tidegate.flows.connection import Connection
from tidegate.flows.cycle import Cycle
from tidegate.ledger import database


@pytest.fixture
def shop(build: Build) -> Stage:
    """Two flows that may run at the same time; signed in, so that the sign-in is not counted."""
    stage = build()
    stage.reopen(flows={"prices": Flow(every="1h"), "customers": Flow(every="1h")})
    stage.connection.company._client.read("/sites")  # type: ignore[attr-defined]
    return stage


def works(monkeypatch: pytest.MonkeyPatch, flow: str, work: Callable[[Cycle], None]) -> None:
    """The flow does this and nothing else."""
    monkeypatch.setitem(cycles.FLOWS, flow, replace(cycles.FLOWS[flow], run=work))


def ask(cycle: Cycle, times: int) -> None:
    """So many calls of each system."""
    for _ in range(times):
        cycle.connection.store.client.get("/V1/store/websites")
        cycle.connection.company._client.read("/sites")  # type: ignore[attr-defined]


def calls(report: Report) -> tuple[int, int]:
    """Of the store, of the company."""
    return report.counts["calls_store"], report.counts["calls_company"]


def test_26_two_connections_of_one_company_count_their_own(
    shop: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both cycles run while each makes its calls, with the same clients."""
    together = threading.Barrier(2, timeout=60)

    def asking(times: int) -> Callable[[Cycle], None]:
        def work(cycle: Cycle) -> None:
            together.wait()
            ask(cycle, times)
            together.wait()

        return work

    works(monkeypatch, "prices", asking(3))
    works(monkeypatch, "customers", asking(5))
    other = replace(shop.connection, name="other")
    told: dict[str, Report] = {}

    def run(connection: Connection, flow: str) -> None:
        try:
            told[connection.name] = run_cycle(shop.hub, connection, flow)
        finally:
            database.close()

    threads = [
        threading.Thread(target=run, args=each)
        for each in ((shop.connection, "prices"), (other, "customers"))
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join(120)
    assert {name: calls(report) for name, report in told.items()} == {"web": (3, 3), "other": (5, 5)}


def test_26_a_cycle_within_a_long_reading_counts_for_itself(
    shop: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    inner: list[Report] = []

    def reading(cycle: Cycle) -> None:
        ask(cycle, 2)
        inner.append(run_cycle(shop.hub, shop.connection, "customers"))
        ask(cycle, 1)

    works(monkeypatch, "prices", reading)
    works(monkeypatch, "customers", lambda cycle: ask(cycle, 4))
    outer = run_cycle(shop.hub, shop.connection, "prices")
    assert (calls(outer), calls(inner[0])) == ((3, 3), (4, 4))


def test_26_what_the_seats_of_a_company_ask_side_by_side_is_the_cycle_s(build: Build) -> None:
    stage = build(seats=2, batch=2)
    stage.orders(8, "guest")
    stage.listen()
    report = stage.cycle()
    assert calls(report) == (len(stage.shop_calls()), len(stage.sage_calls()))
    assert report.counts["confirmed"] == 8

"""The queue of cycles on a real PostgreSQL: one job a flow, one at a time of a group, and nothing left locked."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest

from integration.ledger.conftest import postgresql as postgresql
from tidegate.engine import cycle_queue
from tidegate.engine.flow_groups import group_of
from tidegate.ledger.election import Election
from tidegate.ledger.faults import LedgerError


def connection(name: str, company: str = "sage") -> Any:
    """As much of a connection as the queue asks for."""
    return SimpleNamespace(name=name, settings=SimpleNamespace(company=company))


@pytest.fixture
def ledger(postgresql: str) -> str:
    """A database with an empty queue."""
    with psycopg.connect(postgresql, autocommit=True) as admin:
        admin.execute(f"DROP SCHEMA IF EXISTS {cycle_queue.SCHEMA} CASCADE")
    cycle_queue.prepare(postgresql)
    return postgresql


def within(ledger: str, act: Callable[[Any], Coroutine[Any, Any, Any]]) -> list[tuple[str, str]]:
    """Do it with the queue open; the cycles that were run meanwhile."""
    ran: list[tuple[str, str]] = []

    async def opened() -> None:
        app = cycle_queue.open_queue(ledger, lambda connection, flow: ran.append((connection, flow)))
        async with app.open_async():
            await act(app)

    asyncio.run(opened())
    return ran


async def work(app: Any) -> None:
    """Take what there is."""
    await app.run_worker_async(
        queues=[cycle_queue.QUEUE], wait=False, install_signal_handlers=False, delete_jobs="always"
    )


def test_flows_that_exclude_each_other_are_one_group() -> None:
    assert group_of("inventory") == group_of("shipments") == group_of("order-status") == group_of("payments")
    assert len({group_of(flow) for flow in ("orders", "prices", "inventory", "customers")}) == 4


def test_a_cycle_waits_once_and_orders_go_first(ledger: str) -> None:
    async def act(app: Any) -> None:
        assert await cycle_queue.put(app, connection("web"), "prices")
        assert await cycle_queue.put(app, connection("web"), "orders")
        assert not await cycle_queue.put(app, connection("web"), "prices")
        await work(app)

    assert within(ledger, act) == [("web", "orders"), ("web", "prices")]


def test_what_a_dead_worker_has_left_is_freed_and_not_repeated(ledger: str) -> None:
    async def act(app: Any) -> None:
        await cycle_queue.put(app, connection("web"), "orders")
        dead = await app.job_manager.register_worker()
        assert await app.job_manager.fetch_job(queues=None, worker_id=dead)
        assert await cycle_queue.put(app, connection("other"), "orders")  # of the same company: it waits
        await work(app)
        assert await cycle_queue.end_dead_jobs(app) == 0  # it may still live
        with psycopg.connect(
            ledger, autocommit=True, options=f"-c search_path={cycle_queue.SCHEMA}"
        ) as server:
            server.execute("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 hour'")
        assert await cycle_queue.end_dead_jobs(app) == 1
        await work(app)

    assert within(ledger, act) == [("other", "orders")]


def test_one_plans_and_has_a_successor(ledger: str) -> None:
    first, second = Election(ledger), Election(ledger)
    try:
        assert first.won()
        assert not second.won()
        assert first.won()
        first.withdraw()  # as its end does
        assert second.won()
        assert not first.won()
    finally:
        first.withdraw()
        second.withdraw()


def test_the_queue_of_another_version_is_made_anew_unless_it_is_used(ledger: str) -> None:
    async def act(app: Any) -> None:
        await cycle_queue.put(app, connection("web"), "orders")
        await app.job_manager.register_worker()

    within(ledger, act)
    with psycopg.connect(ledger, autocommit=True, options=f"-c search_path={cycle_queue.SCHEMA}") as server:
        server.execute(f"COMMENT ON SCHEMA {cycle_queue.SCHEMA} IS '3.0'")
        with pytest.raises(LedgerError, match="1 workers use the queue with procrastinate"):
            cycle_queue.prepare(ledger)
        server.execute("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 hour'")
        cycle_queue.prepare(ledger)
        assert server.execute("SELECT count(*) FROM procrastinate_jobs").fetchone() == (0,)

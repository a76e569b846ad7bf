"""The queue of cycles on a real PostgreSQL: one job a flow, one at a time of a group, and nothing left locked."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Status
from procrastinate.manager import JobManager

from integration.ledger.conftest import postgresql as postgresql
from tidegate.engine import cycle_queue, queued_jobs
from tidegate.engine.flow_groups import group_of
from tidegate.ledger import database
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
        assert await cycle_queue.end_dead_jobs(app) == []  # it may still live
        with psycopg.connect(
            ledger, autocommit=True, options=f"-c search_path={cycle_queue.SCHEMA}"
        ) as server:
            server.execute("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 hour'")
        assert await cycle_queue.end_dead_jobs(app) == [("web", "orders")]
        await work(app)

    assert within(ledger, act) == [("other", "orders")]


def test_one_plans_and_has_a_successor(ledger: str) -> None:
    first, second = Election(ledger), Election(ledger)
    try:
        assert first.won()
        assert not second.won()
        assert first.won()
        first.withdraw()  # as its end does
        while not second.won():  # the server frees the lock when it has noticed
            time.sleep(0.01)
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


def test_a_planner_whose_connection_was_cut_says_so_and_stands_again(ledger: str) -> None:
    database.open_ledger(ledger)
    election = Election(ledger)
    try:
        assert election.won()
        with psycopg.connect(ledger, autocommit=True) as admin:
            admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'tidegate planner'"
            )
        with pytest.raises(LedgerError, match="PostgreSQL closed the connection"):
            election.won()
        assert not election.holds
        assert election.won()
    finally:
        election.withdraw()
        database.close()


def test_a_cycle_whose_end_was_cut_off_is_ended_again(ledger: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else it would count as running, and its company would wait for as long as this worker lives."""
    own, cut = JobManager.finish_job, [2]

    async def cut_off(manager: JobManager, *about: Any, **more: Any) -> None:
        if cut[0]:
            cut[0] -= 1
            raise ConnectorException from psycopg.OperationalError("consuming input failed")
        await own(manager, *about, **more)

    monkeypatch.setattr(JobManager, "finish_job", cut_off)
    monkeypatch.setattr(queued_jobs, "TRIES", (0.0, 0.0, 0.0))

    async def act(app: Any) -> None:
        await cycle_queue.put(app, connection("web"), "orders")
        await work(app)
        await cycle_queue.put(app, connection("other"), "orders")
        await work(app)

    assert within(ledger, act) == [("web", "orders"), ("other", "orders")]
    assert cut == [0]


def test_a_cycle_that_another_worker_has_ended_is_ended(
    ledger: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """This one only seemed dead, and comes back."""

    async def act(app: Any) -> None:
        await cycle_queue.put(app, connection("web"), "orders")
        late = await app.job_manager.register_worker()
        job = await app.job_manager.fetch_job(queues=None, worker_id=late)
        for _ in range(2):
            await app.job_manager.finish_job(job, Status.SUCCEEDED, delete_job=True)

    assert within(ledger, act) == []
    assert "not ended in the queue" not in capsys.readouterr().out

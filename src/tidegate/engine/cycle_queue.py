"""The queue of cycles, by Procrastinate, in a schema of its own of the ledger's PostgreSQL.

It holds nothing that must be kept: the ledger knows what is due. So an older version's tables are thrown away, and a job
whose worker has died is ended, never repeated.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import version
from typing import TYPE_CHECKING

import structlog

from tidegate.engine.flow_groups import group_of
from tidegate.flows.connection import Connection
from tidegate.flows.orders import orders
from tidegate.ledger.database import MIGRATION_LOCK
from tidegate.ledger.faults import LedgerError

if TYPE_CHECKING:
    from procrastinate import App

log = structlog.get_logger()

SCHEMA, QUEUE, TASK = "tidegate_queue", "cycles", "cycle"
#: Seconds between two signs of life of a worker, and without one until it counts as dead.
HEARTBEAT, DEAD = 5.0, 30.0
#: Seconds between two looks whether a cycle that had to wait for another one of its company may run now.
POLL = 1.0
#: Orders leave the queue first; then the others, first come first.
_FIRST = 10
_PATH = f"-c search_path={SCHEMA}"


def open_queue(ledger: str, run: Callable[[str, str], None]) -> App:
    """The queue over this ledger; `run` is called with the connection and the flow of a cycle whose turn it is."""
    from procrastinate import App, PsycopgConnector

    from tidegate.engine.queued_jobs import Jobs

    kwargs = {"options": _PATH, "application_name": "tidegate queue"}
    app = App(connector=PsycopgConnector(conninfo=ledger, kwargs=kwargs, min_size=1, max_size=3))
    app.job_manager = Jobs(app.connector)
    app.task(name=TASK, queue=QUEUE)(run)
    return app


async def put(app: App, connection: Connection, flow: str) -> bool:
    """Put a cycle into the queue; False when it waits there already."""
    from procrastinate.exceptions import AlreadyEnqueued

    name = connection.name
    job = app.configure_task(
        TASK,
        queue=QUEUE,
        lock=f"{connection.settings.company}/{group_of(flow)}",
        queueing_lock=f"{name}/{flow}",
        priority=_FIRST if flow == orders.FLOW else 0,
    )
    try:
        await job.defer_async(connection=name, flow=flow)
    except AlreadyEnqueued:
        return False
    return True


async def end_dead_jobs(app: App) -> list[tuple[str, str]]:
    """End the jobs of workers that have died, so that their locks are free; the connections and flows.

    The library finds them and leaves them. Nothing is repeated: the cycle is due again by the ledger, and what its
    worker had begun is in doubt there.
    """
    from procrastinate.jobs import Status

    manager, ended = app.job_manager, []
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=DEAD):
        await manager.finish_job(job, Status.FAILED, delete_job=True)
        log.warning("cycle of a dead worker", lock=job.lock, cycle=job.queueing_lock)
        ended.append((str(job.task_kwargs["connection"]), str(job.task_kwargs["flow"])))
    await manager.prune_stalled_workers(DEAD)
    return ended


def prepare(ledger: str) -> None:
    """Make the queue's tables, or those of this version of the library. Raises `LedgerError` while others use them."""
    import psycopg
    from procrastinate.schema import SchemaManager

    from tidegate.ledger.database import explained

    wanted = version("procrastinate")
    with explained(), psycopg.connect(ledger, autocommit=True, options=_PATH) as server:
        server.execute("SELECT pg_advisory_lock(%s)", [MIGRATION_LOCK])  # until this connection ends
        found = server.execute(
            "SELECT obj_description(oid, 'pg_namespace') FROM pg_namespace WHERE nspname = %s", [SCHEMA]
        ).fetchone()
        if found is not None and found[0] == wanted:
            return
        if found is not None:
            _refuse_others(server.execute(_LIVE, [DEAD]).fetchone(), str(found[0]), wanted)
        with server.transaction():
            server.execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")
            server.execute(f"CREATE SCHEMA {SCHEMA}")
            server.execute(SchemaManager.get_schema())
            server.execute(f"COMMENT ON SCHEMA {SCHEMA} IS '{wanted}'")


_LIVE = "SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - %s * interval '1 second'"


def _refuse_others(live: tuple[int] | None, found: str, wanted: str) -> None:
    if live is not None and live[0]:
        raise LedgerError(
            f"{live[0]} workers use the queue with procrastinate {found}, but this worker has version "
            f"{wanted}. Stop those workers first; nothing in the queue will be lost."
        )

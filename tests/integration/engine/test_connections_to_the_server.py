"""Many merchants over few connections to PostgreSQL: who waits needs none, and who gets none is told why."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from functools import partial

import psycopg
import pytest
from django.db import OperationalError
from msgspec.structs import replace

from integration.ledger.conftest import postgresql as postgresql
from postgresql_server import emptied
from tidegate.bench import many_connections
from tidegate.clock import VirtualClock
from tidegate.engine import runner
from tidegate.engine.cycles import Report
from tidegate.ledger import database, queue
from tidegate.ledger.faults import LedgerError, explain
from tidegate.simulation.world import World, build_world

THREADS = 6
#: Its threads, the planner, and the process's first thread.
MOST = THREADS + 2


@pytest.fixture
def short(postgresql: str) -> Iterator[tuple[str, psycopg.Connection]]:
    """An empty ledger whose user may have `MOST` connections; and a connection of somebody else, who looks on."""
    role = f"few_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
    with psycopg.connect(emptied(postgresql), autocommit=True) as admin:
        admin.execute(f"CREATE ROLE {role} LOGIN CONNECTION LIMIT {MOST}")
        admin.execute(f"GRANT {admin.info.user} TO {role}")
        yield postgresql.replace(f"//{admin.info.user}:", f"//{role}:"), admin
        database.close()
        admin.execute(f"DROP ROLE {role}")


def world(ledger: str) -> World:
    """One shop and one company; each connection has them under names of its own."""
    return build_world(
        1,
        ledger,
        many_connections.START,
        house=many_connections.HOUSE,
        since=many_connections.START.strftime("%Y-%m-%dT%H:%M:%SZ"),
        window="",
        audit_every="7d",
    )


@pytest.mark.parametrize("connections", [40, pytest.param(200, marks=pytest.mark.campaign)])
def test_all_are_served_by_as_many_connections_as_there_are_threads(
    short: tuple[str, psycopg.Connection], connections: int
) -> None:
    ledger, admin = short
    clock, stop, served, counted = VirtualClock(many_connections.START), threading.Event(), set(), set()
    there = world(ledger)
    database.open_ledger(ledger)
    configuration = many_connections.copied(there, connections)
    configuration = replace(configuration, hub=replace(configuration.hub, threads=THREADS))

    def seen(report: Report) -> None:
        served.add((report.connection, report.flow))
        counted.add(count(admin))
        if len(served) == 2 * connections:
            stop.set()

    giving_up = threading.Timer(120, stop.set)
    giving_up.start()
    with many_connections.opened(there, configuration, clock) as hub:
        runner.run(hub, stop, seen)
    giving_up.cancel()
    assert len(served) == 2 * connections
    assert max(counted) <= MOST


def count(admin: psycopg.Connection) -> int:
    """Connections of all users but the one who asks."""
    found = admin.execute(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND usename <> current_user"
    ).fetchone()
    return found[0] if found else 0


def test_a_thread_that_waits_gives_its_connection_back(short: tuple[str, psycopg.Connection]) -> None:
    ledger, admin = short
    database.open_ledger(ledger)
    queue.depth("main-us")
    assert count(admin) == 1
    database.rest()
    deadline = threading.Event()
    while count(admin):  # the server takes a moment to notice
        assert not deadline.wait(0.01)


def test_a_refused_connection_is_explained(
    short: tuple[str, psycopg.Connection],
) -> None:
    ledger, _ = short
    held = [psycopg.connect(ledger) for _ in range(MOST)]
    database.open_ledger(ledger)
    with pytest.raises(LedgerError, match="gives out no more connections: its `max_connections`"):
        queue.depth("main-us")
    for each in held:
        each.close()


@pytest.mark.parametrize(
    "said",
    [
        "connection failed: FATAL:  sorry, too many clients already",
        "connection failed: FATAL:  remaining connection slots are reserved for roles with the SUPERUSER attribute",
        'connection failed: FATAL:  too many connections for database "ledger"',
    ],
)
def test_the_words_of_the_server(said: str) -> None:
    found = partial(explain, where="ledger x")(OperationalError(said))
    assert "gives out no more connections" in str(found)
    assert "Is the server running" not in str(found)

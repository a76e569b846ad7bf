"""Workers over one PostgreSQL carry what is there once, and what they and the server spend is counted."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from integration.ledger.conftest import postgresql as postgresql
from tidegate.bench import workers
from tidegate.bench.server import NotEmpty, Server
from tidegate.bench.workers import Shared


@pytest.fixture
def server(postgresql: str) -> Server:
    """With an empty database."""
    with psycopg.connect(postgresql, autocommit=True) as admin:
        here = admin.info.dbname
        name = f"{here}_bench"
        admin.execute(f"DROP DATABASE IF EXISTS {name}")
        admin.execute(f"CREATE DATABASE {name}")
    return Server(postgresql.replace(f"/{here}?", f"/{name}?"))


@pytest.mark.campaign
@pytest.mark.process
def test_two_workers_carry_what_is_there_once(server: Server, tmp_path: Path) -> None:
    shared = workers.share(tmp_path, server, 2, rounds=1, connections=8, orders=2, service_time=0.05)
    assert (shared.orders, shared.doubled) == (4, 0)
    assert min(shared.workers_cpu, shared.database_cpu, shared.commits) > 0
    assert shared.connections <= 2 * (1 + 6)
    with server.database():  # it was left empty
        pass


def test_a_database_with_tables_is_left_alone(server: Server) -> None:
    with psycopg.connect(server.address, autocommit=True) as admin:
        admin.execute("CREATE TABLE somebodys (id int)")
    with pytest.raises(NotEmpty, match="needs an empty one"), server.database():
        pass
    with psycopg.connect(server.address) as admin:
        assert admin.execute("SELECT count(*) FROM somebodys").fetchone() == (0,)


def test_the_figures_say_how_far_from_linear_and_what_an_order_costs_the_database() -> None:
    one = Shared(1, 100, 0, 100.0, 1.0, 0.5, 900, 6)
    eight = Shared(8, 400, 0, 60.0, 4.0, 2.0, 3_600, 48)
    found = {each.name: each.value for each in (*workers.rates([one, eight]), *workers.costs(eight))}
    assert found["workers-8"] == 6.67
    assert found["workers-linear"] == 0.83
    assert found["workers-doubled"] == 0
    assert (found["workers-database-cpu"], found["workers-cpu"], found["workers-commits"]) == (5.0, 10.0, 9.0)

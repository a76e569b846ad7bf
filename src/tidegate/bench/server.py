"""The PostgreSQL that a measurement is given: an empty database on this machine, left empty."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import psutil

#: The environment variable with the address of the database.
ADDRESS = "TIDEGATE_BENCH_POSTGRESQL"
_TABLES = "SELECT count(*) FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
_COMMITS = "SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()"
_OTHERS = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


class NotEmpty(RuntimeError):
    """The database holds something: it is left alone."""


@dataclass(frozen=True, slots=True)
class Server:
    """One database of it."""

    address: str

    @contextmanager
    def database(self) -> Iterator[str]:
        """Its address while it is ours; empty before and afterwards. Raises `NotEmpty`."""
        if self._ask(_TABLES):
            raise NotEmpty(f"{ADDRESS}: this database has tables; a measurement needs an empty one")
        try:
            yield self.address
        finally:
            self._empty()

    def cpu_seconds(self) -> float:
        """CPU seconds of the server so far, with all processes that it has had; 0 where it is not on this machine."""
        import psycopg

        with psycopg.connect(self.address) as server:
            try:
                first = psutil.Process(server.info.backend_pid).parent()
            except psutil.Error:
                return 0.0
        if first is None or not first.name().startswith("postgres"):
            return 0.0
        ended = first.cpu_times()
        found = float(ended.user + ended.system + ended.children_user + ended.children_system)
        for each in first.children():
            with suppress(psutil.NoSuchProcess):  # it has ended since it was listed
                times = each.cpu_times()
                found += times.user + times.system
        return found

    def commits(self) -> int:
        """Transactions so far; the server counts each process's at most a second late."""
        return self._ask(_COMMITS)

    def connections(self) -> int:
        """Connections to this database now, but for the one that asks."""
        return self._ask(_OTHERS)

    def _ask(self, question: str) -> int:
        import psycopg

        with psycopg.connect(self.address, autocommit=True) as server:
            row = server.execute(question.encode()).fetchone()
        return int(row[0]) if row else 0

    def _empty(self) -> None:
        import psycopg

        with psycopg.connect(self.address, autocommit=True) as server:
            for schema in ("tidegate_queue", "public"):
                server.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE".encode())
            server.execute("CREATE SCHEMA public")


def given() -> Server:
    """The server of this run. Raises KeyError when none is named."""
    return Server(os.environ[ADDRESS])

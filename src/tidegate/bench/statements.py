"""Counts the ledger's statements and commits, as SQLite itself tells of them: the same on every machine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connection


@dataclass(slots=True)
class Statements:
    """What the ledger was asked: all statements, and how many of them were commits."""

    all: int = 0
    commits: int = 0

    def note(self, sql: str) -> None:
        """One statement begins."""
        self.all += 1
        self.commits += sql.startswith("COMMIT")


@contextmanager
def counted(count: Statements) -> Iterator[None]:
    """Count the statements of this thread in the block, too. The ledger is an open SQLite file."""
    connection.ensure_connection()
    database = connection.connection
    database.set_trace_callback(count.note)
    try:
        yield
    finally:
        database.set_trace_callback(None)

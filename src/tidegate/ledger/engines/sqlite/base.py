"""Django's SQLite engine with clear errors on connecting, and patience."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from django.db.backends.sqlite3 import base
from django.db.backends.utils import CursorWrapper

from tidegate.clock import SystemClock
from tidegate.ledger.database import explained, meet_file
from tidegate.ledger.location import BUSY_SECONDS

PAUSE = 0.02


def _nothing(_cursor: object) -> None:
    """What a statement without an answer is asked for."""


def _instant(text: bytes) -> datetime:
    """What Django has written is UTC and does not say so: every reader would have to add it, row by row."""
    at = datetime.fromisoformat(text.decode())
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)


sqlite3.register_converter("datetime", _instant)  # in the place of Django's


class DatabaseWrapper(base.DatabaseWrapper):
    """One thread's connection."""

    def ensure_connection(self) -> None:
        if self.connection is not None:  # asked before every statement
            return
        with explained():
            super().ensure_connection()

    def cursor(self) -> Any:
        # Django's own looks up its settings and guards against event loops each time; a hub has neither
        if self.force_debug_cursor:
            return super().cursor()
        self.ensure_connection()
        self.validate_thread_sharing()
        with self.wrap_database_errors:
            return Asked(self.create_cursor(), self)

    def create_cursor(self, name: Any = None) -> Any:
        return self.connection.cursor(factory=Cursor)

    def asked(
        self, query: str, parameters: Sequence[Any], take: Callable[[Any], Any], *, many: bool = False
    ) -> Any:
        """What `take` finds at the cursor of a plain statement, without the dozen steps that Django takes for each."""
        method = "executemany" if many else "execute"
        if self.connection is None or self.needs_rollback or self.is_watched():
            with self.cursor() as cursor:
                getattr(cursor, method)(query, parameters)
                return take(cursor)
        try:
            return take(getattr(self.connection, method)(_question_marks(query), parameters))
        except sqlite3.Error:
            with explained(), self.wrap_database_errors:
                raise

    # A cycle opens some dozens of savepoints an order, and they end in reverse order: to SQLite all have one name, the last
    # one's, so that their statements are prepared once. Django knows them by their own.

    def _savepoint(self, sid: str) -> None:
        self.asked("SAVEPOINT inner_block", (), _nothing)

    def _savepoint_rollback(self, sid: str) -> None:
        self.asked("ROLLBACK TO inner_block", (), _nothing)

    def _savepoint_commit(self, sid: str) -> None:
        self.asked("RELEASE inner_block", (), _nothing)

    def is_watched(self) -> bool:
        """Whether other code also observes the statements."""
        return bool(self.force_debug_cursor) or len(self.execute_wrappers) > 1

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        # SQLite's own waiting does not cover the moments in which a file becomes a WAL database, is
        # recovered after a crash, or is left by its last user (sqlite.org/wal.html, point 5)
        clock = SystemClock()
        began = clock.monotonic()
        while True:
            try:
                meet_file()
                return super().get_new_connection(conn_params)
            except sqlite3.OperationalError as error:
                if "locked" not in str(error) or clock.monotonic() - began > BUSY_SECONDS:
                    raise
                clock.wait(PAUSE)


class Asked(CursorWrapper):
    """Django's wrapper, which finds out anew with each answer how to fetch it; this one knows."""

    def fetchone(self) -> Any:
        with self.db.wrap_database_errors:
            return self.cursor.fetchone()

    def fetchall(self) -> Any:
        with self.db.wrap_database_errors:
            return self.cursor.fetchall()

    def close(self) -> None:
        self.cursor.close()


class Cursor(base.SQLiteCursorWrapper):
    """Django's cursor, which writes the marks of each statement anew before every execution; this one once."""

    def execute(self, query: str, params: Any = None) -> Any:
        if not isinstance(params, (tuple, list)):
            return super().execute(query, params)
        return sqlite3.Cursor.execute(self, _question_marks(query), params)


@lru_cache(maxsize=2048)  # a ledger is asked some hundred different statements
def _question_marks(query: str) -> str:
    """The statement with SQLite's marks in the place of Django's."""
    return str(base.FORMAT_QMARK_REGEX.sub("?", query).replace("%%", "%"))

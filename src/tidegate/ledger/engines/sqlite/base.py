"""Django's SQLite engine with clear errors on connecting, and patience."""

from __future__ import annotations

import sqlite3
from typing import Any

from django.db.backends.sqlite3 import base

from tidegate.clock import SystemClock
from tidegate.ledger.database import explained, meet_file
from tidegate.ledger.location import BUSY_SECONDS

PAUSE = 0.02


class DatabaseWrapper(base.DatabaseWrapper):
    """One thread's connection."""

    def ensure_connection(self) -> None:
        with explained():
            super().ensure_connection()

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

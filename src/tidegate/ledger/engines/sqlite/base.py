"""Django's SQLite engine with clear errors on connecting."""

from __future__ import annotations

from django.db.backends.sqlite3 import base

from tidegate.ledger.database import explained


class DatabaseWrapper(base.DatabaseWrapper):
    """One thread's connection."""

    def ensure_connection(self) -> None:
        with explained():
            super().ensure_connection()

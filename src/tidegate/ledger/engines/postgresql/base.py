"""Django's PostgreSQL engine with clear errors on connecting."""

from __future__ import annotations

from django.db.backends.postgresql import base

from tidegate.ledger.database import explained


class DatabaseWrapper(base.DatabaseWrapper):
    """One thread's connection."""

    def ensure_connection(self) -> None:
        with explained():
            super().ensure_connection()

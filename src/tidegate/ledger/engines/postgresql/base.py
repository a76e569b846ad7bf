"""Django's PostgreSQL engine with clear errors on connecting."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.db.backends.postgresql import base

from tidegate.ledger.database import explained


class DatabaseWrapper(base.DatabaseWrapper):
    """One thread's connection."""

    def ensure_connection(self) -> None:
        with explained():
            super().ensure_connection()

    def asked(
        self, query: str, parameters: Sequence[Any], take: Callable[[Any], Any], *, many: bool = False
    ) -> Any:
        """What `take` finds at the cursor of a plain statement."""
        with self.cursor() as cursor:
            (cursor.executemany if many else cursor.execute)(query, parameters)
            return take(cursor)

"""A list kept in memory: read whole once in a process, afterwards by its changes.

There is no call that finds several records by their names (contract §3.1), and the budget of calls is small: one call
for the changes answers for all names at once.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from datetime import datetime

from tidegate.domain.errors import Failure
from tidegate.sage.business_cloud.client import BusinessCloudClient
from tidegate.sage.business_cloud.deltas import Stream, changes
from tidegate.sage.business_cloud.rows import Row, text_of


class Directory:
    """The records of one list, by id. What was deleted since the whole was read is still here: `drop` it."""

    def __init__(self, client: BusinessCloudClient, stream: Stream, now: Callable[[], datetime]) -> None:
        self._client = client
        self._stream = stream
        self._now = now
        self._lock = threading.Lock()
        self._rows: dict[str, Row] = {}
        self._cursor: str | None = None

    def refresh(self) -> Failure | None:
        """Read the changes; the first time the whole list."""
        with self._lock:
            found = changes(self._client, self._stream, self._cursor, self._now())
            if isinstance(found, Failure):
                return found
            new = {text_of(row, "id"): row for row in found.rows if text_of(row, "id")}
            self._rows = new if found.full else {**self._rows, **new}
            self._cursor = found.parking()
            return None

    def rows(self) -> Mapping[str, Row] | Failure:
        """All that is known; nothing is read but the first time."""
        if self._cursor is None:
            failure = self.refresh()
            if failure is not None:
                return failure
        return self._rows

    def add(self, row: Row) -> None:
        """A record that was just made."""
        with self._lock:
            if self._cursor is not None:
                self._rows = {**self._rows, text_of(row, "id"): row}

    def drop(self, id: str) -> None:
        """A record that was deleted."""
        with self._lock:
            self._rows = {known: row for known, row in self._rows.items() if known != id}

    def forget(self) -> None:
        """Read all of it again."""
        with self._lock:
            self._rows, self._cursor = {}, None

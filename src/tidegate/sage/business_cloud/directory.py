"""A list kept in memory: read whole once in a process, afterwards by its changes.

There is no call that finds several records by their names (contract §3.1), and the budget of calls is small: one call
for the changes answers for all names at once. Where what is known is doubted, deletions are read with the changes; the
whole list is never read again.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Mapping
from datetime import datetime

from tidegate.domain.errors import Failure
from tidegate.sage.business_cloud.client import BusinessCloudClient
from tidegate.sage.business_cloud.deltas import Stream, changes, deleted
from tidegate.sage.business_cloud.rows import Row, text_of


class Directory:
    """The records of one list, by id; `keep` says which of them are kept."""

    def __init__(
        self,
        client: BusinessCloudClient,
        stream: Stream,
        now: Callable[[], datetime],
        keep: Callable[[Row], bool] = lambda _row: True,
    ) -> None:
        self._client = client
        self._stream = stream
        self._now = now
        self._keep = keep
        self._lock = threading.Lock()
        self._rows: dict[str, Row] = {}
        self._cursor: str | None = None
        self._deletions: str | None = None  #: deletions before this cursor are accounted for
        self._doubted = False

    def refresh(self) -> Failure | None:
        """Read the changes; the first time the whole list. In doubt the deletions, too."""
        with self._lock:
            found = changes(self._client, self._stream, self._cursor, self._now())
            if isinstance(found, Failure):
                return found
            gone = self._deleted() if self._doubted else set()
            if isinstance(gone, Failure):
                return gone
            read = {text_of(row, "id"): row for row in found.rows if text_of(row, "id")}
            known = {} if found.full else self._rows
            left = {id: row for id, row in known.items() if id not in read and id not in gone}
            self._rows = left | {id: row for id, row in read.items() if self._keep(row)}
            self._cursor = found.parking()
            if found.full or self._doubted:
                self._deletions, self._doubted = self._cursor, False
            return None

    def _deleted(self) -> set[str] | Failure:
        """What was deleted since that was asked last."""
        found: set[str] = set()
        for resource in (self._stream.resource, *self._stream.deleted_from):
            ids = deleted(self._client, resource, self._deletions)
            if isinstance(ids, Failure):
                return ids
            found |= set(ids)
        return found

    def rows(self) -> Mapping[str, Row] | Failure:
        """All that is known; nothing is read but the first time, or in doubt."""
        if self._cursor is None or self._doubted:
            failure = self.refresh()
            if failure is not None:
                return failure
        return self._rows

    def add(self, row: Row) -> None:
        """A record that was just made."""
        with self._lock:
            if self._cursor is not None:
                self._rows = {**self._rows, text_of(row, "id"): row}

    def replace(self, ids: Collection[str], rows: Mapping[str, Row]) -> None:
        """What these records are now; those that are left out no longer exist."""
        with self._lock:
            left = {id: row for id, row in self._rows.items() if id not in ids}
            self._rows = left | {id: row for id, row in rows.items() if self._keep(row)}

    def doubt(self) -> None:
        """Something that is known may be deleted: it is asked for before the next answer."""
        with self._lock:
            self._doubted = self._cursor is not None

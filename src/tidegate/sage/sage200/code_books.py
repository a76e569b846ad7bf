"""What ids stand for: Sage's rows name products, customers and accounts by id, users name them by code.

Read as ids are met, pooled, or the whole collection at once when many are met; kept for an hour.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable

from tidegate.clock import Clock
from tidegate.domain.errors import Failure
from tidegate.reading import pauses
from tidegate.sage.sage200.client import IDS, Sage200Client
from tidegate.sage.sage200.fields import Row, id_of

MAX_AGE = 3600.0  #: seconds after which everything is read again
MANY = 5 * IDS  #: unknown ids from which on the whole collection is cheaper


class CodeBook:
    """One collection of one company, shared by all sessions and threads."""

    def __init__(
        self,
        client: Sage200Client,
        clock: Clock,
        path: str,
        select: tuple[str, ...],
        *,
        many: int = MANY,
    ) -> None:
        """`select` without the id, () for every field; `many` as 1 reads the collection whole at once."""
        self._client = client
        self._clock = clock
        self._path = path
        self._select = ("id", *select) if select else ()
        self._many = many
        self._lock = threading.Lock()
        self.forget()

    def forget(self) -> None:
        """Drop everything."""
        self._rows: dict[int, Row] = {}
        self._since = self._clock.monotonic()

    def of(self, ids: Iterable[int | None]) -> dict[int, Row] | Failure:
        """The rows of these ids, and of others that are known; no entry for what does not exist."""
        with pauses.kept_out(self._lock):
            if self._clock.monotonic() - self._since > MAX_AGE:
                self.forget()
            new = {number for number in ids if number is not None and number not in self._rows}
            if not new:
                return self._rows
            if len(new) >= self._many:
                return self._read_all()
            rows = self._client.read_by_ids(self._path, "id", new, select=self._select)
            return rows if isinstance(rows, Failure) else self._kept(rows)

    def all(self) -> dict[int, Row] | Failure:
        """Every row of the collection, as it is now."""
        with pauses.kept_out(self._lock):
            return self._read_all()

    def _read_all(self) -> dict[int, Row] | Failure:
        rows = self._client.read_all(self._path, select=self._select, large=bool(self._select))
        return rows if isinstance(rows, Failure) else self._kept(rows)

    def _kept(self, rows: list[Row]) -> dict[int, Row]:
        self._rows.update({number: row for row in rows if (number := id_of(row)) is not None})
        return self._rows

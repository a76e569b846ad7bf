"""How far a stream was read: the newest time of change seen, and what was seen just before it.

Source: contract §10. A delta asks for what changed since the newest stamp, less an overlap: a stamp is
given when a transaction begins, and seen when it ends. What the overlap repeats is recognised by a
digest, so that a stream without news costs one call and reports nothing. Only Sage's own stamps are
compared with each other; this machine's clock plays no part.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tidegate.domain.bad_row import BadRow
from tidegate.domain.errors import Failure
from tidegate.sage.sage200.client import Sage200Client
from tidegate.sage.sage200.fields import Row, id_of, moment_of, text_of
from tidegate.sage.sage200.queries import LARGE, PAGE, changed_after

OVERLAP = timedelta(minutes=5)  #: longer than any transaction of Sage should take


@dataclass(frozen=True, slots=True)
class Changes:
    """Rows of a stream. `full`: all of them were read."""

    rows: list[Row]
    cursor: str
    full: bool

    def parking(self, bad: Iterable[BadRow]) -> str:
        """The cursor behind these rows, of which the bad ones are asked for again the next time."""
        return with_parked(self.cursor, (row.key for row in bad))


@dataclass(frozen=True, slots=True)
class Stream:
    """A collection whose rows carry the time of their change."""

    path: str
    stamp: str = "date_time_updated"
    key: str = "id"
    parks: bool = True  #: what is parked in the cursor are ids of its rows; else the caller's own

    def read(
        self, client: Sage200Client, since: str | None, *, select: Sequence[str], where: str = ""
    ) -> Changes | Failure:
        """What changed since a cursor; everything without one, or when it has seen nothing."""
        at = _moment(since)
        condition = where
        if at is not None:
            changed = changed_after(self.stamp, at - OVERLAP)
            condition = f"({where}) and {changed}" if where else changed
        fields = dict.fromkeys((self.key, *select, self.stamp))
        rows = client.read_all(
            self.path,
            select=tuple(fields),
            where=condition,
            key=self.key,
            large=True,
            first=LARGE if at is None else PAGE,
        )
        if isinstance(rows, Failure):
            return rows
        cursor = self.cursor(rows, at)
        if since is not None and cursor == unparked(since):
            rows = []
        again = parked(since) - {id_of(row, self.key) for row in rows} if self.parks else set()
        more = client.read_by_ids(self.path, self.key, again, select=tuple(fields), key=self.key)
        return more if isinstance(more, Failure) else Changes([*rows, *more], cursor, full=at is None)

    def cursor(self, rows: Iterable[Row], at: datetime | None = None) -> str:
        """The cursor after these rows; `at` is the position before. "" when nothing was seen."""
        stamped = [(moment, row) for row in rows if (moment := moment_of(row, self.stamp)) is not None]
        newest = max((moment for moment, _ in stamped), default=at)
        if at is not None and (newest is None or newest < at):
            newest = at
        if newest is None:
            return ""
        edge = newest - OVERLAP
        edge = edge.replace(microsecond=edge.microsecond // 1000 * 1000)  # as the filter is written
        seen = sorted(
            f"{text_of(row, self.key)}@{moment.isoformat()}" for moment, row in stamped if moment > edge
        )
        digest = hashlib.sha256("\n".join(seen).encode()).hexdigest()[:16]
        return f"{newest.isoformat()} {digest}"


#: The most unreadable rows that are read again by their ids: this bounds the cursor's length.
MOST_PARKED = 200


def unparked(since: str | None) -> str:
    """A cursor without the ids of unreadable rows that it carries."""
    return " ".join((since or "").split(" ")[:2])


def parked(since: str | None) -> set[int]:
    """The ids of what could not be read so far: it is asked for again in every cycle, until it can be."""
    ids = (since or "").split(" ")[2:]
    return {int(number) for number in ids[0].split(",")} if ids else set()


def with_parked(cursor: str, ids: Iterable[int | None]) -> str:
    """A cursor that carries the ids of what could not be read."""
    listed = sorted({number for number in ids if number is not None})[:MOST_PARKED]
    return f"{cursor or ' '} {','.join(map(str, listed))}" if listed else cursor


def _moment(since: str | None) -> datetime | None:
    stamp = (since or "").partition(" ")[0]
    return datetime.fromisoformat(stamp) if stamp else None

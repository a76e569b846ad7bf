"""How far streams were read: the newest time of change seen, and what was seen just before it.

Source: contract §16. Times are to the second, and a stamp is given before it is seen: a delta asks for what
changed since the newest stamp, less an overlap. What the overlap repeats is recognised by a digest, so that a
stream without news reports nothing. Streams that belong together are read in one request, under one cursor.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from xml.etree.ElementTree import Element

from tidegate.domain.bad_row import BadRow
from tidegate.domain.errors import Failure
from tidegate.sage.intacct.client import IntacctClient
from tidegate.sage.intacct.queries import Query, among, every, in_parts, since
from tidegate.sage.intacct.rows import Row, moment_of, text_of

OVERLAP = timedelta(minutes=5)  #: longer than any request of theirs should take
STAMP = "WHENMODIFIED"
MOST_PARKED = 200  #: unreadable rows that are asked for again by their record numbers


@dataclass(frozen=True, slots=True)
class Position:
    """How far one stream was read. `after`: a first read is under way, and has reached this record number."""

    moment: datetime | None = None
    digest: str = ""
    parked: tuple[str, ...] = ()
    after: str = ""

    def __str__(self) -> str:
        stamp = "" if self.moment is None else f"{self.moment:%Y%m%dT%H%M%S}"
        return f"{stamp} {self.digest} {','.join(self.parked)} {self.after}".rstrip(" ")


def positions(cursor: str | None, streams: int) -> list[Position]:
    """How far each stream was read; none of them where the cursor is of other streams."""
    found = [_position(part) for part in cursor.split("|")] if cursor else []
    return found if len(found) == streams else [Position() for _ in range(streams)]


def _position(text: str) -> Position:
    stamp, digest, parked, after = (*text.split(" "), "", "", "", "")[:4]
    moment = datetime.strptime(stamp, "%Y%m%dT%H%M%S").replace(tzinfo=UTC) if stamp else None
    return Position(moment, digest, tuple(filter(None, parked.split(","))), after)


@dataclass(frozen=True, slots=True)
class Changes:
    """Rows of each stream. `full` says that all of them were read."""

    rows: tuple[list[Row], ...]
    positions: tuple[Position, ...]
    full: bool

    @property
    def cursor(self) -> str:
        """The cursor behind these rows."""
        return "|".join(str(one) for one in self.positions)

    @property
    def more(self) -> bool:
        """Whether rows are left behind these, and may be read at once."""
        return any(one.after for one in self.positions)

    def parking(self, bad: Mapping[int, Iterable[BadRow]]) -> str:
        """The cursor behind these rows, of which the bad ones of each stream are asked for again the next time."""
        positions = [
            replace(
                one,
                parked=tuple(str(row.key) for row in bad.get(at, ()) if row.key is not None)[:MOST_PARKED],
            )
            for at, one in enumerate(self.positions)
        ]
        return replace(self, positions=tuple(positions)).cursor


def changes(
    client: IntacctClient,
    queries: Sequence[Query],
    cursor: str | None,
    begin: Callable[[], Element | Failure] | None = None,
) -> Changes | Failure:
    """What changed in these streams since a cursor; without one everything for which the condition `begin` holds."""
    before = positions(cursor, len(queries))
    since_when = begin() if begin is not None and any(one.moment is None for one in before) else None
    if isinstance(since_when, Failure):
        return since_when
    asked = [_since(query, one.moment, since_when) for query, one in zip(queries, before, strict=True)]
    pages = client.read_many(asked)
    rows: list[list[Row]] = []
    reached = []
    for query, old, page in zip(queries, before, pages, strict=True):
        if isinstance(page, Failure):
            return page
        new = behind(page, old, query.key)
        news = page if new.moment != old.moment or new.digest != old.digest else []
        again = parked_rows(client, query, old, news)
        if isinstance(again, Failure):
            return again
        rows.append([*news, *again])
        reached.append(new)
    return Changes(tuple(rows), tuple(reached), full=all(one.moment is None for one in before))


def _since(query: Query, moment: datetime | None, begin: Element | None) -> Query:
    changed = begin if moment is None else since(STAMP, moment - OVERLAP)
    where = every(one for one in (query.where, changed) if one is not None)
    return replace(query, fields=(query.key, *query.fields, STAMP), where=where)


def behind(rows: Sequence[Row], before: Position, key: str) -> Position:
    """The position after these rows; a stream of which nothing was ever seen stays without one."""
    stamped = [(moment, row) for row in rows if (moment := moment_of(row, STAMP)) is not None]
    newest = max((moment for moment, _ in stamped), default=before.moment)
    if before.moment is not None and (newest is None or newest < before.moment):
        newest = before.moment
    if newest is None:
        return Position()
    edge = newest - OVERLAP
    # Stamps are to the second: a row may change twice within one, so its content counts.
    seen = sorted(f"{text_of(row, key)} {sorted(row.items())}" for moment, row in stamped if moment >= edge)
    return Position(newest, hashlib.sha256("\n".join(seen).encode()).hexdigest()[:16])


def parked_rows(
    client: IntacctClient, query: Query, before: Position, rows: Sequence[Row]
) -> list[Row] | Failure:
    """Rows that could not be read the last time, and are not among these."""
    there = {text_of(row, query.key) for row in rows}
    again = [key for key in before.parked if key not in there]
    found: list[Row] = []
    for part in in_parts(again):
        where = every([*filter(None, [query.where]), among(query.key, part)])
        read = client.read(replace(query, fields=(query.key, *query.fields, STAMP), where=where))
        if isinstance(read, Failure):
            return read
        found += read
    return found

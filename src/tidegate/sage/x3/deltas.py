"""What changed in a class since it was read last.

Source: contract §11. `UPDDATTIM` is stamped in whole seconds by the database's own clock, so that a delta asks from the
newest stamp that was seen, less an overlap; what the overlap repeats unchanged is recognised by a digest of each row,
and not reported again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import msgspec

from tidegate.domain.errors import Failure
from tidegate.reading import values
from tidegate.reading.document import Unreadable
from tidegate.sage.x3.queries import both, equals, since
from tidegate.sage.x3.reader import Reader
from tidegate.sage.x3.rows import Row, text_of

STAMP = "UPDDATTIM"
OVERLAP = timedelta(minutes=10)
MOST_SEEN = 2000  #: rows of an overlap that are remembered one by one; more are reported again
MOST_PARKED = 200  #: unreadable rows that are asked for again by their names


@dataclass(frozen=True, slots=True)
class Stream:
    """A class, the field that names its rows, and a term that all of them must meet ("" = none).

    `more`: fields that make the name unique where it is not.
    """

    name: str
    id: str
    term: str = ""
    more: tuple[str, ...] = ()

    def key_of(self, row: Row) -> str:
        """The row's key."""
        return "~".join(text_of(row, name) for name in (self.id, *self.more))


class _Position(msgspec.Struct, frozen=True, omit_defaults=True):
    """How far a stream was read."""

    mark: datetime
    seen: dict[str, str] = {}
    parked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Changes:
    """Rows that are new or changed; `full`: all of them were read."""

    rows: list[Row]
    full: bool
    position: _Position

    @property
    def cursor(self) -> str:
        """The cursor behind these rows."""
        return msgspec.json.encode(self.position).decode()

    def parking(self, names: Iterable[str]) -> str:
        """This position with unreadable rows, which are read again the next time."""
        parked = tuple(names)[:MOST_PARKED]
        return replace(self, position=msgspec.structs.replace(self.position, parked=parked)).cursor


def changes(reader: Reader, stream: Stream, cursor: str | None) -> Changes | Failure:
    """What changed since a cursor; everything without one, or with one that cannot be read."""
    before = _position(cursor)
    if before is None:
        rows = reader.read(stream.name, (stream.term,) if stream.term else ())
        return rows if isinstance(rows, Failure) else Changes(rows, True, _behind(rows, stream, None))
    terms = [stream.term] if stream.term else []
    rows = reader.read(stream.name, (both(*terms, since(STAMP, before.mark - OVERLAP)),))
    if isinstance(rows, Failure):
        return rows
    news = [row for row in rows if before.seen.get(stream.key_of(row)) != digest(row)]
    there = {text_of(row, stream.id) for row in news}
    names = [name for name in before.parked if name and name not in there]
    again = reader.read_pooled(stream.name, {name: (equals(stream.id, name),) for name in names})
    if isinstance(again, Failure):
        return again
    return Changes([*news, *again], False, _behind(rows, stream, before))


def _position(cursor: str | None) -> _Position | None:
    if not cursor:
        return None
    try:
        return msgspec.json.decode(cursor, type=_Position)
    except msgspec.MsgspecError:
        return None


def _behind(rows: Sequence[Row], stream: Stream, before: _Position | None) -> _Position:
    """The position after these rows: what the next delta will repeat of them is remembered."""
    stamps = {stream.key_of(row): stamp for row in rows if (stamp := stamp_of(row)) is not None}
    mark = max([before.mark if before else _EARLIEST, *stamps.values()])
    repeated = [row for row in rows if stamps.get(stream.key_of(row), _EARLIEST) >= mark - OVERLAP]
    if len(repeated) > MOST_SEEN:
        repeated = []
    return _Position(mark, {stream.key_of(row): digest(row) for row in repeated})


_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)


def stamp_of(row: Row) -> datetime | None:
    """When a row changed, aware; None when it does not say."""
    try:
        found = values.moment(row.get(STAMP))
    except Unreadable:
        return None
    return found


def digest(row: Row) -> str:
    """A digest of a row's content."""
    return hashlib.sha256(repr(sorted(row.items(), key=lambda pair: pair[0])).encode()).hexdigest()[:12]

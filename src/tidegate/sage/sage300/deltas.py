"""What changed in a list since it was read last.

Source: contract §3, §9, §12. Entities have no time of change: some have the day of one, documents have numbers that
grow. A delta asks for the days since the last one, less an overlap, and for higher numbers; what the overlap repeats
unchanged is recognised by a digest of each row, and not reported again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Protocol

import msgspec

from tidegate.domain.errors import Failure
from tidegate.reading.document import Unreadable
from tidegate.sage.sage300.client import Sage300Client
from tidegate.sage.sage300.queries import Where, equals, number_equals, since
from tidegate.sage.sage300.rows import Row, day_of, key_of, text_of

MOST_SEEN = 2000  #: rows of an overlap that are remembered one by one; more are remembered as a whole
MOST_PARKED = 200  #: unreadable rows that are asked for again by their names
_WHOLE = ""  #: the name of the digest of all


@dataclass(frozen=True, slots=True)
class Stream:
    """A list, and the field that shows its changes. `number`: a numeric key that grows; else `name` is a text."""

    resource: str
    days: tuple[str, ...]
    number: str = ""
    name: str = ""
    overlap: int = 1  #: days

    @property
    def id(self) -> str:
        """The property that names a row."""
        return self.number or self.name


class _Position(msgspec.Struct, frozen=True, omit_defaults=True):
    """How far a stream was read."""

    day: date
    high: int = 0
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
        return replace(
            self, position=msgspec.structs.replace(self.position, parked=tuple(names)[:MOST_PARKED])
        ).cursor


class Source(Protocol):
    """Where the rows of a stream are read."""

    def all(self) -> list[Row] | Failure:
        """Every row."""
        ...

    def newer(self, start: date, high: int) -> list[Row] | Failure:
        """Rows of this day or later, and those with a higher number."""
        ...

    def named(self, names: Sequence[str]) -> list[Row] | Failure:
        """The rows with these names."""
        ...


class ListSource:
    """A list of the Web API."""

    def __init__(self, client: Sage300Client, stream: Stream) -> None:
        self._client = client
        self._stream = stream

    def all(self) -> list[Row] | Failure:
        """See :class:`Source`."""
        return self._client.read(self._stream.resource, key=self._stream.number)

    def newer(self, start: date, high: int) -> list[Row] | Failure:
        """See :class:`Source`."""
        stream = self._stream

        def where(quoted: bool) -> Where:
            alternatives = [since(each, start, quoted=quoted) for each in stream.days]
            if stream.number:
                alternatives.append(f"{stream.number} gt {high}")
            return tuple(alternatives)

        return self._client.read(stream.resource, where, key=stream.number)

    def named(self, names: Sequence[str]) -> list[Row] | Failure:
        """See :class:`Source`."""
        stream = self._stream
        if stream.number:
            terms = {name: (number_equals(stream.number, int(name)),) for name in names if name.isdigit()}
        else:
            terms = {name: (equals(stream.name, name),) for name in names}
        return self._client.read_pooled(stream.resource, terms, key=stream.number)


def changes(client: Sage300Client, stream: Stream, cursor: str | None, today: date) -> Changes | Failure:
    """What changed in a list since a cursor; everything without one, or with one that cannot be read."""
    return changed(ListSource(client, stream), stream, cursor, today)


def changed(source: Source, stream: Stream, cursor: str | None, today: date) -> Changes | Failure:
    """The same of any source."""
    before = _position(cursor)
    if before is None:
        rows = source.all()
        return rows if isinstance(rows, Failure) else Changes(rows, True, _behind(rows, stream, None, today))
    start = before.day - timedelta(days=stream.overlap)

    rows = source.newer(start, before.high)
    if isinstance(rows, Failure):
        return rows
    news = _news(rows, stream, before)
    again = _parked(source, stream, before, news)
    if isinstance(again, Failure):
        return again
    return Changes([*news, *again], False, _behind(rows, stream, before, today))


def _position(cursor: str | None) -> _Position | None:
    if not cursor:
        return None
    try:
        return msgspec.json.decode(cursor, type=_Position)
    except msgspec.MsgspecError:
        return None


def _news(rows: Sequence[Row], stream: Stream, before: _Position) -> list[Row]:
    if _WHOLE in before.seen:
        start = before.day - timedelta(days=stream.overlap)
        inside = [row for row in rows if _inside(row, stream, start, before.high)]
        return [] if _digest(inside) == before.seen[_WHOLE] and len(inside) == len(rows) else list(rows)
    return [row for row in rows if before.seen.get(text_of(row, stream.id)) != _digest([row])]


def _behind(rows: Sequence[Row], stream: Stream, before: _Position | None, today: date) -> _Position:
    """The position after these rows: what the next delta will repeat of them is remembered."""
    high = max([before.high if before else 0, *_numbers(rows, stream)])
    start = today - timedelta(days=stream.overlap)
    repeated = [row for row in rows if _inside(row, stream, start, high)]
    if len(repeated) > MOST_SEEN:
        return _Position(today, high, {_WHOLE: _digest(repeated)})
    return _Position(today, high, {text_of(row, stream.id): _digest([row]) for row in repeated})


def _numbers(rows: Iterable[Row], stream: Stream) -> list[int]:
    found = []
    for row in rows if stream.number else ():
        try:
            found.append(key_of(row, stream.number))
        except Unreadable:
            continue
    return found


def _inside(row: Row, stream: Stream, start: date, high: int) -> bool:
    """Whether a delta from there on has this row."""
    days = [day for each in stream.days if (day := day_of(row, each)) is not None]
    if any(day >= start for day in days):
        return True
    return bool(stream.number) and any(number > high for number in _numbers([row], stream))


def _digest(rows: Iterable[Row]) -> str:
    text = "\n".join(sorted(repr(sorted(row.items(), key=lambda pair: pair[0])) for row in rows))
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _parked(source: Source, stream: Stream, before: _Position, rows: Sequence[Row]) -> list[Row] | Failure:
    """Rows that could not be read the last time, and are not among these."""
    there = {text_of(row, stream.id) for row in rows}
    names = [name for name in before.parked if name and name not in there]
    return source.named(names) if names else []

"""What changed in a list since it was read last.

Source: contract §3.1, §9. Changes are asked for by an instant, inclusive, less an overlap; what the overlap repeats
unchanged is recognised by a digest of the row: changes are stamped by the second, and one second may hold two. The
instant is the server's own, as its answers say: the clock of our machine may be wrong.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import msgspec

from tidegate.domain.errors import Failure
from tidegate.sage.business_cloud.client import BusinessCloudClient
from tidegate.sage.business_cloud.rows import Row, text_of
from tidegate.sage.business_cloud.wire_names import OVERLAP

MARKED = (
    "sales_invoices",
    "sales_credit_notes",
)  #: reading one of them marks it as sent, unless asked not to
UNSENT = {"mark_as_sent": "false"}
MOST_PARKED = 200  #: unreadable rows that are asked for again by their ids


@dataclass(frozen=True, slots=True)
class Stream:
    """A list, what of its records is read, and how it is sorted where it can be."""

    resource: str
    query: tuple[tuple[str, str], ...] = ()
    sort: str = ""
    deleted_from: tuple[str, ...] = ()  #: further lists whose deletions are its own


class _Position(msgspec.Struct, frozen=True, omit_defaults=True):
    """How far a stream was read: from when the next delta begins, and what it will repeat."""

    since: datetime
    seen: dict[str, str] = {}
    parked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Changes:
    """Rows that are new or changed; `full`: all of them were read."""

    rows: list[Row]
    full: bool
    position: _Position

    def parking(self, ids: Iterable[str] = ()) -> str:
        """The cursor after these rows, with the unreadable ones, which are read again the next time."""
        kept = msgspec.structs.replace(self.position, parked=tuple(ids)[:MOST_PARKED])
        return msgspec.json.encode(kept).decode()


def changes(
    client: BusinessCloudClient, stream: Stream, cursor: str | None, now: datetime
) -> Changes | Failure:
    """What changed since a cursor; everything without one, or with one that cannot be read."""
    before = _position(cursor)
    query = dict(stream.query)
    if before is not None:
        query["updated_or_created_since"] = instant(before.since)
    rows = client.read(stream.resource, query, sort=stream.sort)
    if isinstance(rows, Failure):
        return rows
    seen = before.seen if before is not None else {}
    parked = set(before.parked) if before is not None else set()
    news = [row for row in rows if seen.get(_id(row)) != _digest(row) or _id(row) in parked]
    there = {_id(row) for row in rows}
    for id in sorted(parked - there):
        again = client.entry(stream.resource, id, UNSENT if stream.resource in MARKED else None)
        if isinstance(again, Failure):
            return again
        if again is not None:
            news.append(again)
    start = (client.server_time or now) - timedelta(seconds=OVERLAP)
    repeated = {_id(row): _digest(row) for row in rows if text_of(row, "updated_at") >= instant(start)[:19]}
    return Changes(news, before is None, _Position(start, repeated))


def deleted(client: BusinessCloudClient, resource: str, cursor: str | None) -> list[str] | Failure:
    """The ids of what was deleted since a cursor; nothing without one. They repeat within the overlap."""
    before = _position(cursor)
    if before is None:
        return []
    rows = client.read(resource, {"deleted_since": instant(before.since)})
    return rows if isinstance(rows, Failure) else [_id(row) for row in rows]


def instant(at: datetime) -> str:
    """An instant as the API is declared to read it: with a numeric offset, by the second (additions of 29 November)."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}+00:00"


def _position(cursor: str | None) -> _Position | None:
    if not cursor:
        return None
    try:
        return msgspec.json.decode(cursor, type=_Position)
    except msgspec.MsgspecError:
        return None


def _id(row: Row) -> str:
    return text_of(row, "id")


def _digest(row: Row) -> str:
    text = repr(sorted(row.items(), key=lambda pair: pair[0]))
    return hashlib.sha256(text.encode()).hexdigest()[:12]

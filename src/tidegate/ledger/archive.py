# ruff: noqa: S608 - every name in these statements is our own, every value is a parameter
"""What confirmed deliveries have left behind, taken out of the tables that every cycle works with.

A delivery stays where it is, with its key, its numbers and its ties: nothing can be sent a second time, and every number
finds its order. Its attempts, its history, its records of parcels and the copies of what was sent become one
compressed piece, from which `trace` and the console read them as before.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

import msgspec

from tidegate.ledger import models, rows
from tidegate.ledger.copies import unpack
from tidegate.ledger.database import inside

#: Deliveries that are archived in one transaction.
AT_ONCE = 500
#: What most pieces say: known to the compression beforehand, so that small pieces become small.
_WORDS = (
    b'"queuedsendingsent and acceptedsending"accepted"enginethe company says that it is there'
    b'"attempts":[["started_at":"ended_at":"","",""]],"copies":{},"parcels":[]}'
    b'[["2026-03-02T15:00:00Z","","","captured","engine",""],["2026-03-02T15:00:00Z","a","captured","queued","engine",""],'
    b'["2026-03-02T15:00:00Z","b","queued","sending","engine","attempt 1"],'
    b'["2026-03-02T15:00:00Z","c","sending","confirmed","engine",""]],{"events":[["magento:main:/order'
)
#: Stands before each piece: which words it was compressed with.
_FORMAT = b"\x01"
_TABLES = (models.PayloadCopy, models.ParcelRecord, models.Event, models.Attempt)
_UNARCHIVED = "archived_at IS NULL AND state = 'confirmed'"


class Piece(msgspec.Struct):
    """All that is kept of one delivery. Times are UTC."""

    events: list[tuple[datetime, str, str, str, str, str]] = []
    attempts: list[tuple[int, int, str, str, int | None, datetime, datetime | None, str, str, str]] = []
    copies: dict[int, tuple[datetime, str]] = {}  #: by attempt: when it was kept, and its JSON
    parcels: list[tuple[int, int, str, str]] = []  #: parcel, attempt, key, outcome

    def pack(self) -> bytes:
        """The row as the ledger stores it."""
        packing = zlib.compressobj(9, zlib.DEFLATED, -15, 9, zlib.Z_DEFAULT_STRATEGY, _WORDS)
        return _FORMAT + packing.compress(msgspec.json.encode(self)) + packing.flush()

    @staticmethod
    def of(content: bytes) -> Piece:
        """What `pack` has made."""
        if content[:1] != _FORMAT:
            raise ValueError(f"this archive was written by a later version: format {content[:1]!r}")
        unpacking = zlib.decompressobj(-15, _WORDS)
        text = unpacking.decompress(content[1:]) + unpacking.flush()
        return msgspec.json.decode(text, type=Piece)

    @property
    def oldest_copy(self) -> datetime | None:
        """When the first of its copies was kept."""
        return min((at for at, _ in self.copies.values()), default=None)

    def rewritten(self, edit: Callable[[str], str]) -> Piece:
        """The piece with the texts of its events and attempts edited."""
        return Piece(
            [(*rest, edit(text)) for *rest, text in self.events],  # type: ignore[misc]
            [(*rest, edit(text)) for *rest, text in self.attempts],  # type: ignore[misc]
            self.copies,
            self.parcels,
        )


def archive(connection: str, before: datetime, now: datetime, most: int = AT_ONCE) -> int:
    """Archive the connection's oldest deliveries that are confirmed since before a moment; how many. In a transaction.

    What was cancelled or skipped stays whole: a person may take it up again. One with an attempt that is in doubt, or in a parcel that is not answered, is left alone.
    """
    inside(now)
    where = (
        f"{rows.by_index('delivery_unarchived')} WHERE connection = %s AND changed_at < %s AND {_UNARCHIVED}"
    )
    ending = f"{where} ORDER BY changed_at LIMIT %s {rows.for_update()}"
    old = [
        pk for (pk,) in rows.find(models.Delivery, ("id",), ending, connection, rows.instant(before), most)
    ]
    for part in rows.chunks(old):
        _archive(connection, part, now)
    return len(old)


def _archive(connection: str, ids: Sequence[int], now: datetime) -> None:
    unresolved = f"WHERE outcome = '' AND delivery_id IN ({rows.marks(ids)})"
    doubtful = {
        pk
        for model in (models.Attempt, models.ParcelRecord)
        for (pk,) in rows.find(model, ("delivery",), unresolved, *ids)
    }
    pieces = _pieces([pk for pk in ids if pk not in doubtful])
    rows.insert(
        models.Archived,
        ("delivery", "connection", "at", "attempts", "oldest_copy", "content"),
        [
            (pk, connection, now, len(piece.attempts), piece.oldest_copy, piece.pack())
            for pk, piece in pieces.items()
        ],
    )
    for model in _TABLES:
        through = "attempt_id IN (SELECT id FROM tidegate_attempt WHERE delivery_id IN ({}))"
        which = through if model is models.PayloadCopy else "delivery_id IN ({})"
        if pieces:
            rows.execute(
                f"DELETE FROM {model._meta.db_table} WHERE {which.format(rows.marks(list(pieces)))}", *pieces
            )
    rows.update(models.Delivery, ("archived_at",), [(pk, now) for pk in ids])


def _pieces(ids: Sequence[int]) -> dict[int, Piece]:
    if not ids:
        return {}
    pieces = {pk: Piece([], [], {}, []) for pk in ids}
    theirs = f"WHERE delivery_id IN ({rows.marks(ids)}) ORDER BY id"
    of_attempt: dict[int, int] = {}
    for pk, *attempt in rows.find(models.Attempt, ("delivery", *ATTEMPT), theirs, *ids):
        pieces[pk].attempts.append(tuple(attempt))
        of_attempt[attempt[0]] = pk
    for pk, *event in rows.find(models.Event, ("delivery", *EVENT), theirs, *ids):
        pieces[pk].events.append(tuple(event))
    for pk, *record in rows.find(
        models.ParcelRecord, ("delivery", "parcel", "attempt", "key", "outcome"), theirs, *ids
    ):
        pieces[pk].parcels.append(tuple(record))
    for part in rows.chunks(list(of_attempt)):
        kept = f"WHERE attempt_id IN ({rows.marks(part)})"
        for attempt, at, content in rows.find(models.PayloadCopy, ("attempt", "at", "content"), kept, *part):
            pieces[of_attempt[attempt]].copies[attempt] = (at, unpack(bytes(content)))
    return pieces


#: As columns, in the order in which a piece has them.
ATTEMPT = (
    *("id", "number", "key", "payload_hash", "batch", "started_at", "ended_at", "outcome", "code"),
    "text",
)
EVENT = ("at", "letter", "before", "after", "actor", "text")


# --- reading ------------------------------------------------------------------------------------------


def of_deliveries(ids: Iterable[int]) -> dict[int, Piece]:
    """The pieces of those of the deliveries that are archived."""
    return {
        pk: Piece.of(bytes(content))
        for part in rows.chunks(list(ids))
        for pk, content in rows.find(
            models.Archived, ("delivery", "content"), f"WHERE delivery_id IN ({rows.marks(part)})", *part
        )
    }


def copies_of(ids: Iterable[int]) -> dict[int, str]:
    """The copies of what archived deliveries sent, as JSON by attempt."""
    return {
        attempt: text for piece in of_deliveries(ids).values() for attempt, (_, text) in piece.copies.items()
    }


def attempts_of(delivery_id: int) -> int:
    """How many archived attempts a delivery has."""
    found = rows.fetch_one("SELECT attempts FROM tidegate_archived WHERE delivery_id = %s", delivery_id)
    return int(found[0]) if found else 0


# --- forgetting ---------------------------------------------------------------------------------------


def rewrite(ids: Iterable[int], edit: Callable[[str], str]) -> int:
    """Edit the texts of archived deliveries; how many pieces are other than before. In a transaction."""
    return _put({pk: (piece, piece.rewritten(edit)) for pk, piece in of_deliveries(ids).items()})


def rewrite_connection(connection: str, words: Iterable[str], edit: Callable[[str], str]) -> int:
    """Edit those of all the connection's pieces that have one of the words; how many. In a transaction."""
    count, last = 0, 0
    wanted = [word.casefold() for word in words if word]
    while True:
        ending = "WHERE connection = %s AND delivery_id > %s ORDER BY delivery_id LIMIT %s"
        found = rows.find(models.Archived, ("delivery", "content"), ending, connection, last, AT_ONCE)
        if not found:
            return count
        last = found[-1][0]
        pieces = {pk: Piece.of(bytes(content)) for pk, content in found}
        quoting = {
            pk: piece
            for pk, piece in pieces.items()
            if any(word in " ".join(_texts(piece)).casefold() for word in wanted)
        }
        count += _put({pk: (piece, piece.rewritten(edit)) for pk, piece in quoting.items()})


def _texts(piece: Piece) -> list[str]:
    return [event[-1] for event in piece.events] + [attempt[-1] for attempt in piece.attempts]


def forget_copies(ids: Iterable[int]) -> int:
    """Take the copies out of archived deliveries; how many there were. In a transaction."""
    return _without_copies(of_deliveries(ids))


def expire_copies(connection: str, before: datetime, most: int) -> int:
    """The same for those from before a moment, of at most so many deliveries. In a transaction."""
    ending = "WHERE connection = %s AND oldest_copy < %s AND NOT (oldest_copy IS NULL) ORDER BY oldest_copy LIMIT %s"
    old = rows.find(models.Archived, ("delivery",), ending, connection, rows.instant(before), most)
    pieces = of_deliveries(pk for (pk,) in old)
    changed = {
        pk: Piece(
            piece.events,
            piece.attempts,
            {attempt: kept for attempt, kept in piece.copies.items() if kept[0] >= before},
            piece.parcels,
        )
        for pk, piece in pieces.items()
    }
    _put({pk: (pieces[pk], after) for pk, after in changed.items()})
    return sum(len(pieces[pk].copies) - len(after.copies) for pk, after in changed.items())


def _without_copies(pieces: dict[int, Piece]) -> int:
    _put(
        {pk: (piece, Piece(piece.events, piece.attempts, {}, piece.parcels)) for pk, piece in pieces.items()}
    )
    return sum(len(piece.copies) for piece in pieces.values())


def _put(pieces: dict[int, tuple[Piece, Piece]]) -> int:
    changed = {pk: after for pk, (before, after) in pieces.items() if after != before}
    for pk, after in changed.items():
        models.Archived.objects.filter(pk=pk).update(content=after.pack(), oldest_copy=after.oldest_copy)
    return len(changed)

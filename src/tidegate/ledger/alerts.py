"""What a person should know: raised once, counted, cleared when it is over."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tidegate.ledger import happened, models, rows
from tidegate.ledger.database import inside
from tidegate.ledger.texts import LONGEST_REASON, storable

_ONE = "code = %s AND connection = %s AND subject = %s"
_COUNT = """
    UPDATE tidegate_alert SET count = count + 1, last_at = %s, text = %s
    WHERE code = %s AND connection = %s AND subject = %s AND cleared_at IS NULL
"""
_CLEARED = "UPDATE tidegate_alert SET cleared_at = %s WHERE id IN ({})"


@dataclass(frozen=True, slots=True)
class OpenAlert:
    """An alert that is not cleared. `count` is how often it was raised since `raised_at`."""

    id: int
    code: str
    connection: str
    subject: str
    text: str
    raised_at: datetime
    last_at: datetime
    count: int


def raise_alert(code: str, connection: str, subject: str, text: str, now: datetime) -> bool:
    """Raise it, or count it when it is open already; true when it is new and must be notified."""
    inside(now)
    subject, text = storable(subject), storable(text, LONGEST_REASON)
    if rows.execute(_COUNT, rows.instant(now), text, code, connection, subject):
        return False
    columns = ("code", "connection", "subject", "text", "raised_at", "last_at", "count", "cleared_at")
    # when another process inserts it first, that process sends the notification
    new = bool(
        rows.insert_new(models.Alert, columns, [(code, connection, subject, text, now, now, 1, None)], "code")
    )
    if new:
        happened.warning("alert raised", code=code, connection=connection, subject=subject, text=text)
    return new


def clear_alert(code: str, connection: str, subject: str, now: datetime) -> bool:
    """It is over; false when it was not open."""
    inside(now)
    return _clear(_ONE, (code, connection, storable(subject)), now) > 0


def clear_kinds(codes: Sequence[str], connection: str, subject: str, now: datetime) -> int:
    """Clear alerts of these kinds about one subject; returns how many were open."""
    inside(now)
    which = f"code IN ({rows.marks(codes)}) AND connection = %s AND subject = %s"
    return _clear(which, (*codes, connection, storable(subject)), now)


def is_open(code: str, connection: str, subject: str) -> bool:
    """Whether it is raised: asked before a transaction is opened to clear what is hardly ever there."""
    return (
        rows.fetch_one(
            f"SELECT 1 FROM tidegate_alert WHERE {_ONE} AND cleared_at IS NULL LIMIT 1",  # noqa: S608 - all our own
            *(code, connection, storable(subject)),
        )
        is not None
    )


def clear_all(code: str, connection: str, now: datetime) -> int:
    """Clear every subject of one kind of alert; returns how many were open."""
    inside(now)
    return _clear("code = %s AND connection = %s", (code, connection), now)


def clear_subjects(connection: str, subjects: Iterable[str], now: datetime) -> int:
    """Clear every alert about these subjects, whatever its code; returns how many were open."""
    inside(now)
    named = [storable(subject) for subject in subjects if subject]
    return sum(
        _clear(f"connection = %s AND subject IN ({rows.marks(part)})", (connection, *part), now)
        for part in rows.chunks(named)
    )


def _clear(which: str, parameters: Sequence[Any], now: datetime) -> int:
    columns = ("id", "code", "connection", "subject")
    over = rows.find(models.Alert, columns, f"WHERE {which} AND cleared_at IS NULL", *parameters)
    for _, code, connection, subject in over:
        happened.info("alert resolved", code=code, connection=connection, subject=subject)
    for part in rows.chunks([pk for pk, *_ in over]):
        rows.execute(_CLEARED.format(rows.marks(part)), rows.instant(now), *part)
    return len(over)


def open_alerts(connection: str | None = None) -> list[OpenAlert]:
    """Open alerts, the oldest first; `connection=""` are those of the hub itself."""
    columns = ("id", "code", "connection", "subject", "text", "raised_at", "last_at", "count")
    of_one, parameters = ("", ()) if connection is None else ("AND connection = %s", (connection,))
    ending = f"WHERE cleared_at IS NULL {of_one} ORDER BY raised_at, id"
    return [OpenAlert(*row) for row in rows.find(models.Alert, columns, ending, *parameters)]

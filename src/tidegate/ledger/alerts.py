"""What a person should know: raised once, counted, cleared when it is over."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, QuerySet

from tidegate.ledger import happened, models, rows
from tidegate.ledger.database import inside
from tidegate.ledger.texts import LONGEST_REASON, storable


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
    """Raise it, or count it when it is open already; true when it is new and somebody must be told."""
    inside(now)
    subject, text = storable(subject), storable(text, LONGEST_REASON)
    known = models.Alert.objects.filter(code=code, connection=connection, subject=subject, cleared_at=None)
    if known.update(count=F("count") + 1, last_at=now, text=text):
        return False
    columns = ("code", "connection", "subject", "text", "raised_at", "last_at", "count", "cleared_at")
    # when somebody else's insert wins, his is the alert and he tells
    new = bool(
        rows.insert_new(models.Alert, columns, [(code, connection, subject, text, now, now, 1, None)], "code")
    )
    if new:
        happened.warning("alert raised", code=code, connection=connection, subject=subject, text=text)
    return new


def clear_alert(code: str, connection: str, subject: str, now: datetime) -> bool:
    """It is over; false when it was not open."""
    inside(now)
    known = models.Alert.objects.filter(
        code=code, connection=connection, subject=storable(subject), cleared_at=None
    )
    return _clear(known, now) > 0


def clear_all(code: str, connection: str, now: datetime) -> int:
    """Clear every subject of one kind of alert; returns how many were open."""
    inside(now)
    return _clear(models.Alert.objects.filter(code=code, connection=connection, cleared_at=None), now)


def clear_subjects(connection: str, subjects: Iterable[str], now: datetime) -> int:
    """Clear every alert about these subjects, whatever its code; returns how many were open."""
    inside(now)
    named = [storable(subject) for subject in subjects if subject]
    known = models.Alert.objects.filter(connection=connection, subject__in=named, cleared_at=None)
    return _clear(known, now)


def _clear(known: QuerySet[models.Alert], now: datetime) -> int:
    over = list(known.values_list("pk", "code", "connection", "subject"))
    for _, code, connection, subject in over:
        happened.info("alert resolved", code=code, connection=connection, subject=subject)
    return models.Alert.objects.filter(pk__in=[pk for pk, *_ in over]).update(cleared_at=now) if over else 0


def open_alerts(connection: str | None = None) -> list[OpenAlert]:
    """Open alerts, the oldest first; `connection=""` are those of the hub itself."""
    found = models.Alert.objects.filter(cleared_at=None)
    if connection is not None:
        found = found.filter(connection=connection)
    return [
        OpenAlert(
            row.pk, row.code, row.connection, row.subject, row.text, row.raised_at, row.last_at, row.count
        )
        for row in found.order_by("raised_at", "pk")
    ]

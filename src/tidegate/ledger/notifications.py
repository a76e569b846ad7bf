"""The outbox of messages to users: what is due, what was sent, what failed and is tried again."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, Model, OuterRef, Q, QuerySet

from tidegate.ledger import models, rows
from tidegate.ledger.alerts import OpenAlert
from tidegate.ledger.database import inside
from tidegate.ledger.texts import LONGEST_REASON, storable

RAISED, ESCALATED, RESOLVED, DIGEST = "raised", "escalated", "resolved", "digest"


@dataclass(frozen=True, slots=True)
class Notice:
    """One message. `alert` is what it is about, with `cleared_at` when that is over; digests have `document`."""

    id: int
    target: str
    kind: str
    created_at: datetime
    due_at: datetime
    tries: int
    error: str
    sent_at: datetime | None
    dropped_at: datetime | None
    alert: OpenAlert | None = None
    cleared_at: datetime | None = None
    document: str = ""


@dataclass(frozen=True, slots=True)
class New:
    """A message to be planned, about the alert or the digest of this id."""

    target: str
    kind: str
    due_at: datetime
    alert_id: int | None = None
    digest_id: int | None = None


def plan(new: Iterable[New], now: datetime) -> None:
    """Put messages into the outbox, each once even if planned twice. In a transaction."""
    inside(now)
    rows = [
        models.Notification(
            target=each.target,
            kind=each.kind,
            alert_id=each.alert_id,
            digest_id=each.digest_id,
            created_at=now,
            due_at=each.due_at,
        )
        for each in new
    ]
    models.Notification.objects.bulk_create(rows, ignore_conflicts=True)


def planned(alert_ids: Collection[int]) -> set[tuple[int, str, str]]:
    """(alert, target, kind) of what is planned or was sent about these alerts."""
    found = models.Notification.objects.filter(alert_id__in=list(alert_ids))
    return set(found.values_list("alert_id", "target", "kind"))


def due(now: datetime, limit: int = 200) -> list[Notice]:
    """What is to be sent now, the longest due first."""
    return [_notice(row) for row in _open().filter(due_at__lte=now).order_by("due_at", "pk")[:limit]]


def undelivered() -> list[Notice]:
    """What was tried and has not arrived."""
    return [_notice(row) for row in _open().filter(tries__gt=0).order_by("pk")]


def of_alerts(alert_ids: Collection[int]) -> dict[int, list[Notice]]:
    """The messages about these alerts, by alert."""
    found: dict[int, list[Notice]] = {}
    rows = models.Notification.objects.filter(alert_id__in=list(alert_ids)).select_related("alert", "digest")
    for row in rows.order_by("pk"):
        if row.alert_id is not None:
            found.setdefault(row.alert_id, []).append(_notice(row))
    return found


def drop_what_is_over(now: datetime) -> int:
    """What was not sent before its alert ended is never sent; how many. In a transaction."""
    inside(now)
    over = _unsent().filter(alert__cleared_at__isnull=False, kind__in=(RAISED, ESCALATED))
    return over.update(dropped_at=now)


def ended_unannounced() -> list[Notice]:
    """Alerts that are over, of which a target has heard, but not of the end: one notice for each target."""
    arrived = models.Notification.objects.filter(
        alert__cleared_at__isnull=False,
        kind__in=(RAISED, ESCALATED),
        sent_at__isnull=False,
        end_planned=False,
    )
    return [_notice(row) for row in arrived.select_related("alert", "digest").order_by("pk")]


def announced(ids: Collection[int], now: datetime) -> None:
    """Record that the messages about the end are planned, or not wanted. In a transaction."""
    inside(now)
    models.Notification.objects.filter(pk__in=list(ids)).update(end_planned=True)


def sent(ids: Collection[int], now: datetime) -> None:
    """They have arrived. In a transaction."""
    inside(now)
    models.Notification.objects.filter(pk__in=list(ids)).update(sent_at=now, error="")


def failed(ids: Collection[int], error: str, due_at: datetime, now: datetime) -> None:
    """They did not arrive and are tried again at `due_at`. In a transaction."""
    inside(now)
    for row in models.Notification.objects.filter(pk__in=list(ids)):
        row.tries, row.error, row.due_at = row.tries + 1, storable(error, LONGEST_REASON), due_at
        row.save(update_fields=["tries", "error", "due_at"])


def forget_targets(known: Collection[str], now: datetime) -> int:
    """Messages to targets that are configured no more are dropped; how many. In a transaction."""
    inside(now)
    return _unsent().exclude(target__in=list(known)).update(dropped_at=now)


def expire(before: datetime, most: int) -> int:
    """Delete messages and digests that were over before a moment, the oldest first; how many. In a transaction.

    What is about an alert that is open stays: by it nothing is sent twice.
    """
    inside(before)
    over = Q(sent_at__lt=before) | Q(dropped_at__lt=before)
    ended = Q(alert=None) | Q(alert__cleared_at__lt=before)
    sent = models.Notification.objects.filter(over & ended).order_by("pk")
    count = _delete(models.Notification, sent, most)
    unsent = Exists(models.Notification.objects.filter(digest=OuterRef("pk"), sent_at=None, dropped_at=None))
    digests = models.Digest.objects.filter(~unsent, made_at__lt=before).order_by("pk")
    return count + _delete(models.Digest, digests, most)


def _delete(model: type[Model], found: QuerySet[Any], most: int) -> int:
    ids = list(found.values_list("pk", flat=True)[:most])
    return sum(model._default_manager.filter(pk__in=part).delete()[0] for part in rows.chunks(ids))


# --- digests ----------------------------------------------------------------------------------


def keep_digest(connection: str, day: date, document: str, now: datetime) -> int | None:
    """Keep a day's digest, once; its id, None when there is one already. In a transaction."""
    inside(now)
    made, new = models.Digest.objects.get_or_create(
        connection=connection, day=day, defaults={"made_at": now, "document": document}
    )
    return int(made.pk) if new else None


def has_digest(connection: str, day: date) -> bool:
    """Whether that day's digest was made."""
    return models.Digest.objects.filter(connection=connection, day=day).exists()


def digest_documents(connection: str, limit: int = 31) -> list[tuple[date, str]]:
    """(day, JSON) of the digests kept, the newest first."""
    found = models.Digest.objects.filter(connection=connection).order_by("-day")
    return list(found.values_list("day", "document")[:limit])


def _unsent() -> QuerySet[models.Notification]:
    return models.Notification.objects.filter(sent_at=None, dropped_at=None)


def _open() -> QuerySet[models.Notification]:
    return _unsent().select_related("alert", "digest")


def _notice(row: models.Notification) -> Notice:
    about = row.alert
    alert = (
        OpenAlert(
            about.pk,
            about.code,
            about.connection,
            about.subject,
            about.text,
            about.raised_at,
            about.last_at,
            about.count,
        )
        if about is not None
        else None
    )
    return Notice(
        row.pk,
        row.target,
        row.kind,
        row.created_at,
        row.due_at,
        row.tries,
        row.error,
        row.sent_at,
        row.dropped_at,
        alert,
        about.cleared_at if about is not None else None,
        row.digest.document if row.digest is not None else "",
    )

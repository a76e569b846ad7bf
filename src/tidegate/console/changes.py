"""The record of what people changed: one row each, in the same transaction as the change."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from tidegate.console.models import Change
from tidegate.ledger.database import inside
from tidegate.ledger.texts import storable
from tidegate.redaction import redact


def record(
    now: datetime,
    actor: str,
    act: str,
    *,
    connection: str = "",
    subject: str = "",
    before: str = "",
    after: str = "",
    reason: str = "",
    delivery: int | None = None,
) -> None:
    """Write down one change. In a transaction."""
    inside(now)
    texts = {"subject": subject, "before": before, "after": after, "reason": reason}
    Change.objects.create(
        at=now,
        actor=actor,
        act=act,
        connection=connection,
        delivery=delivery,
        **{name: storable(redact(text)) for name, text in texts.items()},
    )


def listing(connections: Sequence[str] | None, *, before: int = 0, limit: int = 50) -> list[Change]:
    """The newest first; `connections` None = everything, also what concerns no connection."""
    rows = Change.objects.order_by("-id")
    if connections is not None:
        rows = rows.filter(connection__in=connections)
    if before:
        rows = rows.filter(pk__lt=before)
    return list(rows[:limit])

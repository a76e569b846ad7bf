"""The record of what people changed: one row each, in the same transaction as the change."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from tidegate.console.models import Change
from tidegate.domain.orders.masking import MASKED
from tidegate.ledger.database import inside
from tidegate.ledger.texts import storable
from tidegate.redaction import redact

#: What may say who somebody is, by what was done.
PERSONAL = ("edit",)


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


def masked(changes: Iterable[Change], persons: Callable[[str], bool]) -> list[Change]:
    """The changes as somebody sees them who may see persons (by connection), or may not: nothing of it is saved."""
    shown = list(changes)
    for change in shown:
        personal = change.act in PERSONAL or change.subject.startswith("customers ")
        if personal and not persons(change.connection):
            if change.act not in PERSONAL:
                change.subject = f"customers {MASKED}"
            change.before = MASKED if change.before else ""
            change.after = MASKED if change.after else ""
            change.reason = MASKED if change.reason else ""
    return shown

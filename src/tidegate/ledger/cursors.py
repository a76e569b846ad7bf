"""How far the streams were read."""

from __future__ import annotations

from datetime import datetime

from tidegate.ledger import models, rows
from tidegate.ledger.database import inside


def read(connection: str, flow: str, name: str) -> str | None:
    """The cursor's value, or None when nothing was read yet."""
    sql = "SELECT value FROM tidegate_cursor WHERE connection = %s AND flow = %s AND name = %s"
    row = rows.one(sql, connection, flow, name)
    return str(row[0]) if row else None


def move(connection: str, flow: str, name: str, value: str, now: datetime) -> None:
    """Move it, in the same transaction that keeps what was read up to there."""
    inside(now)
    row = models.Cursor(connection=connection, flow=flow, name=name, value=value, moved_at=now)
    models.Cursor.objects.bulk_create(
        [row],
        update_conflicts=True,
        unique_fields=["connection", "flow", "name"],
        update_fields=["value", "moved_at"],
    )


def moved_at(connection: str, flow: str, name: str) -> datetime | None:
    """When it was moved last."""
    found = models.Cursor.objects.filter(connection=connection, flow=flow, name=name)
    return found.values_list("moved_at", flat=True).first()

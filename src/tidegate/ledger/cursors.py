"""How far the streams were read."""

from __future__ import annotations

from datetime import datetime

from tidegate.ledger import models, rows
from tidegate.ledger.database import inside

_MOVE = """
    INSERT INTO tidegate_cursor (connection, flow, name, value, moved_at) VALUES (%s, %s, %s, %s, %s)
    ON CONFLICT (connection, flow, name) DO UPDATE SET value = EXCLUDED.value, moved_at = EXCLUDED.moved_at
"""


def read(connection: str, flow: str, name: str) -> str | None:
    """The cursor's value, or None when nothing was read yet."""
    sql = "SELECT value FROM tidegate_cursor WHERE connection = %s AND flow = %s AND name = %s"
    row = rows.fetch_one(sql, connection, flow, name)
    return str(row[0]) if row else None


def move(connection: str, flow: str, name: str, value: str, now: datetime) -> None:
    """Move it, in the same transaction that keeps what was read up to there."""
    inside(now)
    rows.execute(_MOVE, connection, flow, name, value, rows.instant(now))


def moved_at(connection: str, flow: str, name: str) -> datetime | None:
    """When it was moved last."""
    found = models.Cursor.objects.filter(connection=connection, flow=flow, name=name)
    return found.values_list("moved_at", flat=True).first()

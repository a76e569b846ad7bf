"""Alerts that are over; read only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tidegate.ledger import models


@dataclass(frozen=True, slots=True)
class EndedAlert:
    """An alert, when it was raised and when it ended."""

    code: str
    connection: str
    text: str
    raised_at: datetime
    cleared_at: datetime


def since(start: datetime, limit: int) -> list[EndedAlert]:
    """Those raised at `start` or later that have ended, the newest first."""
    found = models.Alert.objects.filter(raised_at__gte=start).exclude(cleared_at=None).order_by("-raised_at")
    columns = ("code", "connection", "text", "raised_at", "cleared_at")
    return [EndedAlert(*row) for row in found.values_list(*columns)[:limit]]

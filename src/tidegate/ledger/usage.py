"""What the work with a company has used, minute by minute, by all processes; for budgets and for users."""

from __future__ import annotations

from datetime import datetime, timedelta

from tidegate.domain.usage import Usage
from tidegate.ledger import models, rows
from tidegate.ledger.database import inside

KEPT = timedelta(days=40)  #: longer than any span that a product counts by

_ADD = """
    INSERT INTO tidegate_usage (company, minute, calls, units, bytes, seat_seconds) VALUES (%s, %s, %s, %s, %s, %s)
    ON CONFLICT (company, minute) DO UPDATE SET
        calls = tidegate_usage.calls + EXCLUDED.calls,
        units = tidegate_usage.units + EXCLUDED.units,
        bytes = tidegate_usage.bytes + EXCLUDED.bytes,
        seat_seconds = tidegate_usage.seat_seconds + EXCLUDED.seat_seconds
"""


def add(company: str, used: Usage, now: datetime) -> None:
    """Count it, in this minute. In a transaction."""
    inside(now)
    minute = rows.instant(now.replace(second=0, microsecond=0))
    rows.execute(_ADD, company, minute, used.calls, used.units, used.bytes, used.seat_seconds)


def since(company: str, start: datetime) -> Usage:
    """All that was used in whole or begun minutes after `start`."""
    found = rows.fetch_one(
        "SELECT SUM(calls), SUM(units), SUM(bytes), SUM(seat_seconds) FROM tidegate_usage "
        "WHERE company = %s AND minute > %s",
        company,
        rows.instant(start - timedelta(minutes=1)),
    )
    return Usage(*(int(each or 0) for each in found or ()))


def oldest(company: str, start: datetime) -> datetime | None:
    """The first minute that `since` counts; None when there is none."""
    minutes = models.Usage.objects.filter(company=company, minute__gt=start - timedelta(minutes=1))
    found: datetime | None = minutes.order_by("minute").values_list("minute", flat=True).first()
    return found


def forget(now: datetime) -> int:
    """Drop what no budget counts any longer; returns how many minutes. In a transaction."""
    inside(now)
    return models.Usage.objects.filter(minute__lt=now - KEPT).delete()[0]

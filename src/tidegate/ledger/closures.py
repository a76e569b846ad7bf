"""Closures learnt from "locked" answers: the company is not called until a time to try again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tidegate.ledger import models, rows
from tidegate.ledger.database import inside
from tidegate.ledger.texts import LONGEST_REASON, storable


@dataclass(frozen=True, slots=True)
class Closure:
    """Until when a company is closed, and what it said."""

    company: str
    until: datetime
    reason: str
    learnt_at: datetime


def learn(company: str, until: datetime, reason: str, now: datetime) -> None:
    """Remember that the company is closed; the newest answer counts."""
    inside(now)
    row = models.Closure(company=company, until=until, reason=storable(reason, LONGEST_REASON), learnt_at=now)
    models.Closure.objects.bulk_create(
        [row],
        update_conflicts=True,
        unique_fields=["company"],
        update_fields=["until", "reason", "learnt_at"],
    )


def closed(company: str, now: datetime) -> Closure | None:
    """The closure in force, or None."""
    columns = ("company", "until", "reason", "learnt_at")
    found = rows.find(models.Closure, columns, "WHERE company = %s", company)
    return next((closure for closure in (Closure(*row) for row in found) if closure.until > now), None)


def forget(company: str, now: datetime) -> bool:
    """It answered, or a person knows better; false when nothing was remembered."""
    inside(now)
    return models.Closure.objects.filter(company=company).delete()[0] > 0

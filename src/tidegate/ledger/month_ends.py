"""Month's ends: the last run of each company and period, and the names under them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tidegate.ledger import happened, models
from tidegate.ledger.database import inside
from tidegate.ledger.texts import LONGEST_REASON, storable


@dataclass(frozen=True, slots=True)
class Signed:
    """Who signed, when, and the figures that were signed, as JSON."""

    by: str
    at: datetime
    note: str
    document: str


def keep_run(company: str, period: str, document: str, now: datetime) -> None:
    """Keep this run in place of the one before. In a transaction."""
    inside(now)
    models.MonthEnd.objects.update_or_create(
        company=company, period=period, defaults={"ran_at": now, "document": document}
    )


def last_run(company: str, period: str) -> str | None:
    """The last run's document; None when there was none."""
    found = models.MonthEnd.objects.filter(company=company, period=period)
    return found.values_list("document", flat=True).first()


def runs(company: str | None = None) -> list[tuple[str, str, datetime]]:
    """(company, period, when it ran) of everything kept, the latest period first."""
    found = (
        models.MonthEnd.objects.all() if company is None else models.MonthEnd.objects.filter(company=company)
    )
    return list(found.order_by("-period", "company").values_list("company", "period", "ran_at"))


def sign(company: str, period: str, by: str, note: str, document: str, now: datetime) -> None:
    """Put a name under these figures; what was signed before stays in the history. In a transaction."""
    inside(now)
    models.SignOff.objects.create(
        company=company,
        period=period,
        by=storable(by),
        at=now,
        note=storable(note, LONGEST_REASON),
        document=document,
    )
    happened.info("month's end signed", company=company, period=period, by=by)


def signed(company: str, period: str) -> Signed | None:
    """The latest sign-off; None when there is none."""
    return next(iter(history(company, period)), None)


def history(company: str, period: str) -> list[Signed]:
    """Every sign-off, the latest first."""
    found = models.SignOff.objects.filter(company=company, period=period).order_by("-pk")
    return [Signed(*row) for row in found.values_list("by", "at", "note", "document")]

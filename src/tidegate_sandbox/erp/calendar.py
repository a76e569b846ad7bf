"""Financial years and periods, open or closed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from tidegate_sandbox.erp.refusal import Refusal


@dataclass(slots=True)
class Period:
    """One accounting period; both days belong to it."""

    id: int
    year_id: int
    year_start: date
    number: int
    start: date
    end: date
    is_open: bool = True


class Calendar:
    """Twelve monthly periods a year, starting in ``first_month``."""

    def __init__(self, first_year: int, years: int, first_month: int = 1) -> None:
        self.periods: list[Period] = []
        for offset in range(years):
            year_start = date(first_year + offset, first_month, 1)
            for number in range(1, 13):
                start = _month_after(year_start, number - 1)
                end = _month_after(year_start, number) - timedelta(days=1)
                period_id = 100 + len(self.periods)
                self.periods.append(Period(period_id, 1 + offset, year_start, number, start, end))

    def period_of(self, day: date) -> Period | None:
        """The period that ``day`` falls in, or None outside the years held."""
        for period in self.periods:
            if period.start <= day <= period.end:
                return period
        return None

    def require_open(self, day: date) -> Period:
        """The period of ``day``; Refusal ``closed_period`` when it is closed or unknown."""
        period = self.period_of(day)
        if period is None:
            raise Refusal("closed_period", f"The date {day.isoformat()} is not in a financial year.", "date")
        if not period.is_open:
            raise Refusal(
                "closed_period",
                f"The date {day.isoformat()} is in a closed accounting period.",
                "date",
            )
        return period

    def set_open(self, day: date, is_open: bool) -> Period:
        """Open or close the period of ``day``. Refusal ``unknown`` outside the years held."""
        period = self.period_of(day)
        if period is None:
            raise Refusal("unknown", f"No accounting period holds {day.isoformat()}.", "date")
        period.is_open = is_open
        return period

    def next_open(self, day: date) -> date | None:
        """``day`` itself if its period is open, else the first day of the next open period."""
        for period in self.periods:
            if period.end >= day and period.is_open:
                return max(day, period.start)
        return None


def _month_after(start: date, months: int) -> date:
    index = start.year * 12 + start.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)

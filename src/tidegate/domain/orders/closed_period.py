"""The date with which a document is sent again when its own is in a closed period: one of the next open period."""

from __future__ import annotations

from datetime import date


def moved(day: date, refusals: int, today: date) -> date | None:
    """The date to try after a number of refusals: `day`, then the first of each month behind it, then `today`.

    No product says when its next period begins; the earliest date that it takes lies in it. None when nothing up
    to `today` is left to try: no document is dated in the future.
    """
    if refusals == 0:
        return day
    dates = []
    first = _next_month(day)
    while first <= today:
        dates.append(first)
        first = _next_month(first)
    if today > day and today not in dates:
        dates.append(today)
    return dates[refusals - 1] if refusals <= len(dates) else None


def _next_month(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)

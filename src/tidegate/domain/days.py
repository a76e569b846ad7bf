"""Days as people write them, far enough from both ends of the calendar to be calculated with."""

from __future__ import annotations

from datetime import date

FIRST, LAST = 1900, 2999
"""Years. At the ends themselves the day after, or the same midnight in another zone, does not exist."""


def day_of(text: str) -> date:
    """The day that is written `2026-03-01`. Raises ValueError."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is not a date; write it like 2026-03-01") from None
    if not within_reach(day):
        raise ValueError(f"{text!r} is not between the years {FIRST} and {LAST}")
    return day


def within_reach(day: date) -> bool:
    """Whether days, zones and intervals around it can be calculated. An instant is a day, too."""
    return FIRST <= day.year <= LAST

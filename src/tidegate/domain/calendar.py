"""When a company may not be worked on.

A closing starts at the wall-clock times of its recurrence rule in the company's zone and lasts so
many *elapsed* minutes. So "Friday 18:00" stays at 18:00 in summer and winter, and a closing over
the night of a clock change is open an hour earlier or later by the wall, never shorter or longer in
truth: a backup takes its time whatever the clock on the wall does. A start that the clock skips
(spring) comes at the moment of the change plus what it was behind it; one that comes twice (autumn)
counts the first time. Rules: RFC 5545; without DTSTART they count from Monday, 2001-01-01 00:00.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from dateutil.rrule import rrule, rruleset, rrulestr

#: No closing is followed further than this: a calendar without any opening must not hang the hub.
HORIZON = timedelta(days=366)
#: Longest duration of one closing.
LONGEST = timedelta(days=31)
_ORIGIN = datetime(2001, 1, 1)  # noqa: DTZ001 -- a Monday; wall clock, like all rules


def zone(name: str) -> ZoneInfo:
    """The time zone of that IANA name; raises ValueError for an unknown one."""
    try:
        return ZoneInfo(name)
    except (KeyError, OSError, ValueError):
        raise ValueError(f"unknown time zone {name!r}; write it like Europe/London") from None


@dataclass(frozen=True, slots=True)
class Closing:
    """A recurring closing. Raises ValueError for a rule or length that makes no sense."""

    rule: str  #: e.g. FREQ=WEEKLY;BYDAY=FR;BYHOUR=18;BYMINUTE=0
    minutes: int  #: elapsed
    reason: str = "closed"

    def __post_init__(self) -> None:
        if not 0 < self.minutes <= LONGEST // timedelta(minutes=1):
            raise ValueError(f"a closing lasts between one minute and 31 days, not {self.minutes} minutes")
        _parsed(self.rule, 2026)


@dataclass(frozen=True, slots=True)
class Closed:
    """The company is closed until that instant (aware UTC)."""

    until: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Period:
    """One closing in time, both ends aware UTC; the end is open again."""

    start: datetime
    end: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Calendar:
    """All closings of one company, in its time zone."""

    time_zone: str
    closings: tuple[Closing, ...] = ()

    def __post_init__(self) -> None:
        zone(self.time_zone)

    def closed(self, now: datetime) -> Closed | None:
        """Whether the company is closed at `now`, and until when.

        Closings that touch or overlap count as one; the reason is that of the closing which covers
        `now` and began first. Looks at most 366 days ahead.
        """
        now = now.astimezone(UTC)
        reach = timedelta(minutes=max((closing.minutes for closing in self.closings), default=0))
        current = [period for period in self._between(now - reach, now) if period.start <= now < period.end]
        if not current:
            return None
        until = max(period.end for period in current)
        limit = now + HORIZON
        while until < limit:
            longer = [p.end for p in self._between(until - reach, until) if p.start <= until < p.end]
            if not longer:
                break
            until = max(longer)
        return Closed(min(until, limit), current[0].reason)

    def next_closing(self, now: datetime) -> Period | None:
        """The next closing that begins after `now`, within 366 days; None when there is none.

        Closings that touch or overlap it are one with it.
        """
        now = now.astimezone(UTC)
        start = now
        while start < now + HORIZON:
            end = start + LONGEST
            later = [period for period in self._between(start, end) if now < period.start <= end]
            if later:
                first = later[0]
                closed = self.closed(first.start)
                return Period(first.start, closed.until if closed else first.end, first.reason)
            start = end
        return None

    def _between(self, start: datetime, end: datetime) -> list[Period]:
        """The closings that begin within [start, end], by their beginning."""
        periods: set[Period] = set()
        day = start.date() - timedelta(days=1)  # wall clocks differ from UTC by less than a day
        months = {(day.year, day.month)}
        while day <= end.date() + timedelta(days=1):
            months.add((day.year, day.month))
            day += timedelta(days=1)
        for closing in self.closings:
            for year, month in months:
                periods.update(_periods(closing, self.time_zone, year, month))
        chosen = (period for period in periods if start <= period.start <= end)
        return sorted(chosen, key=lambda period: (period.start, period.end, period.reason))


@lru_cache(maxsize=4096)
def _periods(closing: Closing, time_zone: str, year: int, month: int) -> tuple[Period, ...]:
    """The closings that begin in one month of the company's wall clock."""
    first = datetime(year, month, 1)  # noqa: DTZ001 -- wall clock on purpose
    last = (first + timedelta(days=32)).replace(day=1) - timedelta(seconds=1)
    here = zone(time_zone)
    periods = []
    for wall in _parsed(closing.rule, year).between(first, last, inc=True):
        begin = wall.replace(tzinfo=here, fold=0).astimezone(UTC)
        periods.append(Period(begin, begin + timedelta(minutes=closing.minutes), closing.reason))
    return tuple(periods)


@lru_cache(maxsize=4096)
def _parsed(text: str, year: int) -> rrule | rruleset:
    """The rule, unrolled from a day before `year` on."""
    upper = text.upper()
    frequency = re.search(r"\bFREQ=(YEARLY|MONTHLY|WEEKLY|DAILY|HOURLY)\b", upper)
    if frequency is None:
        raise ValueError(
            f"closing rule {text!r} needs FREQ=HOURLY, DAILY, WEEKLY, MONTHLY or YEARLY, "
            "e.g. FREQ=WEEKLY;BYDAY=FR;BYHOUR=18;BYMINUTE=0"
        )
    if "TZID" in upper or re.search(r"(DTSTART|UNTIL)[^;\n]*\dZ", upper):
        raise ValueError(f"closing rule {text!r}: times are in the company's own zone, without TZID and Z")
    if re.search(r"\b(INTERVAL|COUNT)=", upper):
        start = _ORIGIN  # the phase of every-second-week must not move
    else:
        start = _near_start(frequency[1], year)
    try:
        return rrulestr(text, dtstart=None if "DTSTART" in upper else start)
    except (ValueError, TypeError, KeyError, AttributeError) as problem:
        raise ValueError(f"closing rule {text!r} is not an RFC 5545 rule: {problem}") from None


def _near_start(frequency: str, year: int) -> datetime:
    """A start that means the same as the origin to a rule which repeats every period.

    An hourly rule unrolled from 2001 would take a second. Weeks begin on Mondays; months and years
    besides on a first of January, which is the origin's weekday in some years only.
    """
    start = datetime(year, 1, 1) - timedelta(days=7)  # noqa: DTZ001
    if frequency in ("HOURLY", "DAILY", "WEEKLY"):
        return start - timedelta(days=start.weekday())
    while (start.month, start.day, start.weekday()) != (1, 1, 0):
        start -= timedelta(days=1)
    return start

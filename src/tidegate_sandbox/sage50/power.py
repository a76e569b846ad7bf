"""When a desktop computer is on: it is switched by hand, and may have working hours."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """From ``start`` to ``end`` local time on some weekdays (Monday is 0)."""

    start: time
    end: time
    zone: tzinfo
    weekdays: frozenset[int] = frozenset(range(5))

    def next_open(self, at: datetime) -> datetime:
        """The first moment from ``at`` on that lies within."""
        day = at.astimezone(self.zone).date()
        for ahead in range(9):
            date = day + timedelta(days=ahead)
            start = datetime.combine(date, self.start, self.zone).astimezone(UTC)
            end = datetime.combine(date, self.end, self.zone).astimezone(UTC)
            if date.weekday() in self.weekdays and at < end and start < end:
                return max(at, start)
        raise ValueError("working hours without any hour in a week")


class Power:
    """Whether the computer that Sage 50 runs on is on."""

    def __init__(self, since: datetime, hours: WorkingHours | None = None) -> None:
        self.is_switched_on = True
        self.hours = hours
        self._since = since

    def switch(self, on: bool, now: datetime) -> None:
        """Switch it on or off by hand; while off, working hours play no part."""
        if on and not self.is_switched_on:
            self._since = now
        self.is_switched_on = on

    def is_on(self, at: datetime) -> bool:
        """Whether it is on at a moment."""
        return self.next_on(at) == at

    def next_on(self, at: datetime) -> datetime | None:
        """The first moment from ``at`` on at which it is on; None while it is switched off."""
        if not self.is_switched_on:
            return None
        at = max(at, self._since)
        return at if self.hours is None else self.hours.next_open(at)

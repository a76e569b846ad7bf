"""Times of change, strictly increasing, and the one number sequence of record ids."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Protocol

MILLISECOND = timedelta(milliseconds=1)


class Clock(Protocol):
    """What the company asks the time: aware UTC."""

    def now(self) -> datetime:
        """The present, aware, in UTC."""
        ...


class Stamps:
    """Times to the millisecond, none given twice, even when the clock stands or goes back.

    Contract §11: every change bumps the time of change, strictly increasing (A).
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last: datetime | None = None

    def next(self) -> datetime:
        """The present, or a millisecond after the last one given."""
        now = self._clock.now()
        now = now.replace(microsecond=now.microsecond // 1000 * 1000)
        if self._last is not None and now <= self._last:
            now = self._last + MILLISECOND
        self._last = now
        return now


class Sequence:
    """Whole numbers, one after the other."""

    def __init__(self, start: int = 1) -> None:
        self._next = start

    def next(self) -> int:
        """The next number; it is used up."""
        number = self._next
        self._next += 1
        return number

"""When the company is locked: for backup, posting or period end, on demand, once or by rule."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo

from tidegate_sandbox.erp.stamps import Clock


@dataclass(frozen=True)
class Span:
    """Locked once, from ``start`` up to but not including ``end``."""

    start: datetime
    end: datetime
    reason: str = "backup"

    def ends(self, now: datetime) -> datetime | None:
        """When it ends if ``now`` lies within, else None."""
        return self.end if self.start <= now < self.end else None


@dataclass(frozen=True)
class Daily:
    """Locked every day (or on some weekdays, Monday is 0) from ``at`` local time for ``minutes``."""

    at: time
    minutes: int
    zone: tzinfo
    reason: str = "backup"
    weekdays: frozenset[int] = frozenset(range(7))

    def ends(self, now: datetime) -> datetime | None:
        """When it ends if ``now`` lies within, else None; a window past midnight counts for the day it began."""
        today = now.astimezone(self.zone).date()
        for back in range(self.minutes // 1440 + 2):
            day = today - timedelta(days=back)
            if day.weekday() not in self.weekdays:
                continue
            start = datetime.combine(day, self.at, self.zone).astimezone(UTC)
            end = start + timedelta(minutes=self.minutes)
            if start <= now < end:
                return end
        return None


class Window:
    """The locks of one company. Safe to read from any thread: rules are replaced, never changed."""

    def __init__(self, clock: Clock, zone: tzinfo) -> None:
        self._clock = clock
        self._zone = zone
        self._manual: str | None = None
        self._rules: tuple[Span | Daily, ...] = ()
        self.reads_allowed = True  #: whether a locked company still answers questions

    def lock(self, reason: str = "backup") -> None:
        """Lock until ``unlock``."""
        self._manual = reason

    def unlock(self) -> None:
        """Lift the lock of ``lock``, and forget one-time spans; rules stay."""
        self._manual = None
        self._rules = tuple(rule for rule in self._rules if isinstance(rule, Daily))

    def between(self, start: datetime, end: datetime, reason: str = "backup") -> None:
        """Lock once, from ``start`` to ``end`` (both aware)."""
        self._rules = (*self._rules, Span(start, end, reason))

    def daily(
        self, at: time, minutes: int, reason: str = "backup", weekdays: frozenset[int] = frozenset(range(7))
    ) -> None:
        """Lock every day at this local time."""
        self._rules = (*self._rules, Daily(at, minutes, self._zone, reason, weekdays))

    def clear(self) -> None:
        """No locks and no rules."""
        self._manual, self._rules = None, ()

    def closed(self) -> str | None:
        """Why the company is locked now, or None when it is open."""
        if self._manual is not None:
            return self._manual
        if not self._rules:
            return None
        now = self._clock.now()
        for rule in self._rules:
            if rule.ends(now) is not None:
                return rule.reason
        return None

    def open_from(self, at: datetime) -> datetime | None:
        """The first moment from ``at`` on at which the company is not locked; None while somebody has locked it."""
        if self._manual is not None:
            return None
        while (end := max((end for rule in self._rules if (end := rule.ends(at))), default=None)) is not None:
            at = end
        return at

"""The announced window, asked at the moment of each request.

A flow asks before it begins a call. Between that question and the request lie a seat, a sign-in, the attempt's
commit, further pages: any of them may last until the window has begun.
"""

from __future__ import annotations

from datetime import UTC, datetime

from tidegate.clock import Clock
from tidegate.config.model import CompanySettings
from tidegate.domain.calendar import HORIZON, Calendar, Closing, Period
from tidegate.opening import Opening

#: Seconds before the window at which an unanswered call is given up; what it did is looked up after the window.
GIVE_UP = 2.0
_NEVER = datetime.max.replace(tzinfo=UTC)


def calendar_of(company: CompanySettings) -> Calendar:
    """The company's windows, from its configuration."""
    closings = tuple(Closing(each.rule, each.minutes, each.reason) for each in company.closed)
    return Calendar(company.time_zone, closings)


class WindowGate:
    """:data:`tidegate.transport.Gate` of one company. Safe to use from several threads."""

    def __init__(self, calendar: Calendar, clock: Clock) -> None:
        self._calendar = calendar
        self._clock = clock
        self._asked: tuple[datetime, datetime, Period | None] = (_NEVER, _NEVER, None)

    def __call__(self) -> Opening | None:
        """What is left until shortly before the next window, 0 inside one; None without windows."""
        if not self._calendar.closings:
            return None
        now = self._clock.now()
        since, until, coming = self._asked
        if not since <= now < until:  # unrolling the rules for each request would cost more than the request
            closed = self._calendar.closed(now)
            if closed is not None:
                return Opening(0.0, f"the company is closed until {closed.until:%H:%M} UTC ({closed.reason})")
            coming = self._calendar.next_closing(now)
            self._asked = (now, coming.start if coming else now + HORIZON, coming)
        if coming is None:
            return None
        left = (coming.start - now).total_seconds() - GIVE_UP
        return Opening(left, f"the company closes at {coming.start:%H:%M} UTC ({coming.reason})")

"""Notice that the machine's clock was changed, and keep cycles and waits right all the same.

Two witnesses: within this process the monotonic clock, which cannot be put back; over restarts the
heartbeat, the latest instant at which a hub worked with this ledger.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from tidegate.clock import Clock
from tidegate.flows.cycle import LEASE_SECONDS
from tidegate.ledger import alerts, clock_change, marks
from tidegate.ledger.database import transaction

log = structlog.get_logger()

ALERT = "clock-changed"
HEARTBEAT = "heartbeat"
#: Time services correct a clock by seconds; a change below this is theirs and harms nothing.
SMALLEST_JUMP = timedelta(minutes=1)
#: How long the clock must be right before the alert ends.
OVER_AFTER = timedelta(days=1)


@dataclass(eq=False)
class ClockWatch:
    """Wall clock and monotonic clock as this process saw them last."""

    _seen: tuple[datetime, float] | None = None
    _guard: threading.Lock = field(default_factory=threading.Lock)

    def jump(self, clock: Clock) -> timedelta:
        """By how much the wall clock was changed since the last call: negative when it was put back.

        Below `SMALLEST_JUMP` it is zero. A machine that slept looks like a clock that was put forward.
        """
        with self._guard:
            now, passed = clock.now(), clock.monotonic()
            before, self._seen = self._seen, (now, passed)
        if before is None:
            return timedelta(0)
        jump = (now - before[0]) - timedelta(seconds=passed - before[1])
        return jump if abs(jump) >= SMALLEST_JUMP else timedelta(0)


def look(watch: ClockWatch, clock: Clock) -> timedelta:
    """Compare the clocks; after a change bring the stored instants right and alert. Returns the change."""
    jump, now = watch.jump(clock), clock.now()
    heartbeat = marks.read(HEARTBEAT)
    if heartbeat is not None and not jump:
        behind = now - datetime.fromisoformat(heartbeat)
        jump = behind if -behind >= SMALLEST_JUMP else timedelta(0)
    if not jump:
        return jump
    with transaction("clock"):
        if jump < timedelta(0):
            clock_change.put_back(now, -jump, timedelta(seconds=LEASE_SECONDS))
        else:
            clock_change.put_forward(now, jump)
        alerts.raise_alert(ALERT, "", "", jump_text(jump, now), now)
        beat(now)
    log.warning("clock changed", seconds=round(jump.total_seconds()))
    return jump


def jump_text(jump: timedelta, now: datetime) -> str:
    """What happened, for users."""
    size = timedelta(seconds=round(abs(jump).total_seconds()))
    how = "put back" if jump < timedelta(0) else "put forward, or the machine was suspended,"
    return (
        f"this machine's clock was {how} by {size} before {now:%Y-%m-%d %H:%M:%S} UTC. Cycles run by the "
        "new time. Let the machine take its time from a time server (NTP)."
    )


def beat(now: datetime, *more: str) -> None:
    """Keep the latest instant at which a hub worked with this ledger, in `more` marks, too. In a transaction."""
    marks.write_all(dict.fromkeys((HEARTBEAT, *more), now.isoformat()), now)


def clear_when_over(now: datetime) -> None:
    """The alert ends when the clock went right for a day."""
    for alert in alerts.open_alerts(""):
        if alert.code == ALERT and now - alert.last_at >= OVER_AFTER:
            with transaction("clock"):
                alerts.clear_alert(ALERT, "", "", now)

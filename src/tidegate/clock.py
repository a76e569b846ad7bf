"""The only place where Tidegate asks for the time.

Everything else is handed a :class:`Clock`, so that a business year runs in a test in seconds.
"""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells the time and waits. All instants are aware and in UTC."""

    def now(self) -> datetime:
        """The present instant, aware, UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds on a clock that never jumps back; only differences mean something."""
        ...

    def wait(self, seconds: float, until: threading.Event | None = None) -> bool:
        """Let `seconds` pass, or less when `until` is set; true when `until` was set."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    def wait(self, seconds: float, until: threading.Event | None = None) -> bool:
        if until is not None:
            return until.wait(max(seconds, 0.0))
        time.sleep(max(seconds, 0.0))
        return False


class VirtualClock:
    """A clock that stands still until it is moved; used by the simulation and by tests."""

    def __init__(self, start: datetime) -> None:
        if start.tzinfo is None:
            raise ValueError(
                "a virtual clock starts at an aware datetime, e.g. datetime(2026, 3, 2, tzinfo=UTC)"
            )
        self._now = start.astimezone(UTC)
        self._passed = 0.0

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._passed

    def wait(self, seconds: float, until: threading.Event | None = None) -> bool:
        if until is not None and until.is_set():
            return True
        self.advance(max(seconds, 0.0))
        return False

    def advance(self, seconds: float) -> None:
        """Move forward by `seconds`."""
        self._now += timedelta(seconds=seconds)
        self._passed += max(seconds, 0.0)

    def jump(self, seconds: float) -> None:
        """Put the wall clock forward or back by `seconds` while no time passes, as a wrong machine clock is."""
        self._now += timedelta(seconds=seconds)

    def set(self, at: datetime) -> None:
        """Put the wall clock at `at` (also backwards, as a wrong machine clock would jump)."""
        at = at.astimezone(UTC)
        self._passed += max((at - self._now).total_seconds(), 0.0)
        self._now = at

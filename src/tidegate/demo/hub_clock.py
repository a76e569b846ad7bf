"""The hub's clock in the demonstration: time passes only while the hub waits.

Work takes no simulated time, so a slow or busy machine tells the same story as a fast one. The parent
process owns the time: the hub reports until when it waits, and goes on when the parent says so.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

#: Reports until when the hub waits; returns the time at which it goes on, None when the parent is gone.
Ask = Callable[[datetime], datetime | None]


class HubClock:
    """A :class:`tidegate.clock.Clock` whose time is what the parent process says.

    Threads wait one after another: the first one asks, the others wait for its answer.
    """

    def __init__(self, start: datetime, ask: Ask) -> None:
        self._start = self._now = start.astimezone(UTC)
        self._ask = ask
        self._asking = threading.Lock()

    def now(self) -> datetime:
        """The simulated time, UTC."""
        return self._now

    def monotonic(self) -> float:
        """Simulated seconds since the start."""
        return (self._now - self._start).total_seconds()

    def wait(self, seconds: float, until: threading.Event | None = None) -> bool:
        """Wait for the parent to let so many simulated seconds pass; true when `until` is set."""
        wake = self._now + timedelta(seconds=max(seconds, 0.0))
        with self._asking:
            if until is not None and until.is_set():
                return True
            if wake > self._now:
                answer = self._ask(wake)
                if answer is None:
                    if until is not None:
                        until.set()  # without a parent there is nothing left to do
                    return True
                self._now = answer
        return until is not None and until.is_set()

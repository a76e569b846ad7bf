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
#: Real seconds after which a thread that waits for the others looks whether it is to end.
LOOK = 1.0


class HubClock:
    """A :class:`tidegate.clock.Clock` whose time is what the parent process says.

    The parent is asked when as many threads wait as are at work (`at_work`): while one of them does not wait, time
    stands still for all. The first to wake decides until when.
    """

    def __init__(self, start: datetime, ask: Ask) -> None:
        self._start = self._now = start.astimezone(UTC)
        self._ask = ask
        self.at_work: Callable[[], int] = lambda: 1
        self._wakes: list[datetime] = []
        self._turn = threading.Condition()
        self._alone = False  #: the parent is gone

    def now(self) -> datetime:
        """The simulated time, UTC."""
        return self._now

    def monotonic(self) -> float:
        """Simulated seconds since the start."""
        return (self._now - self._start).total_seconds()

    def wait(self, seconds: float, until: threading.Event | None = None) -> bool:
        """Wait for the parent to let so many simulated seconds pass; true when `until` is set."""
        until = until or threading.Event()
        with self._turn:
            wake = self._now + timedelta(seconds=max(seconds, 0.0))
            self._wakes.append(wake)
            while self._now < wake and not self._alone and not until.is_set():
                if len(self._wakes) < self.at_work() or min(self._wakes) <= self._now:
                    self._turn.wait(LOOK)
                else:
                    self._pass(min(self._wakes))
            self._wakes.remove(wake)
            if self._alone and self._now < wake:
                until.set()  # without a parent there is nothing left to do
        return until.is_set()

    def _pass(self, wake: datetime) -> None:
        answer = self._ask(wake)
        self._alone = answer is None
        self._now = answer or self._now
        self._turn.notify_all()

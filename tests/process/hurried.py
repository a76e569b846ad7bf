"""A clock that is faster than life, and the same in all processes of a test."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta


class FastClock:
    """A clock `rate` times as fast as life.

    It shows `start` at the instant `since` of the machine's monotonic clock, which all processes of a
    machine share and nobody puts back.
    """

    def __init__(self, start: datetime, since: float, rate: float) -> None:
        self._start = start.astimezone(UTC)
        self._since = since
        self.rate = rate

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        return (time.monotonic() - self._since) * self.rate

    def wait(self, seconds: float, until: threading.Event | None = None) -> bool:
        real = max(seconds, 0.0) / self.rate
        if until is not None:
            return until.wait(real)
        time.sleep(real)
        return False

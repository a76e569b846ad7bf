"""The pace of calls: at most our share in a minute, so that no 429 comes (contract §5).

What all processes use together is counted in the ledger, and a cycle ends before it is spent (`Company.budget`). What one
process calls within a minute is counted here besides: a long list is read in time, and another call waits for the
next cycle.
"""

from __future__ import annotations

import threading
from collections import deque

from tidegate.clock import Clock

SPAN = 60.0  #: seconds


class Pace:
    """The calls of this process within the last minute."""

    def __init__(self, clock: Clock, most: int) -> None:
        self._clock = clock
        self._most = most
        self._made: deque[float] = deque()
        self._lock = threading.Lock()

    def begin(self) -> float:
        """Count a call that is made now: 0.0. Or the seconds until one may be made; then none is counted."""
        with self._lock:
            now = self._clock.monotonic()
            while self._made and now - self._made[0] >= SPAN:
                self._made.popleft()
            if len(self._made) >= self._most:
                return max(SPAN - (now - self._made[0]), 0.1)
            self._made.append(now)
            return 0.0

    def wait(self, seconds: float) -> None:
        """Let the minute pass."""
        self._clock.wait(seconds)

"""Time as the agent sees it: the only module that asks the machine for it."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """What time it is, and how to wait."""

    def now(self) -> datetime:
        """The present, aware, in UTC."""
        ...

    def seconds(self) -> float:
        """A count of seconds that never goes back, for limits; since the machine was started, or longer."""
        ...

    def wait(self, condition: threading.Condition, seconds: float) -> None:
        """Wait on a condition (held by the caller) until it is notified, at most so many seconds."""
        ...


class MachineClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """The present, aware, in UTC."""
        return datetime.now(UTC)

    def seconds(self) -> float:
        """Monotonic seconds; Windows and Linux count them from the start of the machine."""
        return time.monotonic()

    def wait(self, condition: threading.Condition, seconds: float) -> None:
        """Wait until notified, at most so many seconds."""
        condition.wait(seconds)

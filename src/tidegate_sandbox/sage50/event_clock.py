"""The platform's time: the sandbox clock, or, while something that was due earlier is done, that moment."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from tidegate_sandbox.erp.stamps import Clock


class EventClock:
    """So that what a clock jumped over still happens at its own time. Used under the platform's lock."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._at: datetime | None = None

    def now(self) -> datetime:
        """The time, aware, in UTC."""
        return self._at if self._at is not None else self._clock.now()

    @contextmanager
    def at(self, moment: datetime) -> Iterator[None]:
        """Let it be ``moment`` for the length of a block."""
        before, self._at = self._at, moment
        try:
            yield
        finally:
            self._at = before

"""Day end, where the configuration lets us run it: alone, inside its window, once a day and process. Source: contract §15.

It costs stock, and moves invoices of O/E into A/R, where their ledger entries come from. While it runs, others wait or fail.
People run it, unless the company has a window for us; it may run several times a day, so a second run does no harm.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from datetime import date, datetime

from tidegate.domain.errors import Failure
from tidegate.sage.sage300.client import Sage300Client
from tidegate.sage.sage300.day_end_window import window_of
from tidegate.sage.seats import SeatHeldTwice, SeatPool

PROCESS = "ICDayEndProcessing"  # C
BODY = {"ClearHistory": False}  # C


class DayEnd:
    """Runs it when it is due."""

    def __init__(
        self, client: Sage300Client, window: str, seats: SeatPool, check: Callable[[], Failure | None]
    ) -> None:
        """`window`: "" = never. `check`: why the company may not be worked with."""
        self._client = client
        self._check = check
        self._window = window_of(window) if window else None
        self._seats = seats
        self._ran: date | None = None
        self.last: Failure | None = None  #: why the last attempt failed

    def is_due(self, now: datetime) -> bool:
        """Whether it is to be run at this local time."""
        if self._window is None or self._ran == now.date():
            return False
        start, end = self._window
        return start <= now.time() < end

    def run(self, now: datetime) -> bool:
        """Run it if it is due and nobody of ours is at work; whether it was run. A failure is tried again later."""
        if not self.is_due(now):
            return False
        with ExitStack() as alone:
            try:
                for _ in range(self._seats.limit):
                    if alone.enter_context(self._seats.seat(wait=False)) is not None:
                        return False
            except SeatHeldTwice:
                return False
            self.last = self._check() or self._client.process(PROCESS, BODY)
        if self.last is None:
            self._ran = now.date()
        return self.last is None

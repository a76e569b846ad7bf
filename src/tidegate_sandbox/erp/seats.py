"""Seats: how many may work in the company at once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from tidegate_sandbox.erp.refusal import Refusal


class SeatPool:
    """Counts who works in the company; refuses one more than ``limit`` (None: no limit)."""

    def __init__(self, limit: int | None = None) -> None:
        self._lock = threading.Lock()
        self.limit = limit
        self._holders: dict[int, str] = {}
        self._next = 1
        self.peak = 0  #: most seats ever taken at once
        self.refused = 0

    def take(self, holder: str) -> int:
        """Take a seat; the number given back is for ``release``. Refusal ``seats`` when none is free."""
        with self._lock:
            if self.limit is not None and len(self._holders) >= self.limit:
                self.refused += 1
                raise Refusal("seats", "No licences available: all user seats are in use.")
            number = self._next
            self._next += 1
            self._holders[number] = holder
            self.peak = max(self.peak, len(self._holders))
            return number

    def release(self, number: int) -> None:
        """Give a seat back; twice does no harm."""
        with self._lock:
            self._holders.pop(number, None)

    @contextmanager
    def session(self, holder: str) -> Iterator[int]:
        """A seat for the length of a block."""
        number = self.take(holder)
        try:
            yield number
        finally:
            self.release(number)

    def holders(self) -> list[str]:
        """Who holds a seat now."""
        with self._lock:
            return list(self._holders.values())

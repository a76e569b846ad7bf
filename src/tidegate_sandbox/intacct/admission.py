"""How many requests a company works on at a time; further ones wait in a queue (contract §12)."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from tidegate_sandbox.intacct.failure import TransportRefusal
from tidegate_sandbox.intacct.options import Options


class Admission:
    """Lets requests in, first come first served; one that has waited too long is refused with 429."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._changed = threading.Condition()
        self._queue: deque[int] = deque()
        self._next = 0
        self.inside = 0
        self.peak = 0  #: most requests inside at once
        self.waited = 0
        self.refused = 0

    @contextmanager
    def enter(self) -> Iterator[None]:
        """Be inside for the length of a block. TransportRefusal 429 ``GW-0010`` when no slot comes free."""
        with self._changed:
            ticket = self._next
            self._next += 1
            self._queue.append(ticket)
            if not self._may(ticket):
                self.waited += 1
            if not self._changed.wait_for(lambda: self._may(ticket), timeout=self._options.queue_seconds):
                self._queue.remove(ticket)
                self._changed.notify_all()
                self.refused += 1
                raise TransportRefusal(429, "GW-0010", "API rate limit exceeded")
            self._queue.popleft()
            self.inside += 1
            self.peak = max(self.peak, self.inside)
            self._changed.notify_all()
        try:
            yield
        finally:
            with self._changed:
                self.inside -= 1
                self._changed.notify_all()

    def _may(self, ticket: int) -> bool:
        limit = self._options.concurrency
        return self._queue[0] == ticket and (limit is None or self.inside < limit)

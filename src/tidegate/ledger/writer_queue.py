"""One writer at a time, in the order in which they came.

A lock gives no order: with a hundred threads one of them may never get it. SQLite has one writer anyway, and makes
others fail after a while.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager


class WriterQueue:
    """Whoever comes first writes first."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._waiting: deque[threading.Lock] = deque()
        self._taken = False

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait, then write."""
        self._wait()
        try:
            yield
        finally:
            self._next()

    def _wait(self) -> None:
        mine = threading.Lock()
        mine.acquire()
        with self._guard:
            if not self._taken:
                self._taken = True
                return
            self._waiting.append(mine)
        try:
            mine.acquire()  # until the one before hands over
        except BaseException:  # interrupted while it waited: its turn must not come any more
            with self._guard:
                left = mine in self._waiting
                if left:
                    self._waiting.remove(mine)
            if not left:
                self._next()
            raise

    def _next(self) -> None:
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._taken = False

    @property
    def length(self) -> int:
        """How many wait."""
        with self._guard:
            return len(self._waiting)

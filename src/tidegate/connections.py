"""The open connections to one external system: each serves one call at a time and is kept for the next.

The engine's own pool looks at every connection it has, twice a call, and wraps each answer once more: measured, a
seventh of what a call costs. Here the one that was used last is taken, and the others are left alone.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

import httpcore


class Connections:
    """At most so many at a time. A connection that the other side has closed, or that waited too long, is not used."""

    def __init__(self, most: int, opened: Callable[[httpcore.Origin], httpcore.HTTPConnection]) -> None:
        """`opened` makes a connection that connects with its first request."""
        self._opened = opened
        self._free = threading.Semaphore(most)
        self._idle: list[httpcore.HTTPConnection] = []  #: the one that was used last is the last
        self._every: set[httpcore.HTTPConnection] = set()
        self._lock = threading.Lock()

    def take(self, origin: httpcore.Origin, seconds: float | None) -> httpcore.HTTPConnection:
        """A connection for one call, to be given back; PoolTimeout when none was free for so many seconds."""
        if not self._free.acquire(timeout=seconds):
            raise httpcore.PoolTimeout("every connection was busy")
        try:
            while (kept := self._last()) is not None:
                if kept.can_handle_request(origin) and not kept.has_expired():
                    return kept
                self._drop(kept)
            connection = self._opened(origin)
            with self._lock:
                self._every.add(connection)
        except BaseException:
            self._free.release()
            raise
        return connection

    def give_back(self, connection: httpcore.HTTPConnection) -> None:
        """After the answer was read, or broke off: then it serves nobody else."""
        try:
            if connection.is_available() and connection in self._every:
                with self._lock:
                    self._idle.append(connection)
                    oldest = self._idle[0]
                if oldest is not connection and oldest.has_expired():
                    self._forget(oldest)
            else:
                self._drop(connection)
        finally:
            self._free.release()

    def close(self) -> None:
        """Close them all, also those in use."""
        with self._lock:
            every, self._every, self._idle = self._every, set(), []
        for connection in every:
            connection.close()

    def _last(self) -> httpcore.HTTPConnection | None:
        with self._lock:
            return self._idle.pop() if self._idle else None

    def _forget(self, oldest: httpcore.HTTPConnection) -> None:
        with self._lock:
            if oldest not in self._idle:
                return  # another call has taken it
            self._idle.remove(oldest)
        self._drop(oldest)

    def _drop(self, connection: httpcore.HTTPConnection) -> None:
        with self._lock:
            self._every.discard(connection)
        connection.close()

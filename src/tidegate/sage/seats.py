"""Seats: how many sessions this process holds in one company, never more than the company allows.

Sage licences count people at work; a hub that takes their seats stops the warehouse. So the limit is
hard over all threads of the process, whatever opens sessions: cycles, console, command line.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class SeatHeldTwice(RuntimeError):
    """A thread that holds a seat asked for another one while none was free: it would wait for itself."""


class SeatPool:
    """The seats of one company. Waiting threads get a seat as soon as another gives one back."""

    def __init__(self, limit: int) -> None:
        """`limit` is the largest number of sessions at a time. ValueError below 1."""
        self._free = threading.Condition()
        self._holders: list[int] = []
        self._highest = 0
        self._limit = 0
        self.resize(limit)

    @property
    def limit(self) -> int:
        """The largest number of sessions at a time."""
        return self._limit

    @property
    def in_use(self) -> int:
        """Sessions held now."""
        return len(self._holders)

    @property
    def highest(self) -> int:
        """The largest number of sessions that were held at a time."""
        return self._highest

    def resize(self, limit: int) -> None:
        """Take over a changed configuration; sessions already held are not cut off."""
        if limit < 1:
            raise ValueError(f"a company has at least one seat, got {limit}")
        with self._free:
            self._limit = limit
            self._free.notify_all()

    @contextmanager
    def seat(self) -> Iterator[None]:
        """Hold a seat; waits for one. Given back however the block ends. Raises SeatHeldTwice."""
        me = threading.get_ident()
        with self._free:
            while len(self._holders) >= self._limit:
                if me in self._holders:
                    raise SeatHeldTwice(f"this thread already holds one of the {self._limit} seats")
                self._free.wait()
            self._holders.append(me)
            self._highest = max(self._highest, len(self._holders))
        try:
            yield
        finally:
            with self._free:
                self._holders.remove(me)
                self._free.notify()

    @contextmanager
    def lent(self) -> Iterator[None]:
        """Give back the seats that this thread holds, for the block: it works with sessions of its own there."""
        me = threading.get_ident()
        with self._free:
            mine = self._holders.count(me)
            self._holders = [each for each in self._holders if each != me]
            self._free.notify_all()
        try:
            yield
        finally:
            with self._free:
                for _ in range(mine):
                    while len(self._holders) >= self._limit:
                        self._free.wait()
                    self._holders.append(me)
                self._highest = max(self._highest, len(self._holders))


class SeatPools:
    """One pool a company, however often the company is opened."""

    def __init__(self) -> None:
        self._pools: dict[tuple[str, ...], SeatPool] = {}
        self._lock = threading.Lock()

    def pool(self, company: tuple[str, ...], limit: int) -> SeatPool:
        """The pool of the company with this identity (product, address, site, ...), with this limit."""
        with self._lock:
            pool = self._pools.get(company)
            if pool is None:
                pool = self._pools[company] = SeatPool(limit)
            elif pool.limit != limit:
                pool.resize(limit)
            return pool


PROCESS_SEATS = SeatPools()
"""The seats of this process; tests hand in their own."""

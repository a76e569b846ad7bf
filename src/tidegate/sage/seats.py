"""Seats: how many sessions all processes together hold in one company, never more than the company allows.

Sage licences count users at work; a hub that takes their seats stops the warehouse. So the limit is hard over all
threads of the process, whatever opens sessions (cycles, console, command line), and by a registry over all
processes and machines: the ledger's leases, which the engine brings. Without a registry a pool counts this process.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

from tidegate.clock import Clock, SystemClock
from tidegate.domain.errors import Code, Failure


class SeatHeldTwice(RuntimeError):
    """A thread that holds a seat asked for another one while none was free: it would wait for itself."""


class Registry(Protocol):
    """Counts the seats of pools over all processes."""

    def take(self, pool: str, limit: int, *, wait: bool) -> Any:
        """One of `limit` seats, to be given back; None when others held all of them for as long as it may wait."""
        ...

    def give_back(self, held: Any) -> None:
        """Free the seat."""
        ...


@dataclass(eq=False)
class _Sitting:
    """A seat that a thread holds: its own by number in the registry, and since when by the monotonic clock."""

    thread: int
    held: Any = None
    since: float | None = None


class SeatPool:
    """The seats of one company. Waiting threads get a seat as soon as another gives one back."""

    def __init__(
        self, limit: int, *, name: str = "", registry: Registry | None = None, clock: Clock | None = None
    ) -> None:
        """`limit` is the largest number of sessions at a time. ValueError below 1."""
        self._free = threading.Condition()
        self._sitting: list[_Sitting] = []
        self._highest = 0
        self._seconds = 0.0
        self._limit = 0
        self._name, self._registry, self._clock = name, registry, clock or SystemClock()
        self.resize(limit)

    @property
    def name(self) -> str:
        """The pool's name in the registry."""
        return self._name

    @property
    def limit(self) -> int:
        """The largest number of sessions at a time."""
        return self._limit

    @property
    def in_use(self) -> int:
        """Sessions that this process holds now."""
        return len(self._sitting)

    @property
    def highest(self) -> int:
        """The largest number of sessions that this process held at a time."""
        return self._highest

    @property
    def seconds(self) -> int:
        """Seat-seconds of this process: seats that were given back, by the monotonic clock."""
        return int(self._seconds)

    def resize(self, limit: int) -> None:
        """Take over a changed configuration; sessions already held are not cut off."""
        if limit < 1:
            raise ValueError(f"a company must have at least one seat, not {limit}")
        with self._free:
            self._limit = limit
            self._free.notify_all()

    @contextmanager
    def seat(self, *, wait: bool = True) -> Iterator[Failure | None]:
        """Hold a seat, given back however the block ends; or a `no-seat` failure, and the block holds none.

        Threads of this process are waited for without end; other processes for as long as the registry does.
        Without `wait`, a seat that is not free at once is a failure. Raises SeatHeldTwice.
        """
        sitting = _Sitting(threading.get_ident())
        if not self._sit(sitting, wait=wait):
            yield self._none()
            return
        try:
            if not self._register(sitting, wait=wait):
                yield self._none()
                return
            yield None
        finally:
            self._rise(sitting)

    @contextmanager
    def lent(self) -> Iterator[None]:
        """Give back the seats that this thread holds, for the block: it works with sessions of its own there."""
        me = threading.get_ident()
        mine = [each for each in self._sitting if each.thread == me]
        for each in mine:
            self._rise(each)
        try:
            yield
        finally:
            for each in mine:
                self._sit(each, wait=True, again=True)
                while not self._register(each, wait=True):
                    pass  # the session is still open: others give a seat back in the end

    def _sit(self, sitting: _Sitting, *, wait: bool, again: bool = False) -> bool:
        with self._free:
            while len(self._sitting) >= self._limit:
                if not again and any(each.thread == sitting.thread for each in self._sitting):
                    raise SeatHeldTwice(f"this thread already holds one of the {self._limit} seats")
                if not wait:
                    return False
                self._free.wait()
            self._sitting.append(sitting)
        return True

    def _register(self, sitting: _Sitting, *, wait: bool) -> bool:
        """Whether the registry has a seat, too; counted from here."""
        if self._registry is not None:
            sitting.held = self._registry.take(self._name, self._limit, wait=wait)
            if sitting.held is None:
                return False
        sitting.since = self._clock.monotonic()
        with self._free:
            self._highest = max(self._highest, len(self._sitting))
        return True

    def _rise(self, sitting: _Sitting) -> None:
        """Give the seat back, to the registry first: a thread that waits here asks it next."""
        try:
            if self._registry is not None and sitting.held is not None:
                self._registry.give_back(sitting.held)
        finally:
            with self._free:
                if sitting.since is not None:
                    self._seconds += self._clock.monotonic() - sitting.since
                sitting.held = sitting.since = None
                if sitting in self._sitting:
                    self._sitting.remove(sitting)
                self._free.notify_all()

    def _none(self) -> Failure:
        seats = "the seat is" if self._limit == 1 else f"all {self._limit} seats are"
        return Failure(Code.NO_SEAT, f"{seats} in use by other work of Tidegate", sent=False)


class SeatPools:
    """One pool a company, however often the company is opened."""

    def __init__(self, registry: Registry | None = None, clock: Clock | None = None) -> None:
        """`registry` counts over all processes; None: this one alone, for demonstrations and tests."""
        self._pools: dict[tuple[str, ...], SeatPool] = {}
        self._lock = threading.Lock()
        self._registry, self._clock = registry, clock

    def pool(self, company: tuple[str, ...], limit: int) -> SeatPool:
        """The pool with this identity (product, address, site, ...), of a company or of an endpoint of several."""
        with self._lock:
            pool = self._pools.get(company)
            if pool is None:
                name = "|".join(company)
                pool = SeatPool(limit, name=name, registry=self._registry, clock=self._clock)
                self._pools[company] = pool
            elif pool.limit != limit:
                pool.resize(limit)
            return pool

"""The licence: seats of the installation, and the server processes that hold them.

A seat is given back by the session's clean end or by the end of its server process, and by nothing else:
a caller that forgets its objects leaks, and tests see it.
"""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol


class Seats(Protocol):
    """Whoever counts the licences."""

    def take(self, holder: str) -> int:
        """A seat; Refusal ``seats`` when none is free."""
        ...

    def release(self, number: int) -> None:
        """Give it back; twice does no harm."""
        ...

    def holders(self) -> list[str]:
        """Who holds a seat now."""
        ...


@dataclass(eq=False)
class ServerProcess:
    """One server process: it lives until it is ended, whatever becomes of its caller."""

    process: int
    seats: dict[int, float] = field(default_factory=dict)  #: number -> since when
    holder: str = ""
    alive: bool = True


class Licence:
    """Seats and server processes of one installation."""

    def __init__(self, pool: Seats) -> None:
        self.pool = pool
        self.processes: dict[int, ServerProcess] = {}
        self._numbers = itertools.count(7001)
        self.taken = 0
        self.peaks: Counter[str] = Counter()  #: most seats at once, by holder
        self.returned = 0  #: by DropObject
        self.ended = 0  #: with their process
        self.now: Callable[[], float] = lambda: 0.0  #: seconds of whatever clock the host has
        self.worked = 0.0  #: seconds of calls that let no time pass: the clock is moved by somebody else
        self._held: defaultdict[str, float] = defaultdict(
            float
        )  #: seconds of seats that are free again, by holder

    def start(self) -> ServerProcess:
        """A new server process."""
        one = ServerProcess(next(self._numbers))
        self.processes[one.process] = one
        return one

    def take(self, process: ServerProcess, holder: str) -> int:
        """A seat for a session; Refusal ``seats`` when none is free."""
        seat = self.pool.take(holder)
        process.seats[seat] = self.now()
        process.holder = holder
        self.taken += 1
        self.peaks[holder] = max(self.peaks[holder], sum(one == holder for _, one in self.sessions()))
        return seat

    def give_back(self, process: ServerProcess, seat: int) -> None:
        """The session was dropped."""
        if seat in process.seats:
            self._free(process, seat)
            self.returned += 1

    def end(self, process: int) -> None:
        """The process ends: its seats are free. Nothing happens for one that is gone."""
        one = self.processes.pop(process, None)
        if one is None:
            return
        one.alive = False
        for seat in list(one.seats):
            self._free(one, seat)
            self.ended += 1

    def _free(self, process: ServerProcess, seat: int) -> None:
        self._held[process.holder] += self.now() - process.seats.pop(seat)
        self.pool.release(seat)

    def seconds(self, holder: str) -> int:
        """Seat-seconds of somebody whose sessions are the only ones with calls, those that are open included."""
        now = self.now()
        since = [at for one in self.processes.values() if one.holder == holder for at in one.seats.values()]
        return int(self._held[holder] + self.worked + sum(now - at for at in since))

    def sessions(self) -> list[tuple[int, str]]:
        """(process, user) of every seat that is held."""
        return [(one.process, one.holder) for one in self.processes.values() for _ in one.seats]

    @property
    def held(self) -> list[str]:
        """Who holds a seat now."""
        return self.pool.holders()

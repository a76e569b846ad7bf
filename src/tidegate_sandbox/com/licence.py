"""The licence: seats of the installation, and the server processes that hold them.

A seat is given back by the session's clean end or by the end of its server process, and by nothing else:
a caller that forgets its objects leaks, and tests see it.
"""

from __future__ import annotations

import itertools
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
    seats: list[int] = field(default_factory=list)
    holder: str = ""
    alive: bool = True


class Licence:
    """Seats and server processes of one installation."""

    def __init__(self, pool: Seats) -> None:
        self.pool = pool
        self.processes: dict[int, ServerProcess] = {}
        self._numbers = itertools.count(7001)
        self.taken = 0
        self.returned = 0  #: by DropObject
        self.ended = 0  #: with their process

    def start(self) -> ServerProcess:
        """A new server process."""
        one = ServerProcess(next(self._numbers))
        self.processes[one.process] = one
        return one

    def take(self, process: ServerProcess, holder: str) -> int:
        """A seat for a session; Refusal ``seats`` when none is free."""
        seat = self.pool.take(holder)
        process.seats.append(seat)
        process.holder = holder
        self.taken += 1
        return seat

    def give_back(self, process: ServerProcess, seat: int) -> None:
        """The session was dropped."""
        if seat in process.seats:
            process.seats.remove(seat)
            self.pool.release(seat)
            self.returned += 1

    def end(self, process: int) -> None:
        """The process ends: its seats are free. Nothing happens for one that is gone."""
        one = self.processes.pop(process, None)
        if one is None:
            return
        one.alive = False
        for seat in one.seats:
            self.pool.release(seat)
            self.ended += 1
        one.seats.clear()

    def sessions(self) -> list[tuple[int, str]]:
        """(process, user) of every seat that is held."""
        return [(one.process, one.holder) for one in self.processes.values() for _ in one.seats]

    @property
    def held(self) -> list[str]:
        """Who holds a seat now."""
        return self.pool.holders()

"""LanPaks: how many users of a server may work at a time, and who does (contract §15).

A user of the Web API or of the gateway holds one in each company while a call runs, and some minutes after. That time is
summed up: it is what the warehouse cannot use.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from tidegate_sandbox.clock import SandboxClock
from tidegate_sandbox.sage300.options import Options
from tidegate_sandbox.sage300.problem import TEXTS, Problem

Who = tuple[str, str]  #: a user, in a company


class Seats:
    """Who of the LanPaks is taken. ``peak``: the most of ours at a time; ``at_once``: the most calls at a time."""

    def __init__(self, clock: SandboxClock, options: Options) -> None:
        self._clock = clock
        self._options = options
        self._lock = threading.Lock()
        self._since: dict[Who, datetime] = {}
        self._last: dict[Who, datetime] = {}
        self._programs: dict[int, str] = {}  #: sessions of programs hold one until they are closed
        self._calls = 0
        self._seconds = 0.0
        self.peak = 0
        self.at_once = 0
        self.refused = 0

    @contextmanager
    def call(self, user: str, company: str) -> Iterator[None]:
        """Hold a LanPak while a call runs. Problem SessionError when all are in use."""
        self.take(user, company)
        with self._lock:
            self._calls += 1
            self.at_once = max(self.at_once, self._calls)
        try:
            yield
        finally:
            with self._lock:
                self._calls -= 1
                self._last[user, company] = self._clock.now()

    def take(self, user: str, company: str) -> None:
        """Sign in. Problem SessionError when all are in use."""
        with self._lock:
            now = self._clock.now()
            self._leave(now)
            self._require_one(len([who for who in self._last if who != (user, company)]))
            self._since.setdefault((user, company), now)
            self._last[user, company] = now
            self.peak = max(self.peak, len(self._last))

    def sit(self, holder: str) -> int:
        """A program signs on; the number given back is for ``stand_up``. Problem SessionError when all are in use."""
        with self._lock:
            self._leave(self._clock.now())
            self._require_one(len(self._last))
            number = max(self._programs, default=0) + 1
            self._programs[number] = holder
            return number

    def stand_up(self, number: int) -> None:
        """A program signs off; twice does no harm."""
        with self._lock:
            self._programs.pop(number, None)

    def sitting(self) -> list[str]:
        """Who has signed on by a program."""
        with self._lock:
            return list(self._programs.values())

    def _require_one(self, others: int) -> None:
        limit = self._options.lanpaks
        if limit is not None and others + len(self._programs) + self._options.others >= limit:
            self.refused += 1
            raise Problem("SessionError", TEXTS["seats"])

    def held(self) -> list[str]:
        """Our users that hold one now."""
        with self._lock:
            self._leave(self._clock.now())
            return sorted(f"{user} in {company}" for user, company in self._last)

    @property
    def seconds(self) -> int:
        """Seat-seconds so far: from each sign-in until its LanPak was free again, or until now."""
        with self._lock:
            now = self._clock.now()
            self._leave(now)
            return int(self._seconds + sum((now - since).total_seconds() for since in self._since.values()))

    def _leave(self, now: datetime) -> None:
        """Who has been idle for so long holds none any more."""
        life = timedelta(minutes=self._options.seat_minutes)
        for who, at in list(self._last.items()):
            if now - at > life:
                self._seconds += (at + life - self._since.pop(who)).total_seconds()
                del self._last[who]

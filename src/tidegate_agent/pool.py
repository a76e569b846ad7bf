"""The seats: at most N sessions, lent in order of arrival, each surely given back.

``opened_total = dropped_total + killed_total`` whenever no session is open. A session that raised in the COM
layer is dropped and never lent again; one that cannot be dropped is ended together with its server process.
"""

from __future__ import annotations

import logging
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

from tidegate_agent.caller import CallFailed
from tidegate_agent.clock import Clock
from tidegate_agent.failure import Failure
from tidegate_agent.settings import Seats

_log = logging.getLogger("tidegate_agent.pool")


class Poolable(Protocol):
    """A session: what the pool needs to know of it."""

    company: str

    def open(self) -> None:
        """Take the seat. Raises Failure or CallFailed; what it took is then given back by ``drop``."""
        ...

    def drop(self) -> None:
        """Give the seat back, in the stated order. Raises CallFailed when Sage does not do it."""
        ...

    def kill(self) -> None:
        """End the worker and its server process. Never raises."""
        ...


S = TypeVar("S", bound=Poolable)


@dataclass(eq=False)
class Held(Generic[S]):
    """An open session and its age."""

    session: S
    opened_at: float
    purpose: str = ""
    used_at: float = 0.0
    records: int = 0
    broken: bool = False

    def spoil(self) -> None:
        """Say that this session must not be lent again."""
        self.broken = True


@dataclass
class Totals:
    """Counters since the agent started."""

    opened: int = 0
    dropped: int = 0
    killed: int = 0
    leaked: int = 0
    refused: int = 0
    seconds: float = 0.0  #: seat-seconds, of sessions that are closed


@dataclass
class Pool(Generic[S]):
    """The sessions of one installation. ``new_session`` makes one for a company; opening it takes the seat.

    ``one_a_company``: however many seats there are, a company has one session at a time.
    """

    seats: Seats
    clock: Clock
    new_session: Callable[[str], S]
    totals: Totals = field(default_factory=Totals)
    one_a_company: bool = False

    def __post_init__(self) -> None:
        self._changed = threading.Condition()
        self._waiting: deque[object] = deque()
        self._idle: list[Held[S]] = []
        self._busy: list[Held[S]] = []
        self._reserved = 0  #: seats of sessions that are being opened or dropped
        self._sessions_of: Counter[str] = (
            Counter()
        )  #: company -> its sessions, from opening to the end of closing
        self._draining = False

    # Lending

    @contextmanager
    def lease(self, company: str, purpose: str = "") -> Iterator[Held[S]]:
        """A session for a company, for the length of a block.

        Failure ``locked`` while drained, ``pool_busy`` when no seat became free in time, and what opening a
        session raises.
        """
        held = self._take(company, purpose)
        try:
            yield held
        except CallFailed:
            held.spoil()
            raise
        finally:
            self._give_back(held)

    def _take(self, company: str, purpose: str) -> Held[S]:
        ticket = object()
        until = self.clock.seconds() + self.seats.acquire_timeout_s
        with self._changed:
            self._waiting.append(ticket)
            try:
                while not (self._waiting[0] is ticket and self._has_room(company)):
                    self._refuse_if_draining()
                    left = until - self.clock.seconds()
                    if left <= 0:
                        self.totals.refused += 1
                        raise Failure("pool_busy", "All seats of the agent are in use.")
                    self.clock.wait(self._changed, left)
                self._refuse_if_draining()
                held, surplus = self._choose(company)
                if held is not None:
                    self._idle.remove(held)
                    self._busy.append(held)
                    held.purpose = purpose
                else:
                    self._reserved += 1
                    self._sessions_of[company] += 1
            finally:
                self._waiting.remove(ticket)
                self._changed.notify_all()
        if surplus is not None:
            self._close(surplus)
        return held if held is not None else self._open(company, purpose)

    def _has_room(self, company: str) -> bool:
        if len(self._busy) + self._reserved >= self.seats.seats:
            return False
        return not self.one_a_company or self._sessions_of[company] == len(self._idle_of(company))

    def _idle_of(self, company: str) -> list[Held[S]]:
        return [held for held in self._idle if held.session.company == company]

    def _refuse_if_draining(self) -> None:
        if self._draining:
            raise Failure("locked", "The agent is drained: it takes no work until it is resumed.")

    def _choose(self, company: str) -> tuple[Held[S] | None, Held[S] | None]:
        """(a session that can be used, one that must be dropped first so that there is a seat)."""
        of_company = self._idle_of(company)
        for held in of_company:
            if not self._is_old(held):
                return held, None
        is_full = len(self._idle) + len(self._busy) + self._reserved >= self.seats.seats
        if is_full or (self.one_a_company and of_company):
            surplus = of_company[0] if of_company else self._idle[0]
            self._idle.remove(surplus)
            self._reserved += 1
            return None, surplus
        return None, None

    def _open(self, company: str, purpose: str) -> Held[S]:
        now = self.clock.seconds()
        try:
            held = Held(self.new_session(company), now, purpose, now)
        except BaseException:
            with self._changed:
                self._reserved -= 1
                self._sessions_of[company] -= 1
                self._changed.notify_all()
            raise
        with self._changed:
            self.totals.opened += 1  # from here on a seat may be taken
        try:
            held.session.open()
        except BaseException:
            self._close(held)
            raise
        with self._changed:
            self._reserved -= 1
            self._busy.append(held)
        return held

    def _give_back(self, held: Held[S]) -> None:
        with self._changed:
            self._busy.remove(held)
            held.used_at = self.clock.seconds()
            keep = not (held.broken or self._draining or self._is_old(held))
            if keep:
                self._idle.append(held)
                self._changed.notify_all()
                return
            self._reserved += 1
        self._close(held)

    def _is_old(self, held: Held[S]) -> bool:
        return (
            held.records >= self.seats.max_records_per_session
            or self.clock.seconds() - held.opened_at >= self.seats.life_ttl_s
        )

    # Giving back

    def _close(self, held: Held[S]) -> None:
        """Drop a session whose seat is reserved; end it where dropping fails."""
        try:
            held.session.drop()
        except Exception as failed:  # whatever it is, the seat must not stay taken
            _log.error("a session could not be dropped and is ended: %s", failed)
            held.session.kill()
            with self._changed:
                self.totals.leaked += 1
                self.totals.killed += 1
        else:
            with self._changed:
                self.totals.dropped += 1
        finally:
            with self._changed:
                self.totals.seconds += self.clock.seconds() - held.opened_at
                self._reserved -= 1
                self._sessions_of[held.session.company] -= 1
                self._changed.notify_all()

    @property
    def due_at(self) -> float | None:
        """When ``tick`` has something to drop, by the seconds of the clock; None while no session waits."""
        with self._changed:
            seats = self.seats
            return min(
                (min(one.used_at + seats.idle_ttl_s, one.opened_at + seats.life_ttl_s) for one in self._idle),
                default=None,
            )

    def tick(self) -> None:
        """Drop sessions that nobody has used for ``idle_ttl_s``. Called by the watchdog and before each call."""
        with self._changed:
            now = self.clock.seconds()
            stale = [
                one for one in self._idle if now - one.used_at >= self.seats.idle_ttl_s or self._is_old(one)
            ]
            self._idle = [one for one in self._idle if one not in stale]
            self._reserved += len(stale)
        for held in stale:
            self._close(held)

    def drain(self, wait_s: float) -> bool:
        """Take no more work, drop every session; whether none is left. A record in hand is finished first."""
        until = self.clock.seconds() + wait_s
        with self._changed:
            self._draining = True
            idle, self._idle = self._idle, []
            self._reserved += len(idle)
            self._changed.notify_all()
        for held in idle:
            self._close(held)
        with self._changed:
            while self._busy or self._reserved:
                left = until - self.clock.seconds()
                if left <= 0:
                    return False
                self.clock.wait(self._changed, left)
        return True

    def resume(self) -> None:
        """Take work again."""
        with self._changed:
            self._draining = False
            self._changed.notify_all()

    @property
    def is_draining(self) -> bool:
        """Whether no new record may be begun."""
        return self._draining

    # Seeing

    @property
    def open_sessions(self) -> int:
        """How many sessions hold a seat, or may."""
        with self._changed:
            return len(self._busy) + len(self._idle) + self._reserved

    def sessions(self) -> list[dict[str, Any]]:
        """Who holds what, and for how many seconds."""
        with self._changed:
            now = self.clock.seconds()
            return [
                {
                    "company": held.session.company,
                    "state": state,
                    "purpose": held.purpose if state == "in_use" else "",
                    "open_s": round(now - held.opened_at, 1),
                    "records": held.records,
                }
                for state, group in (("in_use", self._busy), ("idle", self._idle))
                for held in group
            ]

    def numbers(self) -> dict[str, Any]:
        """The figures of `health`."""
        with self._changed:
            now = self.clock.seconds()
            ages = [now - held.opened_at for held in (*self._busy, *self._idle)]
            return {
                "seats": self.seats.seats,
                "in_use": len(self._busy) + self._reserved,
                "idle": len(self._idle),
                "waiting": len(self._waiting),
                "oldest_s": round(max(ages), 1) if ages else None,
                "opened_total": self.totals.opened,
                "dropped_total": self.totals.dropped,
                "leaked_total": self.totals.leaked,
                "killed_total": self.totals.killed,
            }

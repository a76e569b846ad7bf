"""The ledger's seats in the shape that a pool asks for, for all threads of this process."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import timedelta

import structlog

from tidegate.clock import Clock
from tidegate.ledger import lease, seats
from tidegate.ledger.database import in_transaction, transaction
from tidegate.ledger.faults import LeaseLost, LedgerError
from tidegate.ledger.lease import Lease

log = structlog.get_logger()

#: Seconds that another process is waited for, and between two looks whether it has given a seat back.
PATIENCE, FIRST_POLL, LONGEST_POLL = 120.0, 0.1, 2.0
#: A seat that ends within this time is renewed, by whoever renews its other leases.
SOON = timedelta(seconds=seats.SEAT_SECONDS * 3 / 4)


@dataclass(eq=False)
class LedgerSeats:
    """:class:`tidegate.sage.seats.Registry`; `holder` names this process."""

    holder: str
    clock: Clock
    stop: threading.Event | None = None  #: set when no thread is to wait any longer
    _held: dict[tuple[str, str], Lease] = field(default_factory=dict)
    _left: dict[tuple[str, str], Lease] = field(default_factory=dict)  #: could not be given back
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, pool: str, limit: int, *, wait: bool) -> Lease | None:
        """A seat; waits for other processes, and never inside a transaction."""
        if in_transaction():
            raise RuntimeError("internal error: a session must not be opened inside a transaction")
        began, pause = self.clock.monotonic(), FIRST_POLL
        while True:
            with self._lock:
                left = tuple(self._left.values())
            held, waits = None, pause > FIRST_POLL
            if not waits or seats.is_free(pool, limit, self.clock.now(), ours=left):  # waiting writes nothing
                with transaction("seat"):
                    held = seats.take(pool, limit, self.holder, self.clock.now(), ours=left)
            if held is not None:
                with self._lock:
                    self._left.pop((held.scope, held.flow), None)
                    self._held[held.scope, held.flow] = held
                return held
            if not wait or self.clock.monotonic() - began > PATIENCE or (self.stop and self.stop.is_set()):
                return None
            self.clock.wait(pause, self.stop)
            pause = min(pause * 1.5, LONGEST_POLL)

    def give_back(self, held: Lease) -> None:
        """It is free; where the ledger cannot be written, it is used again by this process, or expires."""
        key = held.scope, held.flow
        with self._lock:
            held = self._held.pop(key, held)
        try:
            with transaction("seat"):
                lease.release(held, self.clock.now())
        except LedgerError as error:
            log.debug("seat not given back", problem=str(error))
            with self._lock:
                self._left[key] = held

    def keep(self) -> None:
        """Prolong the seats of this process that end soon; raises `LeaseLost` when another has taken one."""
        now = self.clock.now()
        with self._lock:
            ending = [each for each in self._held.values() if each.expires_at - now < SOON]
        for each in ending:
            try:
                with transaction("seat"):
                    renewed = lease.renew(each, seats.SEAT_SECONDS, now)
            except LeaseLost:
                if self._is_held(each):
                    raise
                continue  # another thread has given it back meanwhile
            with self._lock:
                if self._held.get((each.scope, each.flow)) is each:
                    self._held[each.scope, each.flow] = renewed

    def _is_held(self, held: Lease) -> bool:
        with self._lock:
            return self._held.get((held.scope, held.flow)) is held

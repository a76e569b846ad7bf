"""Which of the waiting cycles is begun next, where a few threads serve many connections.

Connections take turns: each that waits is served once before any is served again. Within a round orders go first,
then what has been due for longest. Two cycles that exclude each other never run at once, and none overtakes a cycle
that waits for the one before it. So a connection waits for at most one part of each other one's work.
"""

from __future__ import annotations

import heapq
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count

from tidegate.engine.cycles import FLOWS
from tidegate.engine.schedule import Due
from tidegate.engine.turns import Turns, Wish
from tidegate.flows.orders import orders
from tidegate.flows.status import note_steps

#: What a part of the threads is kept free for: long readings of many connections at night keep no order waiting.
SHORT = (orders.FLOW, note_steps.FLOW)
#: One of this many threads is kept free for them; with several threads, at least one.
KEPT_FREE = 4
_RANK = {flow: place for place, flow in enumerate(FLOWS)}

_Place = tuple[int, int, datetime, int]
"""Round, urgency (0: orders), due since, rank of the flow."""
_Entry = tuple[_Place, int, str]
"""Place, number, connection: an entry whose number is not that of the connection's newest list is an old one."""


@dataclass(eq=False, slots=True)
class _Waiting:
    """What one connection waits to do, the first of it first; apart, so that one kind is found when the other waits."""

    short: list[Due]
    long: list[Due]
    orders_last: bool  #: they ran last, and something else waits
    number: int

    def of(self, *, short: bool) -> list[Due]:
        return self.short if short else self.long

    def place(self, first: Due, round_: int) -> _Place:
        urgency = 1 if first.flow != orders.FLOW else 2 * self.orders_last
        return (round_, urgency, first.since, _RANK[first.flow])


@dataclass(eq=False)
class FairShare:
    """The waiting and the running cycles of one process. Its methods may be called by any thread."""

    threads: int
    turns: Turns = field(default_factory=Turns)  #: who else is at a company: cycles within cycles
    _waiting: dict[str, _Waiting] = field(default_factory=dict)
    _short: list[_Entry] = field(default_factory=list)  #: heaps: who waits with one, and with the other kind
    _long: list[_Entry] = field(default_factory=list)
    _running: dict[str, Due] = field(default_factory=dict)
    _again: dict[str, int] = field(default_factory=dict)  #: the round in which a connection may run again
    _ran_last: dict[str, str] = field(default_factory=dict)
    _round: int = 0
    _numbers: count[int] = field(default_factory=count)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    @property
    def most_long(self) -> int:
        """How many threads may run cycles of other flows than `SHORT`."""
        return self.threads - max(1, self.threads // KEPT_FREE) if self.threads > 1 else 1

    def begun(self, connection: str) -> int:
        """A number that is another one after each cycle of the connection."""
        with self._lock:
            return self._again.get(connection, 0)

    def put(self, connection: str, dues: Iterable[Due], known: int) -> None:
        """All that is due of the connection, in the place of what was known before.

        It is left out when a cycle has begun since it was looked up: `known` is what `begun` said before.
        """
        with self._lock:
            if known != self.begun(connection):
                return
            ordered = sorted(dues, key=lambda due: (due.flow != orders.FLOW, due.at, _RANK[due.flow]))
            self._waiting.pop(connection, None)
            if not ordered:
                return
            orders_last = len(ordered) > 1 and self._ran_last.get(connection) == orders.FLOW
            if orders_last:  # never twice in a row while something else is due
                ordered.sort(key=lambda due: (due.flow == orders.FLOW, due.at, _RANK[due.flow]))
            short = [due for due in ordered if due.flow in SHORT]
            long = [due for due in ordered if due.flow not in SHORT]
            waiting = _Waiting(short, long, orders_last, next(self._numbers))
            self._waiting[connection] = waiting
            round_ = max(self._round, self._again.get(connection, 0))
            for heap, kind in ((self._short, short), (self._long, long)):
                if kind:
                    heapq.heappush(heap, (waiting.place(kind[0], round_), waiting.number, connection))

    def begin(self) -> Due | None:
        """The cycle that runs now, None while all must wait. It counts as running until `end`."""
        with self._lock:
            found = self._first(self._running)
            if found is None:
                return None
            connection = found.connection.name
            self._round = max(self._round, self._again.get(connection, 0))
            self._again[connection] = self._round + 1
            del self._waiting[connection]  # its other cycles are planned again when this one has ended
            self._running[connection] = found
            self._ran_last[connection] = found.flow
            return found

    def end(self, due: Due) -> None:
        """The cycle has ended, however."""
        with self._lock:
            self._running.pop(due.connection.name, None)

    def at_work(self) -> int:
        """How many threads work, or wait within their work; at least one, which looks for due cycles."""
        with self._lock:
            return max(len(self._running), 1)

    def idle(self) -> bool:
        """Whether nothing runs and nothing waits."""
        with self._lock:
            return not self._running and not self._waiting

    def runs(self, connection: str) -> bool:
        """Whether a cycle of the connection runs."""
        with self._lock:
            return connection in self._running

    def somebody_waits_for(self, due: Due) -> bool:
        """Whether another connection's cycle would begin if this one ended."""
        with self._lock:
            beside = {name: each for name, each in self._running.items() if each is not due}
            return self._first(beside, beside_turn=due) is not None

    def _first(self, running: dict[str, Due], beside_turn: Due | None = None) -> Due | None:
        """The first that may run beside `running`; a connection that runs at the moment is none of them."""
        if len(running) >= self.threads or not self._waiting:
            return None
        busy = [wish_of(each) for each in running.values()]
        if beside_turn is None:
            busy += self.turns.wishes()
        long = sum(each.flow not in SHORT for each in running.values())
        heaps = [self._short] if long >= self.most_long else [self._short, self._long]
        passed: list[tuple[list[_Entry], _Entry]] = []
        found = None
        while found is None and (
            heap := min((each for each in heaps if each), key=lambda each: each[0], default=None)
        ):
            entry = heapq.heappop(heap)
            _, number, connection = entry
            waiting = self._waiting.get(connection)
            if waiting is None or waiting.number != number:
                continue  # an old one
            passed.append((heap, entry))
            if connection not in self._running:
                found = self._free(waiting.of(short=heap is self._short), busy)
        for heap, entry in passed:
            heapq.heappush(heap, entry)
        return found

    def _free(self, dues: Iterable[Due], busy: list[Wish]) -> Due | None:
        """The first that no other cycle excludes. The others exclude those that come later."""
        for due in dues:
            wish = wish_of(due)
            if not any(wish.excludes(other) for other in busy):
                return due
            busy.append(wish)
        return None


def wish_of(due: Due) -> Wish:
    """What must not run while this cycle does."""
    flows = (due.flow, *FLOWS[due.flow].excludes)
    return Wish(due.connection.settings.company, frozenset(flows))

"""Whose turn it is: the cycles of one company that exclude each other run one after the other, first come first."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

#: Seconds after which a waiting cycle looks whether the hub is being stopped.
LOOK = 1.0


@dataclass(frozen=True, eq=False)
class Wish:
    """A cycle that wants to run: its own flow, and those that must not run meanwhile."""

    company: str
    flows: frozenset[str]

    def excludes(self, other: Wish) -> bool:
        """Whether the two must not run at the same time."""
        return self.company == other.company and not self.flows.isdisjoint(other.flows)


@dataclass(eq=False)
class Turns:
    """The running cycles of this process, and the queue of those that wait."""

    _running: list[Wish] = field(default_factory=list)
    _queue: list[Wish] = field(default_factory=list)
    _changed: threading.Condition = field(default_factory=threading.Condition)

    @contextmanager
    def turn(self, company: str, flows: Iterable[str], stopping: Callable[[], bool]) -> Iterator[bool]:
        """Wait in the queue, then run; False when the hub was stopped meanwhile."""
        wish = Wish(company, frozenset(flows))
        granted = self._wait(wish, stopping)
        try:
            yield granted
        finally:
            with self._changed:
                if granted:
                    self._running.remove(wish)
                self._changed.notify_all()

    def _wait(self, wish: Wish, stopping: Callable[[], bool]) -> bool:
        with self._changed:
            self._queue.append(wish)
            try:
                while not self._is_first(wish):
                    if stopping():
                        return False
                    self._changed.wait(LOOK)
                self._running.append(wish)
                return True
            finally:
                self._queue.remove(wish)

    def _is_first(self, wish: Wish) -> bool:
        before = self._queue[: self._queue.index(wish)]
        return not any(wish.excludes(other) for other in (*self._running, *before))

    def somebody_waits(self, company: str, flows: Iterable[str]) -> bool:
        """Whether another cycle waits for the one that runs these flows to end."""
        mine = Wish(company, frozenset(flows))
        with self._changed:
            return any(mine.excludes(other) for other in self._queue)

    def wishes(self) -> list[Wish]:
        """Those of the cycles that run, and of those that wait for them."""
        with self._changed:
            return [*self._running, *self._queue]

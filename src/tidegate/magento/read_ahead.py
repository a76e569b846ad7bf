"""What one search has brought of several orders, for the writes that follow it: each answer serves once.

Before anything is written to an order it is looked at (contract, points 1 and 18). A look that several orders share
costs one call instead of one each. It must not become a memory: an answer is used once, so that whatever is written
or refused leads to a new look, and only while it is fresh, so that people who work on the order meanwhile are seen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Generic, TypeVar

from tidegate.clock import Clock
from tidegate.domain.errors import Code, Failure

#: Seconds (own choice): a look at one order and its write are a second or two apart in a slow store, too.
FRESH = 5.0
#: Orders that one search asks for; the store's page limit may be lower.
TOGETHER = 50

T = TypeVar("T")


class ReadAhead(Generic[T]):
    """Answers by order id."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._answers: dict[int, T] = {}
        self._until = 0.0
        self._failed: Failure | None = None

    def forget(self) -> None:
        """Another round begins."""
        self._answers, self._failed = {}, None

    def is_wanted(self, order_ids: Sequence[int]) -> bool:
        """Whether these orders are worth a search: there are several, and the first one has no answer.

        For a while none is made after one that failed: each order is read alone then.
        """
        if len(order_ids) < 2 or self._has(order_ids[0]):
            return False
        return self._failed is None or self._clock.monotonic() >= self._until

    def keep(self, answers: Mapping[int, T] | Failure) -> None:
        """These and no others, from now on; or why the search failed."""
        if isinstance(answers, Failure):
            self._answers, self._failed = {}, answers
        else:
            self._answers, self._failed = dict(answers), None
        self._until = self._clock.monotonic() + FRESH

    def take(self, order_id: int) -> T | Failure | None:
        """The answer, this once; None when there is none, or it is too old, and the order is to be read alone."""
        if self._failed is not None and self._clock.monotonic() < self._until:
            return self.refusal
        return self._answers.pop(order_id, None) if self._has(order_id) else None

    @property
    def refusal(self) -> Failure | None:
        """The failure of the last search where it says that no other call may be made now.

        The store refused the hub, is closed or asks for a pause. Server trouble may be of one order among them, which
        only reading alone shows.
        """
        failed = self._failed
        closed = failed is not None and failed.ends_cycle and failed.code is not Code.SERVER_TROUBLE
        return failed if closed else None

    def _has(self, order_id: int) -> bool:
        return order_id in self._answers and self._clock.monotonic() < self._until

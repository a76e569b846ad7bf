"""What is in doubt, batch by batch, for the look-up that comes before anything is sent again."""

from __future__ import annotations

from collections.abc import Iterator

from tidegate.flows.cycle import Cycle
from tidegate.flows.writing.attempts import settled_before
from tidegate.ledger import queue
from tidegate.ledger.queue import Item


def in_doubt(cycle: Cycle, step: str, size: int) -> Iterator[list[Item]]:
    """Records whose last attempt can have no effect any more, `size` at a time, while the company may be called.

    A look-up proves that a record is absent only after the time in which an unanswered call may still take effect
    (`settle_minutes` of the company): a server may finish what its caller gave up.
    """
    last: Item | None = None
    while cycle.may_call_company():
        items = queue.in_doubt(cycle.name, cycle.flow, step, settled_before(cycle), size, after=last)
        if not items:
            return
        last = items[-1]
        cycle.keep_lease()
        yield items

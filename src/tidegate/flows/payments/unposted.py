"""Receipts of a company whose product takes none: skipped with the reason, instead of waiting for ever."""

from __future__ import annotations

from tidegate.domain.states import State
from tidegate.domain.verdict import Verdict
from tidegate.flows.cycle import Cycle
from tidegate.ledger import lookups

WHY = "Tidegate cannot post receipts in this Sage product: post this one by hand"


def skip_all(cycle: Cycle, steps: tuple[str, ...], size: int) -> None:
    """Skip what waits of these steps (by their beginnings), `size` documents at a time."""
    after = 0
    while orders := lookups.open_by_source(
        cycle.name,
        cycle.flow,
        cycle.now(),
        doubtful_before=cycle.started,
        limit=size,
        after_source=after,
    ):
        after = orders[-1][0]
        cycle.keep_lease()
        waiting = [item for _, items in orders for item in items if item.state is State.QUEUED]
        cycle.apply([Verdict(item.id, "n", text=WHY) for item in waiting if item.step.startswith(steps)])

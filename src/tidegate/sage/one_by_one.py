"""Orders of a product that takes one with a call."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from tidegate.sage.port.orders import OrderWriting, Prepared
from tidegate.sage.port.outcomes import Outcome


def one_by_one(
    about: OrderWriting, batch: Sequence[Prepared], send: Callable[[Prepared], Outcome]
) -> Iterator[tuple[str, Outcome]]:
    """Each order's key and what `send` made of it. ValueError for more than the product takes."""
    if len(batch) > about.orders_per_call:
        raise ValueError(f"internal error: one call can carry one order, not {len(batch)}")
    for one in batch:
        yield one.order.key, send(one)

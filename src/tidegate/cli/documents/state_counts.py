"""Where everything that was read is: counts that several documents have."""

from __future__ import annotations

from tidegate.cli.documents.shape import Shape


class StateCounts(Shape):
    """How many deliveries are in each state; `read` is all of them."""

    read: int
    confirmed: int
    handed_over: int
    waiting: int
    in_doubt: int
    review: int
    held: int
    cancelled: int
    skipped: int

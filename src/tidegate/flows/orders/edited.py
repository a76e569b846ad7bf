"""What users have edited of orders that are about to be sent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from tidegate.domain.orders.edits import UNEDITED, Edits, edits_of
from tidegate.ledger import edits
from tidegate.ledger.queue import Item


def of(items: Sequence[Item]) -> dict[int, Edits]:
    """The edits of each delivery, by its id."""
    kept = edits.in_force([item.id for item in items])
    return {item.id: edits_of(kept[item.id]) if item.id in kept else UNEDITED for item in items}


def day_of(item: Item) -> date | None:
    """The date that a person has given this document; None without one."""
    return of([item])[item.id].day


def difference_of(item: Item) -> Decimal:
    """The difference of the totals that a person has accepted for this order."""
    return of([item])[item.id].difference

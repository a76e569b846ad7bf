"""Orders of a batch are prepared from one reading of the names that they refer to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from tidegate.domain.errors import Failure
from tidegate.domain.missing import together
from tidegate.domain.orders.gaps import Named
from tidegate.domain.orders.sales_order import SalesOrder
from tidegate.sage.port.orders import Prepared

Known = TypeVar("Known")


def prepare_each(
    orders: Sequence[SalesOrder],
    read: Callable[[Sequence[SalesOrder]], Known | Failure],
    prepare: Callable[[SalesOrder, Known], Prepared | Failure],
) -> list[Prepared | Failure]:
    """Every order by what was read; a reading that failed is every order's failure. No orders, no reading."""
    if not orders:
        return []
    known = read(orders)
    if isinstance(known, Failure):
        return [known] * len(orders)
    return [prepare(order, known) for order in orders]


def lacking_each(
    orders: Sequence[Named],
    read: Callable[[Sequence[Named]], Known | Failure],
    missing: Callable[[Named, Known], Iterable[Failure]],
) -> list[Failure | None]:
    """What the company lacks of each; a reading that failed says nothing about a record. No orders, no reading."""
    if not orders:
        return []
    known = read(orders)
    if isinstance(known, Failure):
        return [None] * len(orders)
    found = [together(missing(order, known)) for order in orders]
    return [one if one is not None and one.missing is not None else None for one in found]

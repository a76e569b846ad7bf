"""Reads a part of a window whatever the store's order: by ranges of the entity ids.

A range is read when as many rows came as the store counts in it; else it is cut in two. Slower than
going by the last row, but it relies on nothing but the filters.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

from tidegate.domain.errors import Failure
from tidegate.magento.answer import may_be_one_record
from tidegate.magento.progress import Key, Progress, Stretch
from tidegate.magento.search import Filter, Search
from tidegate.magento.unreadable_orders import Row, UnreadableOrder, UnreadableOrders, contradiction

T = TypeVar("T")
Range = tuple[int, int | None, bool]
"""From an id to below another, and whether a larger range with it could not be served."""


def read_by_ids(
    part: Search, unreadable_orders: UnreadableOrders, progress: Progress[T], size: int, after: Key | None
) -> Iterator[Stretch[T]]:
    """The rows of `part`, all of which lie behind `after`. Ends after the first stretch with a failure."""
    ranges: list[Range] = [(0, None, False)]
    while ranges:
        low, high, suspect = ranges.pop()
        inside = part.where(Filter("entity_id", "gteq", low)) if low else part
        if high is not None:
            inside = inside.where(Filter("entity_id", "lt", high))
        # One failure may be a hiccup. On the way down to one order, halving is itself the second try.
        page = unreadable_orders.page(inside, size, twice=not suspect)
        if isinstance(page, Failure):
            smaller = _halves(page, part, unreadable_orders, low, high)
            if isinstance(smaller, Failure):
                yield Stretch(failure=smaller)
                return
            if smaller:
                ranges += smaller
                continue
            stretch = found(unreadable_orders.single(low, part, page), progress, after)
            if not unreadable_orders.left_out:
                ranges.append((low, high, suspect))
        else:
            total, rows = page
            values = progress.take(rows, after)
            stretch = Stretch(failure=values) if isinstance(values, Failure) else progress.stretch(values)
            if len(rows) < total:
                cut = _cut([row.head.entity_id for row in rows], low, high)
                if cut is None:
                    stretch = Stretch(failure=contradiction(total))
                else:
                    ranges += [(cut, high, suspect), (low, cut, suspect)]
        yield stretch
        if stretch.failure is not None:
            return


def found(
    what: Row | UnreadableOrder | Failure | None, progress: Progress[T], cursor: Key | None
) -> Stretch[T]:
    """What the search for one bad order brought: the order after all, its name, an outage, or nothing."""
    if isinstance(what, Failure):
        return Stretch(failure=what)
    if isinstance(what, UnreadableOrder):
        failure = progress.hold(what, cursor)
        return Stretch(upto=progress.safe, failure=failure)
    values = progress.take([what] if what else [], cursor)
    return Stretch(failure=values) if isinstance(values, Failure) else progress.stretch(values)


def _halves(
    failure: Failure, part: Search, unreadable_orders: UnreadableOrders, low: int, high: int | None
) -> list[Range] | Failure:
    """The halves of a range that cannot be served; none when it is down to one id."""
    if not may_be_one_record(failure):
        return failure
    if high is None:
        outage = unreadable_orders.answers_nothing()
        if outage is not None:
            return outage
        bound = unreadable_orders.bound(part)
        if isinstance(bound, Failure):
            return bound
        high = max(bound, low + 1)
    if high - low <= 1:
        return []
    middle = (low + high) // 2
    return [(middle, high, True), (low, middle, True)]


def _cut(ids: list[int], low: int, high: int | None) -> int | None:
    """An id strictly inside of the range, with received rows on both sides where possible."""
    middle = max(sorted(ids)[len(ids) // 2], low + 1)
    return middle if high is None or middle < high else None

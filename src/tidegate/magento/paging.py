"""Reads a whole list page by page: smaller where a page takes too long, and to an end, whatever is counted.

For lists without a strict order of their own; the orders have `traversal`. Rows are distinguished by a key: a row
that moves between two pages comes once, and a store that shows its last page for ever is noticed.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Protocol, TypeVar

from tidegate.domain.errors import Code, Failure
from tidegate.magento.answer import TOO_MUCH
from tidegate.magento.client import StoreClient
from tidegate.magento.search import Search

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

SMALLEST = 10  #: rows; a page that does not come at this size has another reason
MOST_PAGES = 20_000  #: a read that has not ended by then never will


class Page(Protocol[T_co]):
    """A page of a list."""

    @property
    def total_count(self) -> int:
        """How many rows the list has, by the store's word."""
        ...

    @property
    def items(self) -> Sequence[T_co] | None:
        """The rows of this page."""
        ...


def read_pages(
    client: StoreClient,
    path: str,
    search: Search,
    ask: Callable[[Search], Page[T] | Failure],
    *,
    size: int,
    key: Callable[[T], Hashable],
    whole: bool = False,
) -> list[T] | Failure:
    """All rows of a sorted search; `ask` reads one page of `path`. `whole`: rows that are counted and not shown are a failure."""
    found: dict[Hashable, T] = {}
    unreadable = 0  #: rows that came and were parked: counted by the store, not in `found`
    now, number = client.page_size(path, size), 1
    for _ in range(MOST_PAGES):
        page = ask(search.sized(now, number))
        if isinstance(page, Failure) and not shrunk(client, path, now, page):
            return page
        smaller = client.page_size(path, now)
        if smaller < now or isinstance(page, Failure):
            # the shop has just taught its limit: the same page number is another page now
            now, number = smaller, (len(found) + unreadable) // smaller + 1
            continue
        known, rows = len(found), page.items or ()
        found.update((key(row), row) for row in rows)
        bad = getattr(page, "count", len(rows)) - len(rows)
        unreadable += bad
        if len(found) + unreadable >= page.total_count:
            return list(found.values())
        if len(found) == known and not bad:
            return _hidden(path, page.total_count, known) if whole else list(found.values())
        number += 1
    return _hidden(path, 0, len(found))


def shrunk(client: StoreClient, path: str, size: int, failure: Failure) -> bool:
    """Whether a page that did not come is worth another try, smaller: by what a tiny read says."""
    if TOO_MUCH not in failure.details or size <= SMALLEST:
        return False
    if isinstance(client.server_time(), Failure):
        return False  # not the size: it is an outage
    client.learn_page_size(path, max(size // 4, SMALLEST))
    return True


def _hidden(path: str, counted: int, shown: int) -> Failure:
    text = f"the store counts {counted} rows of {path} but shows {shown}: which rows are missing is not known"
    return Failure(Code.SERVER_TROUBLE, text, sent=False)

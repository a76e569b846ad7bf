"""Reads a whole window of a list, and loses nothing on the way.

Pages are cut by the last row read (keyset), never by page number: rows leave the window while it is
read, and every row behind them would move up one place. The store's word is checked: its sort order by
the order received, its page size by what came, its completeness by `total_count`. A page that cannot
be served is halved down to the one order that breaks it (contract points 14 to 16, 24; magento2#36213).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from itertools import pairwise
from typing import Generic, Protocol, TypeVar

from tidegate.domain.errors import Failure
from tidegate.magento.answer import TOO_MUCH, may_be_one_record
from tidegate.magento.client import StoreClient
from tidegate.magento.id_ranges import found, read_by_ids
from tidegate.magento.progress import Key, Progress, Stretch
from tidegate.magento.search import Search
from tidegate.magento.unreadable_orders import PATH, Row, UnreadableOrders
from tidegate.magento.wire import WireHead

T = TypeVar("T")

SMALLEST = 10  #: rows; smaller page sizes are of one bad order, not of the store


class Listing(Protocol):
    """One window of the orders, in one strict order."""

    @property
    def fields(self) -> str:
        """The fields of one order that are asked for; "" for all of them."""
        ...

    def after(self, key: Key | None) -> Search:
        """The rows behind `key`, sorted."""
        ...

    def between(self, after: Key | None, upto: Key | None) -> Search:
        """The rows behind `after`, up to and with `upto`, in any order."""
        ...

    def key(self, head: WireHead) -> Key:
        """The place of a row."""
        ...


class Traversal(Generic[T]):
    """One reading of one window; `read` turns a row into a value, or says why it cannot."""

    def __init__(
        self,
        client: StoreClient,
        listing: Listing,
        read: Callable[[Row], T | Failure],
        *,
        page_size: int,
        skip_ids: Collection[int] = (),
        highest_known: int = 0,
        limit: int = 20,
    ) -> None:
        self._client = client
        self._listing = listing
        self._page_size = max(page_size, 1)
        self._unreadable_orders = UnreadableOrders(client, listing.fields, skip_ids, highest_known)
        self._progress = Progress(read, limit)
        self._cursor: Key | None = None
        self._expected: int | None = None  #: rows left behind the cursor, by the last `total_count`
        self._size = self._page_size
        self._failed_size = 0  #: the page size at which the present trouble began
        self._too_much = False  #: whether it was a time-out
        self._suspect = 0  #: so many rows behind the cursor hold one that breaks the page; 0 = none known

    def stretches(self) -> Iterator[Stretch[T]]:
        """The window, one page at a time. The last stretch is `done` or has a `failure`."""
        going_on = True
        while going_on:
            self._size = self._client.page_size(PATH, self._size)
            # One failure may be a hiccup. On the way down to one order, halving is itself the second try.
            twice = not self._suspect or self._size == 1
            page = self._unreadable_orders.page(self._listing.after(self._cursor), self._size, twice=twice)
            step = self._failed(page) if isinstance(page, Failure) else self._served(*page)
            for stretch in step:
                yield stretch
                going_on = not stretch.done and stretch.failure is None

    def _failed(self, failure: Failure) -> Iterator[Stretch[T]]:
        """A page did not come: an outage, or half of it is tried, down to the order that breaks it."""
        if not may_be_one_record(failure):
            yield Stretch(failure=failure)
            return
        if not self._suspect or self._size == 1:
            outage = self._unreadable_orders.answers_nothing()
            if outage is not None:
                yield Stretch(failure=outage)
                return
        if not self._suspect:
            self._failed_size, self._too_much = self._size, TOO_MUCH in failure.details
        if self._size > 1:
            self._suspect, self._size = self._size, self._size // 2
            return
        culprit = self._unreadable_orders.at_the_head(self._listing.after(self._cursor), failure)
        if self._unreadable_orders.left_out and self._expected is not None:
            self._expected -= 1
        self._suspect, self._size = 0, self._page_size
        yield found(culprit, self._progress, self._cursor)

    def _served(self, total: int, rows: list[Row]) -> Iterator[Stretch[T]]:
        """A page came: is it in order, and does it follow the last one without a gap?"""
        values = self._progress.take(rows, self._cursor)
        if isinstance(values, Failure):
            yield Stretch(failure=values)
            return
        keys = [self._listing.key(row.head) for row in rows]
        if not _ascending(keys, self._cursor):
            # The store does not sort as it was asked to. What is left is read without relying on it, the
            # last page's stretch included: that page may have been in order by chance.
            yield self._progress.stretch(values)
            yield from self._by_ids(self._progress.verified, None)
            return
        if self._expected is not None and total < self._expected:
            # Fewer rows are left than should be. They moved on while we read, or the last page left some
            # out: only another reading of its stretch, in any order, can tell.
            for stretch in self._by_ids(self._progress.verified, self._cursor):
                yield stretch
                if stretch.failure is not None:
                    return
        self._progress.verified = self._cursor
        if len(rows) == total:
            yield self._progress.end(values)
            return
        # A count below what came is none to rely on; the traversal then ends at an empty page.
        self._expected = total - len(rows) if total > len(rows) else None
        self._cursor = keys[-1]
        self._narrow(len(rows))
        yield self._progress.stretch(values)

    def _by_ids(self, after: Key | None, upto: Key | None) -> Iterator[Stretch[T]]:
        """A part of the window in any order; behind the last of it the traversal is done."""
        part = self._listing.between(after, upto)
        for stretch in read_by_ids(part, self._unreadable_orders, self._progress, self._size, after):
            yield stretch
            if stretch.failure is not None:
                return
        if upto is None:
            yield self._progress.end([])

    def _narrow(self, read: int) -> None:
        """So many rows were read well: where must the bad one be now?"""
        if not self._suspect:
            return
        self._suspect = max(self._suspect - read, 0)
        if not self._suspect:
            # No order was bad: the page was too large, for the store's patience or for ours.
            self._page_size = max(self._failed_size // 2, 1)
            if self._too_much and self._page_size >= SMALLEST:
                self._client.learn_page_size(PATH, self._page_size)
        self._size = max(self._suspect // 2, 1) if self._suspect else self._page_size


def _ascending(keys: list[Key], cursor: Key | None) -> bool:
    chain = keys if cursor is None else [cursor, *keys]
    return all(one < next_one for one, next_one in pairwise(chain))

"""Reads a whole window of a list, and loses nothing on the way.

Pages are cut by the last row read (keyset), never by page number: rows leave the window while it is
read, and every row behind them would move up one place. The store's word is checked: its sort order by
the order received, its page size by what came, its completeness by `total_count`. A page that cannot
be served is halved down to the one order that breaks it (contract points 14 to 16, 24; magento2#36213).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Generic, Protocol, TypeVar

from tidegate.domain.errors import Code, Failure
from tidegate.magento.answer import may_be_one_record
from tidegate.magento.client import StoreClient
from tidegate.magento.search import Filter, Search
from tidegate.magento.suspects import Row, Suspects, Unreadable
from tidegate.magento.wire import WireHead

T = TypeVar("T")

Key = tuple[str, int]
"""A row's place in the list's order; the last part is the entity id, so that no two rows tie."""

RELEASE_AFTER = 50
"""So many rows must read well after the last unreadable one before any is parked."""


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


@dataclass(frozen=True, slots=True)
class Stretch(Generic[T]):
    """What one step read. All rows of the window up to and with `upto` are read or named as unreadable."""

    rows: list[T] = field(default_factory=list)
    unreadable: list[Unreadable] = field(default_factory=list)
    upto: Key | None = None
    done: bool = False  #: the whole window is read
    failure: Failure | None = None  #: the walk ends here; nothing behind `upto` counts as read


class Walk(Generic[T]):
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
        self._read = read
        self._page_size = max(page_size, 1)
        self._limit = limit
        self._suspects = Suspects(client, listing.fields, skip_ids, highest_known)
        self._seen: dict[int, str] = {}
        self._verified: Key | None = None
        self._held: list[Unreadable] = []
        self._barrier: Key | None = None  #: where the walk stood when the first of `_held` was found
        self._good_since = 0
        self._bad = 0

    def stretches(self) -> Iterator[Stretch[T]]:
        """The window, one page at a time. The last stretch is `done` or has a `failure`."""
        cursor: Key | None = None
        before: Key | None = None  #: the cursor one page ago: up to there everything is proved to be read
        expected: int | None = None  #: what must be left in the window, by the last `total_count`
        size = self._size()
        suspect = 0  #: so many rows behind the cursor hold one that cannot be served; 0 = none known
        while True:
            size = min(size, self._size())
            page = self._suspects.page(self._listing.after(cursor), size, twice=not suspect or size == 1)
            if isinstance(page, Failure):
                if not may_be_one_record(page):
                    yield Stretch(failure=page)
                    return
                if not suspect and (outage := self._suspects.answers_nothing()) is not None:
                    yield Stretch(failure=outage)
                    return
                if size > 1:
                    suspect, size = size, size // 2
                    continue
                found = self._suspects.at_the_head(self._listing.after(cursor), page)
                stretch = self._took(found, cursor)
                yield stretch
                if stretch.failure:
                    return
                if self._suspects.excluded_last and expected is not None:
                    expected -= 1
                suspect, size = 0, self._size()
                continue

            total, rows = page
            keys = [self._listing.key(row.head) for row in rows]
            if total > 0 and not rows:
                yield Stretch(failure=contradiction(total))
                return
            fresh = self._values(rows, cursor)
            if isinstance(fresh, Failure):
                yield Stretch(failure=fresh)
                return
            if not _ascending(keys, cursor):
                # The store does not sort as it was asked to: what is left is read without relying on it.
                yield Stretch(fresh, upto=self._safe())
                yield from self._sift(cursor, None)
                if not self._ended_badly:
                    yield self._end()
                return
            if expected is not None and total < expected:
                # Fewer rows are left than should be: they moved on while we read, or the last page left
                # some out. Only reading that page's stretch again, in any order, can tell.
                yield from self._sift(before, cursor)
                if self._ended_badly:
                    return
            self._verified = cursor
            if len(rows) == total:
                yield self._end(fresh)
                return
            expected = total - len(rows) if total > len(rows) else None
            before, cursor = cursor, keys[-1] if keys else cursor
            yield Stretch(fresh, self._released(), self._safe())
            if suspect:
                suspect -= len(rows)
                size = max(suspect // 2, 1) if suspect > 0 else self._size()
                suspect = max(suspect, 0)

    _ended_badly = False

    def _sift(self, after: Key | None, upto: Key | None) -> Iterator[Stretch[T]]:
        """Read a part of the window without relying on any order: by halves of the entity ids."""
        base = self._listing.between(after, upto)
        ranges: list[tuple[int, int | None]] = [(0, None)]
        high: int | None
        while ranges:
            low, high = ranges.pop()
            search = _within(base, low, high)
            page = self._suspects.page(search, self._size(), twice=high is None)
            if isinstance(page, Failure):
                if may_be_one_record(page) and high is None:
                    page = self._suspects.answers_nothing() or page
                if not may_be_one_record(page):
                    yield self._stop(page)
                    return
                if high is None:
                    bound = self._suspects.bound(base)
                    if isinstance(bound, Failure):
                        yield self._stop(bound)
                        return
                    high = max(bound, low + 1)
                if high - low > 1:
                    middle = (low + high) // 2
                    ranges += [(middle, high), (low, middle)]
                    continue
                stretch = self._took(self._suspects.single(low, base, page), after)
                yield stretch
                if stretch.failure:
                    self._ended_badly = True
                    return
                if not self._suspects.excluded_last:
                    ranges.append((low, high))
                continue
            total, rows = page
            if total > 0 and not rows:
                yield self._stop(contradiction(total))
                return
            fresh = self._values(rows, after)
            if isinstance(fresh, Failure):
                yield self._stop(fresh)
                return
            yield Stretch(fresh, upto=self._safe())
            if len(rows) < total:
                cut = _split([row.head.entity_id for row in rows], low, high)
                if cut is None:
                    yield self._stop(contradiction(total))
                    return
                ranges += [(cut, high), (low, cut)]

    def _size(self) -> int:
        return min(self._page_size, self._client.page_limit or self._page_size)

    def _values(self, rows: list[Row], cursor: Key | None) -> list[T] | Failure:
        """The rows not seen before, as values. A row that has changed since is seen again."""
        values: list[T] = []
        for row in rows:
            head = row.head
            if self._seen.get(head.entity_id) == head.updated_at:
                continue
            value = self._read(row)
            if isinstance(value, Failure):
                if value.code != Code.MALFORMED:
                    return value
                failure = self._hold(Unreadable(head.entity_id, value.text, value.code), cursor)
                if failure is not None:
                    return failure
            else:
                values.append(value)
                self._good_since += 1
            self._seen[head.entity_id] = head.updated_at
            self._suspects.saw(head.entity_id)
        return values

    def _took(self, found: Row | Unreadable | Failure | None, cursor: Key | None) -> Stretch[T]:
        """What the search for one bad order brought: the order after all, its name, or an outage."""
        if isinstance(found, Failure):
            return Stretch(failure=found)
        if isinstance(found, Unreadable):
            return Stretch(upto=self._safe(), failure=self._hold(found, cursor))
        fresh = self._values([found] if found else [], cursor)
        return Stretch(failure=fresh) if isinstance(fresh, Failure) else Stretch(fresh, upto=self._safe())

    def _hold(self, one: Unreadable, cursor: Key | None) -> Failure | None:
        self._bad += 1
        if self._bad > self._limit:
            text = (
                f"more than {self._limit} orders of this read cannot be read: the store is in trouble, or it "
                f"answers differently than before. None of them is set aside. The last one: {one.text}"
            )
            return Failure(Code.SERVER_TROUBLE, text, sent=False)
        if not self._held:
            self._barrier = cursor
        self._held.append(one)
        self._good_since = 0
        return None

    def _released(self) -> list[Unreadable]:
        if not self._held or self._good_since < RELEASE_AFTER:
            return []
        held, self._held = self._held, []
        return held

    def _safe(self) -> Key | None:
        """How far everything is read or named to the caller."""
        if not self._held or self._verified is None:
            return self._verified
        return None if self._barrier is None else min(self._barrier, self._verified)

    def _end(self, fresh: list[T] | None = None) -> Stretch[T]:
        held, self._held = self._held, []
        return Stretch(fresh or [], held, self._verified, done=True)

    def _stop(self, failure: Failure) -> Stretch[T]:
        self._ended_badly = True
        return Stretch(failure=failure)


def contradiction(total: int) -> Failure:
    """The store counts rows that it does not show."""
    text = f"the store counts {total} more orders in this window but shows none of them"
    return Failure(Code.SERVER_TROUBLE, text, sent=False)


def _ascending(keys: list[Key], cursor: Key | None) -> bool:
    chain = keys if cursor is None else [cursor, *keys]
    return all(one < next_one for one, next_one in pairwise(chain))


def _within(base: Search, low: int, high: int | None) -> Search:
    if low > 0:
        base = base.where(Filter("entity_id", "gteq", low))
    return base if high is None else base.where(Filter("entity_id", "lt", high))


def _split(ids: list[int], low: int, high: int | None) -> int | None:
    """An id strictly inside of the range, with received rows on both sides where possible."""
    middle = sorted(ids)[len(ids) // 2]
    if middle <= low:
        middle = low + 1
    return middle if high is None or middle < high else None

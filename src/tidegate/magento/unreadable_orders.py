"""Finding the one order that the store cannot serve, and making sure that it is not the store.

A search for one bad order only ever filters by entity id, asks for one row at a time, and ends with a
name only after the store has answered another read well in between.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from tidegate.domain.errors import Code, Failure
from tidegate.magento.answer import garbage, may_be_one_record, status_of
from tidegate.magento.client import StoreClient
from tidegate.magento.reading import read_head
from tidegate.magento.search import NO_ORDER, Filter, Search, fields_query
from tidegate.magento.wire import WireHead, WirePage
from tidegate.reading.shape import Shape

PATH = "/V1/orders"
HIGHEST_ID = 2**32  #: entity ids are unsigned 32-bit numbers
LONGEST_SKIP = 300  #: ids in one `nin`: web servers refuse addresses beyond some 8000 characters
PROOFS = 2  #: so many further tries, each after a good read, before an order is named
MISSES = 3  #: so often the search may end at an order that reads well

_PAGE: Shape[WirePage] = Shape(WirePage)
_RAW: Shape[dict[str, Any]] = Shape(dict[str, Any])


@dataclass(frozen=True, slots=True)
class Row:
    """One entry of a list, still as the store gave it."""

    head: WireHead
    raw: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class UnreadableOrder:
    """One order that has to be set aside, by its id; `code` is UNREADABLE or MALFORMED."""

    entity_id: int
    text: str
    code: Code = Code.UNREADABLE


class UnreadableOrders:
    """The list reads of one traversal, with the ids that are left out of them."""

    def __init__(
        self, client: StoreClient, fields: str, skip_ids: Collection[int], highest_known: int
    ) -> None:
        self._client = client
        self._fields = fields
        # Newest first: where there are too many to name, old ones are found again, and named again.
        self._excluded = sorted(skip_ids, reverse=True)[:LONGEST_SKIP]
        self._highest = max([highest_known, 0, *skip_ids])
        self._last_good: int | None = None
        self._misses = 0
        self.left_out = False
        """Whether the last search for a bad order has taken one out of the following reads."""

    def page(self, search: Search, size: int, *, twice: bool = False) -> tuple[int, list[Row]] | Failure:
        """One page: how many rows the search has, and those that came; tried again at once if `twice`."""
        page = self._proved(search, size)
        if twice and isinstance(page, Failure) and may_be_one_record(page):
            page = self._proved(search, size)
        return page

    def _proved(self, search: Search, size: int) -> tuple[int, list[Row]] | Failure:
        """A page that shows something if it counts something."""
        page = self._page(search, size)
        if isinstance(page, Failure) or page[1] or page[0] <= 0:
            return page
        again = self._page(search, size)  # the rows are counted after they are read: they may have left
        if isinstance(again, Failure) or again[1] or again[0] <= 0:
            return again
        return contradiction(again[0])

    def _page(self, search: Search, size: int) -> tuple[int, list[Row]] | Failure:
        if self._excluded:
            search = search.where(Filter("entity_id", "nin", self._excluded))
        if self._fields:
            search = search.only(f"items[{self._fields}],total_count")
        page = self._client.search(PATH, search.sized(size), _PAGE)
        if isinstance(page, Failure):
            # a page that is none is the store's trouble until one order is found to be the reason
            return page if page.code is not Code.MALFORMED else replace(page, code=Code.SERVER_TROUBLE)
        rows: list[Row] = []
        for raw in page.items or []:
            head = read_head(raw)
            if isinstance(head, Failure):
                return garbage(f"GET {PATH}", True, head.text)
            rows.append(Row(head, raw))
            self._last_good = head.entity_id
            self._highest = max(self._highest, head.entity_id)
        return page.total_count, rows

    def answers_nothing(self) -> Failure | None:
        """The failure of a read that touches no order: then no order is the reason."""
        page = self.page(Search().where(NO_ORDER), 1)
        return _outage(page) if isinstance(page, Failure) else None

    def at_the_head(self, search: Search, failure: Failure) -> Row | UnreadableOrder | Failure | None:
        """The first order of a sorted search, which breaks every read that begins with it.

        Of two halves of the ids, that one breaks whose own first order it is. So one row a call is
        asked for, and the path leads to it whatever else is in the window.
        """
        self.left_out = False
        low, high, step = 0, self._highest + 1, 256
        while True:
            breaks = self._breaks(search, low, high)
            if isinstance(breaks, Failure):
                return breaks
            if breaks:
                break
            if high >= HIGHEST_ID:
                return self._missed(failure)
            low, high, step = high, min(high + step, HIGHEST_ID), step * 8
        while high - low > 1:
            middle = (low + high) // 2
            breaks = self._breaks(search, low, middle)
            if isinstance(breaks, Failure):
                return breaks
            low, high = (low, middle) if breaks else (middle, high)
        return self.single(low, search, failure)

    def _breaks(self, search: Search, low: int, high: int) -> bool | Failure:
        page = self.page(search.where(*_ids(low, high)), 1)
        if not isinstance(page, Failure):
            return False
        return True if may_be_one_record(page) else page

    def bound(self, search: Search) -> int | Failure:
        """An id that is above all orders of the search."""
        high, step = self._highest + 1, 256
        while high < HIGHEST_ID:
            page = self.page(search.where(Filter("entity_id", "gteq", high)), 1)
            if isinstance(page, Failure):
                if not may_be_one_record(page):
                    return page
            elif page[0] == 0:
                return high
            high, step = high + step, step * 8
        return HIGHEST_ID

    def single(
        self, entity_id: int, search: Search, failure: Failure
    ) -> Row | UnreadableOrder | Failure | None:
        """One order alone: read after all, named as unreadable, gone (None), or the store is at fault."""
        self.left_out = False
        alone = search.where(Filter("entity_id", "eq", entity_id))
        page = self.page(alone, 1)
        if not isinstance(page, Failure):
            outage = self._missed(failure)
            return page[1][0] if page[1] and outage is None else outage
        if not may_be_one_record(page):
            return page
        if (outage := self.another_reads(entity_id)) is not None:
            return outage
        raw = self._client.get_as(f"{PATH}/{entity_id}", _RAW, fields_query(self._fields))
        if isinstance(raw, Failure):
            if not may_be_one_record(raw) and status_of(raw) != 404:
                return raw
            # Once more and again, with good reads in between: a store that fails now and then is not this
            # order's fault, and an order may have been deleted in the meantime.
            for _ in range(PROOFS):
                if (outage := self.another_reads(entity_id)) is not None:
                    return outage
                if not isinstance(self._page(alone, 1), Failure):
                    return self._missed(failure)
            return self._exclude(UnreadableOrder(entity_id, f"order {entity_id} cannot be read: {raw.text}"))
        head = read_head(raw)
        if isinstance(head, Failure) or head.entity_id != entity_id:
            return self._exclude(
                UnreadableOrder(entity_id, (f"order {entity_id} cannot be read: the answer is not an order"))
            )
        # It reads alone but breaks every list: taken from here, left out there.
        return self._exclude(Row(head, raw))

    def _exclude(self, found: Row | UnreadableOrder) -> Row | UnreadableOrder:
        entity_id = found.head.entity_id if isinstance(found, Row) else found.entity_id
        self._excluded = [entity_id, *self._excluded]
        self.left_out = True
        return found

    def another_reads(self, entity_id: int) -> Failure | None:
        """None when some other order can be read now; else the failure that is then an outage.

        Tried are the last one that was read, the neighbours, the oldest, the newest and some
        in between. A shop without any other order is believed when it says so.
        """
        others = Search().where(Filter("entity_id", "neq", entity_id))
        tries = [
            Search().where(Filter("entity_id", "lt", entity_id)).sorted_by("entity_id", "DESC"),
            Search().where(Filter("entity_id", "gt", entity_id)).sorted_by("entity_id", "ASC"),
            others.sorted_by("entity_id", "ASC"),
            others.sorted_by("entity_id", "DESC"),
        ]
        eighth = max(self._highest, entity_id) // 8 + 1
        tries += [others.where(*_ids(low, low + eighth)) for low in range(0, 8 * eighth, eighth)]
        if self._last_good is not None:
            tries.insert(0, Search().where(Filter("entity_id", "eq", self._last_good)))
        last: Failure | None = None
        for one in tries:
            page = self.page(one, 1)
            if not isinstance(page, Failure):
                if page[1]:
                    return None
            elif may_be_one_record(page):
                last = page
            else:
                return page
        return _outage(last) if last is not None else None

    def _missed(self, failure: Failure) -> Failure | None:
        """The trail ended at nothing: the store fails now and then, and no order is to blame."""
        self._misses += 1
        return _outage(failure) if self._misses > MISSES else None


def _ids(low: int, high: int) -> tuple[Filter, Filter]:
    return Filter("entity_id", "gteq", low), Filter("entity_id", "lt", high)


def contradiction(total: int) -> Failure:
    """The store counts rows that it does not show."""
    text = (
        f"the store counts {total} more orders but shows none of them: an extension or a restricted role "
        "hides them"
    )
    return Failure(Code.SERVER_TROUBLE, text, sent=False)


def _outage(failure: Failure) -> Failure:
    """The store is in trouble as a whole; nobody shall look for one bad order any more."""
    return Failure(failure.code, failure.text, failure.retry_after, sent=False)

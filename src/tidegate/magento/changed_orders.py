"""Orders that changed lately, and those that an earlier reading had to leave out, by id."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from tidegate.domain.errors import Failure
from tidegate.magento.client import StoreClient
from tidegate.magento.progress import Key
from tidegate.magento.search import Filter, Search
from tidegate.magento.traversal import Traversal
from tidegate.magento.unreadable_orders import Row, UnreadableOrder
from tidegate.magento.wire import WireHead

AT_ONCE = 100  #: ids in one filter: web servers refuse addresses beyond some 8000 characters
MOST_BAD = 20  #: more unreadable orders among the changed ones are the store's trouble


@dataclass(frozen=True, slots=True)
class ById:
    """The orders of one filter, by id: those placed while it is read come at its end."""

    which: Filter
    fields: str

    def after(self, key: Key | None) -> Search:
        """Sorted by id."""
        return self.between(key, None).sorted_by("entity_id")

    def between(self, after: Key | None, upto: Key | None) -> Search:
        """The orders behind `after`, up to `upto`. Without an upper bound of time: none is too new."""
        search = Search().where(self.which, Filter("entity_id", "gteq", 0 if after is None else after[1] + 1))
        return search if upto is None else search.where(Filter("entity_id", "lteq", upto[1]))

    def key(self, head: WireHead) -> Key:
        """The id alone."""
        return ("", head.entity_id)


class HasId(Protocol):
    """One order as a caller reads it."""

    @property
    def entity_id(self) -> int:
        """Magento's id."""
        ...


T = TypeVar("T", bound=HasId)


@dataclass(frozen=True, slots=True)
class Changed(Generic[T]):
    """Those that could be read, and why each other one could not, by its id."""

    orders: list[T]
    unreadable: dict[int, str]


@dataclass(frozen=True, slots=True)
class ChangedOrders:
    """What a caller asks of the orders changed at or after `since`.

    `skip_ids` are known to be unreadable and left out; `missed` are read besides, whenever they changed.
    `highest_known` is the highest id that the caller knows.
    """

    since: datetime
    page_size: int
    skip_ids: Collection[int] = ()
    highest_known: int = 0
    missed: Collection[int] = ()

    def read(
        self, client: StoreClient, fields: str, value_of: Callable[[Row], T | Failure]
    ) -> Changed[T] | Failure:
        """All of them. Any failure that is not one order's is returned."""
        orders: dict[int, T] = {}
        unreadable: dict[int, str] = {}
        for which, most_bad in self._filters():
            traversal: Traversal[T] = Traversal(
                client,
                ById(which, fields),
                value_of,
                page_size=self.page_size,
                skip_ids=self.skip_ids,
                highest_known=self.highest_known,
                limit=most_bad,
            )
            for stretch in traversal.stretches():
                orders.update({order.entity_id: order for order in stretch.rows})
                unreadable.update(_reasons(stretch.unreadable))
                if stretch.failure is not None:
                    return stretch.failure
        return Changed(list(orders.values()), unreadable)

    def _filters(self) -> Iterator[tuple[Filter, int]]:
        """The filters of the readings, with how many orders of each may be unreadable."""
        yield Filter("updated_at", "gteq", self.since), MOST_BAD
        for ids in _parts(sorted(set(self.missed) - set(self.skip_ids))):
            yield Filter("entity_id", "in", ids), AT_ONCE


def _parts(ids: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(ids), AT_ONCE):
        yield ids[start : start + AT_ONCE]


def _reasons(unreadable: Collection[UnreadableOrder]) -> dict[int, str]:
    return {each.entity_id: each.text for each in unreadable}

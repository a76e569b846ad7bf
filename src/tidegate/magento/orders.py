"""Reading orders: what changed, one alone, and all of them by number for the audit."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from tidegate.domain.errors import Code, Failure
from tidegate.domain.orders.order import Order
from tidegate.magento.answer import may_be_one_record, status_of
from tidegate.magento.client import StoreClient
from tidegate.magento.product_skus import ProductSkus
from tidegate.magento.progress import Key
from tidegate.magento.reading import STORE_VIEW, read_order
from tidegate.magento.search import Filter, Search, instant, utc_text
from tidegate.magento.traversal import Traversal
from tidegate.magento.unreadable_orders import PATH, Row, UnreadableOrder, UnreadableOrders
from tidegate.magento.wire import WireHead
from tidegate.reading.shape import Shape

__all__ = ["AuditPage", "AuditRow", "OrderPage", "OrderReader", "ReadResult", "Websites"]

AUDIT_FIELDS = "entity_id,increment_id,state,status,store_id,created_at,updated_at"
_RAW: Shape[dict[str, Any]] = Shape(dict[str, Any])


class Websites(Protocol):
    """Which website a store view belongs to."""

    def codes(self, *, fresh: bool = False) -> Mapping[int, str] | Failure:
        """Store view id -> website code; remembered unless `fresh`."""
        ...


@dataclass(frozen=True, slots=True)
class OrderPage:
    """One page of a read, to be committed as a whole: orders, unreadable ones and cursor together.

    Every order changed before `read_up_to` is in this or an earlier page, or named as unreadable.
    None means that nothing can be said yet. A page with a `failure` is the last one.
    """

    orders: list[Order] = field(default_factory=list)
    unreadable: list[UnreadableOrder] = field(default_factory=list)
    read_up_to: datetime | None = None
    done: bool = False
    failure: Failure | None = None


@dataclass(frozen=True, slots=True)
class ReadResult:
    """A whole read; each order once, in its newest revision."""

    orders: list[Order]
    unreadable: list[UnreadableOrder]
    read_up_to: datetime | None
    failure: Failure | None
    calls: int


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One order as the completeness audit sees it."""

    entity_id: int
    increment_id: str
    state: str
    status: str
    store_view_id: int
    website: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class AuditPage:
    """One page of an audit. All orders with ids up to `read_up_to` are in this or an earlier page."""

    rows: list[AuditRow] = field(default_factory=list)
    unreadable: list[UnreadableOrder] = field(default_factory=list)
    read_up_to: int = 0
    done: bool = False
    failure: Failure | None = None


@dataclass(frozen=True, slots=True)
class Changed:
    """Orders by `updated_at`, then id, from `since` (included) to `until` (excluded)."""

    since: datetime
    until: datetime
    fields: str = ""

    def after(self, key: Key | None) -> Search:
        """Sorted; ties on `updated_at` are normal, so the id decides (point 14)."""
        return self.between(key, None).sorted_by("updated_at").sorted_by("entity_id")

    def between(self, after: Key | None, upto: Key | None) -> Search:
        """(u, e) > (s, k) in the form that Magento knows: u >= s and (u > s or e > k)."""
        search = Search()
        if after is None:
            search = search.where(Filter("updated_at", "gteq", self.since))
        else:
            search = search.where(Filter("updated_at", "gteq", after[0])).any_of(
                Filter("updated_at", "gt", after[0]), Filter("entity_id", "gt", after[1])
            )
        if upto is None:
            return search.where(Filter("updated_at", "lt", self.until))
        return search.where(Filter("updated_at", "lteq", upto[0])).any_of(
            Filter("updated_at", "lt", upto[0]), Filter("entity_id", "lteq", upto[1])
        )

    def key(self, head: WireHead) -> Key:
        """Magento's dates sort as text."""
        return (head.updated_at, head.entity_id)


@dataclass(frozen=True, slots=True)
class ById:
    """Orders by id, in a range (`to_id` excluded), created since a date."""

    since_created: datetime
    from_id: int
    to_id: int | None
    fields: str = AUDIT_FIELDS

    def after(self, key: Key | None) -> Search:
        """Sorted by id."""
        return self.between(key, None).sorted_by("entity_id")

    def between(self, after: Key | None, upto: Key | None) -> Search:
        """The range behind `after`, up to `upto`."""
        low = self.from_id if after is None else after[1] + 1
        search = Search().where(
            Filter("created_at", "gteq", self.since_created), Filter("entity_id", "gteq", low)
        )
        if upto is not None:
            return search.where(Filter("entity_id", "lteq", upto[1]))
        return search if self.to_id is None else search.where(Filter("entity_id", "lt", self.to_id))

    def key(self, head: WireHead) -> Key:
        """The id alone."""
        return ("", head.entity_id)


class OrderReader:
    """Reads one store's orders. Nothing raises for what the store says."""

    def __init__(
        self, client: StoreClient, store_name: str, websites: Websites, *, unreadable_limit: int = 20
    ) -> None:
        self._client = client
        self._store = store_name
        self._websites = websites
        self._limit = unreadable_limit
        self.skus = ProductSkus(client)

    def pages(
        self,
        since: datetime,
        until: datetime,
        *,
        page_size: int = 100,
        skip_ids: Collection[int] = (),
        highest_known: int = 0,
    ) -> Iterator[OrderPage]:
        """Orders with `since` <= updated_at < `until`, page by page, in ascending order of change.

        Both bounds count in whole seconds (fractions are cut off). `skip_ids` are orders known to be
        unreadable: they are left out, see `read_one`. `highest_known` is the highest entity id that
        the caller knows. An order that changes while it is read may come twice, the newer one later.

        The last page is `done` (then `read_up_to` is `until`) or has a `failure`; with a failure
        nothing unread is skipped, and nothing is named unreadable that another read has not
        confirmed to be this order's fault alone.
        """
        until = instant(utc_text(until))
        traversal: Traversal[Order] = Traversal(
            self._client,
            Changed(since, until),
            self._order,
            page_size=page_size,
            skip_ids=skip_ids,
            highest_known=highest_known,
            limit=self._limit,
        )
        read_up_to: datetime | None = None
        for stretch in traversal.stretches():
            orders = self.skus.own(stretch.rows)
            if isinstance(orders, Failure):
                yield OrderPage(unreadable=stretch.unreadable, read_up_to=read_up_to, failure=orders)
                return
            if stretch.done:
                read_up_to = until
            elif stretch.upto is not None:
                read_up_to = instant(stretch.upto[0])
            yield OrderPage(orders, stretch.unreadable, read_up_to, stretch.done, stretch.failure)

    def read_changed(
        self,
        since: datetime,
        until: datetime,
        *,
        page_size: int = 100,
        skip_ids: Collection[int] = (),
        highest_known: int = 0,
    ) -> ReadResult:
        """The same as `pages`, in one go."""
        before = self._client.calls
        orders: dict[int, Order] = {}
        unreadable: list[UnreadableOrder] = []
        read_up_to: datetime | None = None
        failure: Failure | None = None
        for page in self.pages(
            since, until, page_size=page_size, skip_ids=skip_ids, highest_known=highest_known
        ):
            for order in page.orders:
                known = orders.pop(order.entity_id, None)
                orders[order.entity_id] = known if known and known.updated_at > order.updated_at else order
            unreadable += page.unreadable
            read_up_to, failure = page.read_up_to, page.failure
        return ReadResult(list(orders.values()), unreadable, read_up_to, failure, self._client.calls - before)

    def read_one(self, entity_id: int) -> Order | Failure:
        """One order alone. UNREADABLE or MALFORMED when only this order cannot be read.

        An order that is gone is REFUSED with `details["status"] == "404"`. Other failures are the
        store's: they say nothing about the order.
        """
        path = f"{PATH}/{entity_id}"
        raw = self._client.get_as(path, _RAW)
        if isinstance(raw, Failure) and may_be_one_record(raw):
            unreadable_orders = UnreadableOrders(self._client, "", (), entity_id)
            outage = unreadable_orders.another_reads(entity_id)
            if outage is not None:
                return outage
            raw = self._client.get_as(path, _RAW)
            if isinstance(raw, Failure) and may_be_one_record(raw):
                text = f"order {entity_id} cannot be read: {raw.text}"
                return Failure(Code.UNREADABLE, text, sent=False, details=raw.details)
        if isinstance(raw, Failure):
            if status_of(raw) == 404:
                text = f"the store has no order {entity_id} (any more)"
                return Failure(Code.REFUSED, text, sent=False, details=raw.details)
            return raw
        order = self._read(raw)
        if isinstance(order, Failure):
            return order
        own = self.skus.own([order])
        return own if isinstance(own, Failure) else own[0]

    def audit(
        self,
        since_created: datetime,
        *,
        from_id: int = 0,
        to_id: int | None = None,
        page_size: int = 300,
        skip_ids: Collection[int] = (),
        highest_known: int = 0,
    ) -> Iterator[AuditPage]:
        """All orders created since, by id, from `from_id` to below `to_id`: slim, page by page.

        Unreadable orders are named, as in `pages`. The last page is `done` or has a `failure`.
        """
        traversal: Traversal[AuditRow] = Traversal(
            self._client,
            ById(since_created, from_id, to_id),
            self._audited,
            page_size=page_size,
            skip_ids=skip_ids,
            highest_known=highest_known,
            limit=self._limit,
        )
        read_up_to = highest = from_id - 1
        for stretch in traversal.stretches():
            highest = max([highest, *(row.entity_id for row in stretch.rows)])
            if stretch.done:
                read_up_to = highest
            elif stretch.upto is not None:
                read_up_to = stretch.upto[1]
            yield AuditPage(stretch.rows, stretch.unreadable, read_up_to, stretch.done, stretch.failure)

    def server_time(self) -> datetime | Failure:
        """The store's present time (UTC), for the upper bound of a read. One call."""
        return self._client.server_time()

    def _order(self, row: Row) -> Order | Failure:
        return self._read(row.raw)

    def _read(self, raw: Mapping[str, Any]) -> Order | Failure:
        codes = self._websites.codes()
        if isinstance(codes, Failure):
            return codes
        order = read_order(raw, self._store, codes)
        if isinstance(order, Failure) and STORE_VIEW in order.details:
            # A store view that was made since the list was read.
            codes = self._websites.codes(fresh=True)
            if isinstance(codes, Failure):
                return codes
            order = read_order(raw, self._store, codes)
        return order

    def _audited(self, row: Row) -> AuditRow | Failure:
        codes = self._websites.codes()
        if isinstance(codes, Failure):
            return codes
        head = row.head
        try:
            created_at = instant(head.created_at)
        except ValueError as error:
            return Failure(Code.MALFORMED, f"order {head.entity_id}: {error}", sent=False)
        return AuditRow(
            entity_id=head.entity_id,
            increment_id=str(head.increment_id or ""),
            state=str(head.state or ""),
            status=str(head.status or ""),
            store_view_id=head.store_id or 0,
            website=codes.get(head.store_id or 0, "") if head.store_id else "",
            created_at=created_at,
        )

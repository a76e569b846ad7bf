"""The order desk of Sage 50: orders become records, records a file, and a file's result what became of each.

Source: contract §8, §9. Nothing is answered at once: the platform keeps what was sent until Sage 50 fetches it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from tidegate.clock import Clock
from tidegate.domain.errors import Failure
from tidegate.domain.missing import together
from tidegate.domain.orders.gaps import Named
from tidegate.domain.orders.keys import payload_hash
from tidegate.domain.orders.sales_order import LineKind, SalesOrder
from tidegate.domain.parcel import Parcel
from tidegate.sage.port.orders import OrderWriting, Prepared
from tidegate.sage.port.outcomes import HandedOver, Outcome
from tidegate.sage.sage50.articles import Articles
from tidegate.sage.sage50.order_record import OrderRules, order_record, unknown_article
from tidegate.sage.sage50.tracking import Tracking
from tidegate.sage.sage50.uploads import Uploads
from tidegate.sage.sage50.writing import writing


class Orders:
    """Takes orders, for one session: :class:`tidegate.sage.port.orders.OrderDesk`, and names files before they leave."""

    def __init__(
        self,
        articles: Articles,
        uploads: Uploads,
        tracking: Tracking,
        rules: OrderRules,
        clock: Clock,
        orders_per_call: int,
    ) -> None:
        self._articles = articles
        self._uploads = uploads
        self._tracking = tracking
        self._rules = rules
        self._clock = clock
        self._size = orders_per_call

    @property
    def about(self) -> OrderWriting:
        return writing(self._size)

    def prepare(self, orders: Sequence[SalesOrder]) -> list[Prepared | Failure]:
        """Resolve articles by the last products file; one call for all of them."""
        ids = self._articles.ids()
        if isinstance(ids, Failure):
            return [ids for _ in orders]
        return [self._prepared(order, ids) for order in orders]

    def _prepared(self, order: SalesOrder, ids: Mapping[str, str]) -> Prepared | Failure:
        record = order_record(order, ids, self._rules)
        if isinstance(record, Failure):
            return record
        return Prepared(order, record, payload_hash(record), gross=record["totalGross"])

    def lacking(self, orders: Sequence[Named]) -> list[Failure | None]:
        """Articles that the products file lacks."""
        ids = self._articles.ids()
        if isinstance(ids, Failure):
            return [None for _ in orders]
        return [
            together(
                unknown_article(line.code)
                for line in order.lines
                if line.kind is LineKind.GOODS and line.code not in ids
            )
            for order in orders
        ]

    def reserve(self, batch: Sequence[Prepared]) -> HandedOver | Failure:
        """Announce the file: the address that it will be tracked under."""
        announced = self._uploads.announce(batch)
        if isinstance(announced, Failure):
            return announced
        return self._tracking.lies(announced.tracking, self._clock.now())

    def send(self, batch: Sequence[Prepared]) -> Iterator[tuple[str, Outcome]]:
        """Upload one file; every order in it has the same outcome."""
        opened_at = self._clock.now()
        put = self._uploads.put(batch)
        outcome = put if isinstance(put, Failure) else self._tracking.lies(put.tracking, opened_at)
        for each in batch:
            yield each.order.key, outcome

    def collect(self, parcels: Sequence[Parcel]) -> Mapping[str, Outcome] | Failure:
        """Follow each file, and read its result."""
        return self._tracking.collect(parcels)

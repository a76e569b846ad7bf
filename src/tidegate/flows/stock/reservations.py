"""Pieces whose reservation Magento has ended: cancelled, refunded and virtual ones, and those shipped by anybody.

Read with the stock, of the orders that changed since the last time, and kept beside the mirror: when a piece
was refunded decides whether it was still reserved. Only stores with multi-source inventory reserve.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal

from tidegate.domain.errors import Failure
from tidegate.domain.money import ZERO
from tidegate.domain.orders.line_keys import item_key
from tidegate.domain.stock.reservation import Reservation, counted
from tidegate.domain.stock.stock_level import WebLine
from tidegate.flows.cycle import Cycle
from tidegate.flows.stock import missed_orders
from tidegate.flows.stored_keys import entities
from tidegate.ledger import cursors, lookups, queued, shipped, snapshot
from tidegate.magento.reserved import OrderCounts, read_counts

FLOW = "inventory"
SNAPSHOT = "inventory:reserved"
CURSOR = "reservations"
ENDED = "ended"  #: what is kept of an order that no longer reserves anything
_BETWEEN = ";"

Place = tuple[int, str]
"""Entity id and line key."""


@dataclass(frozen=True)
class Reservations:
    """Virtual items, and those of which something was shipped, cancelled or refunded.

    `ended` are orders that no longer reserve anything. `moved` are the SKUs, in small letters, of pieces refunded,
    shipped by somebody else, or virtual and invoiced, since the last reading: Magento may have put them back into a
    source, or taken them off one. `missed` are orders that could not be read: what changed about them is read when they can be.
    """

    cursor: str = ""  #: "" when nothing was read
    items: Mapping[Place, Reservation] = field(default_factory=dict)
    ended: frozenset[int] = frozenset()
    moved: frozenset[str] = frozenset()
    missed: frozenset[int] = frozenset()

    def keep(self, cycle: Cycle) -> None:
        """Store the reservations, in the transaction that stores the reading."""
        if not self.cursor:
            return
        values = {
            f"{entity_id}@{line_key}": _BETWEEN.join(
                format(part, "f")
                for part in (
                    *(each.ordered, each.cancelled, each.refunded, each.released, int(each.virtual)),
                    each.shipped,
                )
            )
            for (entity_id, line_key), each in self.items.items()
        }
        values |= dict.fromkeys((f"{entity_id}@" for entity_id in self.ended), ENDED)
        snapshot.write(cycle.name, SNAPSHOT, snapshot.frame(values), cycle.now())
        missed_orders.keep(cycle, self.missed)
        cursors.move(cycle.name, FLOW, CURSOR, self.cursor, cycle.now())

    @property
    def virtual(self) -> dict[Place, Decimal]:
        """The virtual items that are reserved still, with the pieces that left by their invoice."""
        return {
            place: each.released for place, each in self.items.items() if each.virtual and each.left(ZERO)
        }

    def left(self, entity_id: int, line_key: str, ordered: Decimal, shipped: Decimal) -> Decimal:
        """What is still reserved of an order item; `ordered` counts where nothing else is known."""
        if entity_id in self.ended:
            return ZERO
        return self.items.get((entity_id, line_key), Reservation(ordered)).left(shipped)


#: Where nothing was cancelled or refunded.
NOTHING_KNOWN = Reservations()


def read(cycle: Cycle, lines: Iterable[WebLine]) -> Reservations | Failure:
    """What changed since the last reading, applied to what was known; no call while Sage has no web order.

    To be read after Sage: the later, the fewer refunds are missed.
    """
    connection = cycle.connection
    here = set(entities(connection, [line.order_key for line in lines]).values())
    here |= {each.entity_id for each in shipped.unwritten(cycle.name)}
    known, ended = _before(cycle)
    here |= {entity_id for entity_id, _ in Reservations(items=known).virtual}
    if not connection.settings.stock.msi or not here:
        return Reservations()
    began = cycle.now()
    since = _since(cycle, here)
    if since is None:
        return Reservations()
    changed = missed_orders.changed_since(cycle, since)
    found = read_counts(connection.store.client, changed)
    if isinstance(found, Failure):
        return found
    ours = shipped.written(cycle.name, [each.entity_id for each in found.orders if each.is_shipped])
    now = updated(known, ended & here, found.orders, began, ours)
    return replace(now, missed=missed_orders.left_out(changed, found))


def updated(
    before: Mapping[Place, Reservation],
    ended: Collection[int],
    orders: Iterable[OrderCounts],
    began: datetime,
    ours: Mapping[Place, Decimal],
) -> Reservations:
    """Counters that were read at `began` over what was known before; `ours` are the pieces of our shipments."""
    items, moved, over = dict(before), set(), set(ended)
    for order in orders:
        if order.state in queued.FINISHED:
            over.add(order.entity_id)
        for item in order.items:
            place = order.entity_id, item_key(item.item_id)
            known = before.get(place)
            now = counted(
                known,
                ordered=item.ordered,
                invoiced=item.invoiced,
                shipped=item.shipped,
                refunded=item.refunded,
                cancelled=item.cancelled,
                virtual=item.virtual,
            )
            if known is not None or not now.is_untouched:
                items[place] = now
            if now.moved_since(known, ours.get(place, ZERO)):
                moved |= beginnings(item.sku.casefold())
    items = {place: each for place, each in items.items() if place[0] not in over}
    return Reservations(began.isoformat(), items, frozenset(over), frozenset(moved))


def beginnings(sku: str) -> set[str]:
    """The SKU, and what a product's may be of which custom options made this one: they are added behind a dash."""
    words = sku.split("-")
    return {"-".join(words[:count]) for count in range(1, len(words) + 1)}


def _since(cycle: Cycle, here: Iterable[int]) -> datetime | None:
    """From when on orders are read: the last reading less the overlap, or the oldest order that Sage has open."""
    written = cursors.read(cycle.name, FLOW, CURSOR)
    if written is not None:
        overlap = timedelta(minutes=cycle.connection.settings.capture.overlap_minutes)
        return datetime.fromisoformat(written) - overlap
    return lookups.oldest_created(cycle.connection.settings.store, "order", here)


def _before(cycle: Cycle) -> tuple[dict[Place, Reservation], set[int]]:
    """What was kept: items, and the orders that reserve nothing."""
    found: dict[Place, Reservation] = {}
    ended: set[int] = set()
    for key, value in snapshot.read(cycle.name, SNAPSHOT).iter_rows():
        entity_id, _, line_key = key.partition("@")
        if value == ENDED:
            ended.add(int(entity_id))
        else:
            ordered, cancelled, refunded, released, *more = map(Decimal, value.split(_BETWEEN))
            virtual, shipped = (*more, ZERO, ZERO)[:2]  # earlier versions kept less
            of = Reservation(ordered, cancelled, refunded, released, bool(virtual), shipped)
            found[int(entity_id), line_key] = of
    return found, ended

"""The counters of orders from which follows what the store still reserves, light.

Contract point 36. Source of the rule: `docs/algorithms/availability.md`, *What Magento reserves*.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import msgspec

from tidegate.domain.errors import Code, Failure
from tidegate.domain.money import ZERO
from tidegate.magento.changed_orders import Changed, ChangedOrders
from tidegate.magento.client import StoreClient
from tidegate.magento.unreadable_orders import Row
from tidegate.magento.wire import Amount, Text
from tidegate.reading.shape import Shape

FIELDS = (
    "entity_id,state,"
    "items[item_id,sku,is_virtual,qty_ordered,qty_invoiced,qty_shipped,qty_refunded,qty_canceled]"
)


class _Item(msgspec.Struct):
    item_id: int
    sku: Text = None
    is_virtual: int | bool | None = None
    qty_ordered: Amount = None
    qty_invoiced: Amount = None
    qty_shipped: Amount = None
    qty_refunded: Amount = None
    qty_canceled: Amount = None


class _Order(msgspec.Struct):
    entity_id: int
    state: Text = None
    items: list[_Item] | None = None


_DECODER: Shape[_Order] = Shape(_Order)


@dataclass(frozen=True, slots=True)
class ItemCounts:
    """One order item's counters, in pieces."""

    item_id: int
    sku: str
    ordered: Decimal
    invoiced: Decimal = ZERO
    shipped: Decimal = ZERO
    refunded: Decimal = ZERO
    cancelled: Decimal = ZERO
    virtual: bool = False


@dataclass(frozen=True, slots=True)
class OrderCounts:
    """One order's state and counters."""

    entity_id: int
    state: str
    items: tuple[ItemCounts, ...]

    @property
    def is_shipped(self) -> bool:
        """Whether the store has a shipment of it."""
        return any(each.shipped for each in self.items)


def read_counts(client: StoreClient, changed: ChangedOrders) -> Changed[OrderCounts] | Failure:
    """The counters of the `changed` orders. What the store cannot serve is for the flow `orders` to report."""
    return changed.read(client, FIELDS, _counts)


def _counts(row: Row) -> OrderCounts | Failure:
    try:
        order = _DECODER.take(row.raw)
    except (ValueError, ArithmeticError) as error:
        return Failure(Code.MALFORMED, f"an order of the list cannot be read: {error}", sent=False)
    items = tuple(
        ItemCounts(
            item.item_id,
            str(item.sku or ""),
            item.qty_ordered,
            item.qty_invoiced or ZERO,
            item.qty_shipped or ZERO,
            item.qty_refunded or ZERO,
            item.qty_canceled or ZERO,
            bool(item.is_virtual),
        )
        for item in order.items or ()
        if item.qty_ordered is not None
    )
    return OrderCounts(order.entity_id, str(order.state or ""), items)

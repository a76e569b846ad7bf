"""What the merchant makes of an order, other than by a call: shipped, invoiced, refunded, edited."""

from __future__ import annotations

from decimal import Decimal

from tidegate_sandbox.magento import creditmemo, shipment
from tidegate_sandbox.magento import invoice as invoices
from tidegate_sandbox.magento.order import Order
from tidegate_sandbox.magento.order_item import OrderItems
from tidegate_sandbox.magento.order_state import set_state
from tidegate_sandbox.magento.store import MagentoStore


def ship(store: MagentoStore, order: Order, *, partly: bool = False) -> None:
    """Ship everything, or with ``partly`` about half of the first line. What is missing has just come in.

    Of an order of virtual goods there is nothing to ship.
    """
    if order.row.get("is_virtual"):
        return
    items = OrderItems(order)
    wanted = {item["item_id"]: items.to_ship(item) for item in items.counted() if items.to_ship(item)}
    if partly and wanted:
        first, quantity = next(iter(wanted.items()))
        wanted = {first: quantity // 2 if quantity > 1 else quantity}
    source = store.stock.source_of(order) if store.msi else shipment.DEFAULT_SOURCE
    for item in order.items:
        held = store.stock.item(order.sku_of(item), source)
        missing = wanted.get(item["item_id"], Decimal(0)) - (held.quantity if held else 0)
        if store.msi and missing > 0:
            store.stock.restock(order.sku_of(item), missing, source)
    shipment.ship(store, order, wanted, source=source)


def invoice(store: MagentoStore, order: Order) -> None:
    """Invoice everything; that is paid at once, as offline payments are (point 21)."""
    if order.row.get("state") == "payment_review":
        set_state(store, order, "processing")
    invoices.invoice(store, order)


def refund(store: MagentoStore, order: Order) -> None:
    """Refund everything: the order is closed, with the comment that Magento writes by itself."""
    creditmemo.refund(store, order)


def edited_number(old: Order) -> str:
    """The number of the order that takes the place of ``old``: the first one's, and a count."""
    return f"{_original(old)}-{old.row.get('edit_increment', 0) + 1}"


def _original(order: Order) -> str:
    return str(order.row.get("original_increment_id", order.row["increment_id"]))


def link_edited(store: MagentoStore, old: Order, new: Order) -> None:
    """Tie an order and the one that an edit in the admin panel put in its place."""
    new.row |= {
        "original_increment_id": _original(old),
        "edit_increment": old.row.get("edit_increment", 0) + 1,
        "relation_parent_id": str(old.entity_id),
        "relation_parent_real_id": old.row["increment_id"],
    }
    new.row.pop("remote_ip", None)
    child = {
        "relation_child_id": str(new.entity_id),
        "relation_child_real_id": new.row["increment_id"],
    }
    store.orders.change(old, child, store.now())

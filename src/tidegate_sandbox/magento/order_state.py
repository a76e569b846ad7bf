"""The state of an order, and how it follows by itself from what was shipped, invoiced and refunded."""

from __future__ import annotations

from typing import Final

from tidegate_sandbox.magento.order import Order
from tidegate_sandbox.magento.order_item import OrderItems
from tidegate_sandbox.magento.store import MagentoStore

_STATUS: Final = {
    "new": "pending",
    "processing": "processing",
    "pending_payment": "pending_payment",
    "payment_review": "payment_review",
    "holded": "holded",
    "canceled": "canceled",
    "complete": "complete",
    "closed": "closed",
}
"""The states of an order and the status that a shop shows for each unless it made its own."""


def set_state(store: MagentoStore, order: Order, state: str, status: str | None = None) -> None:
    """Bring the order into a state. KeyError for a state that Magento does not have and no status given."""
    store.orders.change(order, {"state": state, "status": status or _STATUS[state]}, store.now())


def settle(store: MagentoStore, order: Order) -> None:
    """Let the state follow from the documents, and move ``updated_at`` (points 17 and 21).

    Refunded completely is closed, shipped and invoiced completely is complete, anything less is in progress.
    The status becomes the state's own, whatever it was.
    """
    items, row = OrderItems(order), order.row
    refunded = row.get("total_refunded", 0)
    state = "processing"
    if not items.can_invoice() and not items.can_ship():
        state = "closed" if refunded and refunded >= row.get("total_paid", 0) else "complete"
    set_state(store, order, state)
    store.orders.touch(order, store.now())

"""An order in the shop's books, for whoever compares them with others."""

from __future__ import annotations

from typing import Any

from tidegate_sandbox.magento import additions
from tidegate_sandbox.magento.order import Order

_BOOKED = (
    "entity_id",
    "increment_id",
    "store_id",
    "state",
    "status",
    "ext_order_id",
    "grand_total",
    "base_grand_total",
    "updated_at",
    "created_at",
    "relation_parent_id",
    "customer_id",
)


def account(order: Order) -> dict[str, Any]:
    """What an outsider needs to know of an order: its figures, pieces, comments, and what was paid otherwise."""
    comments = [
        {
            "text": entry.get("comment"),
            "status": entry.get("status"),
            "visible": entry["is_visible_on_front"],
            "notified": entry["is_customer_notified"],
        }
        for entry in order.histories
    ]
    parents = {item.get("parent_item_id") for item in order.items}
    pieces: dict[str, Any] = {}
    for item in order.items:
        if (
            item["item_id"] not in parents
        ):  # what is picked: the child of a configurable, the parts of a bundle
            sku = order.sku_of(item)
            pieces[sku] = pieces.get(sku, 0) + item["qty_ordered"]
    return {
        **{key: order.row.get(key) for key in _BOOKED},
        **additions.paid(order.extension),
        "unasked": additions.given_back_unasked(order),
        "method": order.payment.get("method"),
        "parents": {
            item["item_id"]: item["parent_item_id"] for item in order.items if item.get("parent_item_id")
        },
        "products": {item["item_id"]: order.sku_of(item) for item in order.items},
        "virtual": bool(order.row.get("is_virtual")),
        "pieces": {sku: str(count) for sku, count in pieces.items()},
        "tax_percents": sorted({str(item.get("tax_percent") or 0) for item in order.items}),
        "street": list(order.billing.get("street") or []),
        "comments": comments,
        "writes": order.writes,
    }

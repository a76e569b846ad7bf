"""What the merchant makes of an order, other than by a call: shipped, invoiced, refunded, edited.

The columns that each step adds are those of the recorded orders. The documents themselves (shipments,
invoices, credit memos) are not kept.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from tidegate_sandbox.magento.figure import ZERO, figure
from tidegate_sandbox.magento.order import Order, Row
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


def _is_dummy(item: Row) -> bool:
    """The child of a configurable: it costs nothing and is shipped as its parent (points 7 and 20)."""
    return "parent_item_id" in item and not item["price"]


def _finish(store: MagentoStore, order: Order) -> None:
    """Shipped and invoiced completely is complete, by itself (point 21); anything less is in progress."""
    wanted = [item for item in order.items if not _is_dummy(item)]
    invoiced = all(item["qty_invoiced"] >= item["qty_ordered"] for item in wanted)
    shipped = all(
        item["qty_shipped"] >= item["qty_ordered"] for item in wanted if item["product_type"] != "bundle"
    )
    set_state(store, order, "complete" if invoiced and shipped else "processing")
    store.orders.touch(order, store.now())


def ship(store: MagentoStore, order: Order, *, partly: bool = False) -> None:
    """Ship everything, or with ``partly`` about half of the first line."""
    for item in order.items:
        if _is_dummy(item) or item["product_type"] == "bundle":
            continue
        quantity = item["qty_ordered"]
        item["qty_shipped"] = quantity // 2 if partly and quantity > 1 else quantity
        item["updated_at"] = store.now()
        if partly:
            break
    _finish(store, order)


def invoice(store: MagentoStore, order: Order) -> None:
    """Invoice everything; that is paid at once, as offline payments are (point 21)."""
    row = order.row
    for item in order.items:
        _invoice_item(item, store.now())
    changes: Row = {"base_total_invoiced_cost": 0}
    for side in ("base_", ""):
        changes |= {
            f"{side}discount_invoiced": row[f"{side}discount_amount"],
            f"{side}discount_tax_compensation_invoiced": row[f"{side}discount_tax_compensation_amount"],
            f"{side}shipping_invoiced": row[f"{side}shipping_amount"],
            f"{side}subtotal_invoiced": row[f"{side}subtotal"],
            f"{side}tax_invoiced": row[f"{side}tax_amount"],
            f"{side}total_invoiced": row[f"{side}grand_total"],
            f"{side}total_paid": row[f"{side}grand_total"],
            f"{side}total_due": 0,
        }
        order.payment[f"{side}amount_paid"] = row[f"{side}grand_total"]
        order.payment[f"{side}shipping_captured"] = row[f"{side}shipping_amount"]
    store.orders.change(order, changes, store.now())
    _finish(store, order)


def _invoice_item(item: Row, now: str) -> None:
    item["qty_invoiced"] = item["qty_ordered"]
    item["updated_at"] = now
    for side in ("base_", ""):
        row = Decimal(item[f"{side}row_total"]) + item[f"{side}discount_amount"]
        item[f"{side}row_invoiced"] = ZERO if _is_dummy(item) else figure(row)
        item[f"{side}tax_invoiced"] = item[f"{side}tax_amount"]
        item[f"{side}discount_invoiced"] = item[f"{side}discount_amount"]
        compensation = item.get(f"{side}discount_tax_compensation_amount", 0)
        item[f"{side}discount_tax_compensation_invoiced"] = compensation
    if not _is_dummy(item):
        item["weee_tax_applied"] = "[]"


def refund(store: MagentoStore, order: Order) -> None:
    """Refund everything: the order is closed, with the comment that Magento writes by itself."""
    row, now = order.row, store.now()
    for item in order.items:
        _refund_item(item)
    changes: Row = {"customer_note_notify": 0, "state": "closed", "status": "closed"}
    for side in ("base_", ""):
        compensation = Decimal(row[f"{side}discount_tax_compensation_amount"])
        compensation += row[f"{side}shipping_discount_tax_compensation_{'amnt' if side else 'amount'}"]
        changes |= {
            f"{side}adjustment_negative": 0,
            f"{side}adjustment_positive": 0,
            f"{side}discount_refunded": row[f"{side}discount_amount"],
            f"{side}discount_tax_compensation_refunded": figure(compensation),
            f"{side}shipping_refunded": row[f"{side}shipping_amount"],
            f"{side}shipping_tax_refunded": row[f"{side}shipping_tax_amount"],
            f"{side}subtotal_refunded": row[f"{side}subtotal"],
            f"{side}tax_refunded": row[f"{side}tax_amount"],
            f"{side}total_offline_refunded": row[f"{side}grand_total"],
            f"{side}total_refunded": row[f"{side}grand_total"],
        }
        order.payment[f"{side}amount_refunded"] = row[f"{side}grand_total"]
        order.payment[f"{side}shipping_refunded"] = row[f"{side}shipping_amount"]
    order.histories.append(
        {
            "comment": f"We refunded {row['base_grand_total']} offline.",
            "created_at": now,
            "entity_id": store.sequences["comment"].take(),
            "entity_name": "creditmemo",
            "is_customer_notified": 0,
            "is_visible_on_front": 0,
            "parent_id": order.entity_id,
            "status": "closed",
        }
    )
    store.orders.change(order, changes, now)


def _refund_item(item: Row) -> None:
    item["qty_refunded"] = item["qty_ordered"]
    for side in ("base_", ""):
        item[f"{side}amount_refunded"] = item[f"{side}row_invoiced"]
        for part in ("discount", "tax", "discount_tax_compensation"):
            item[f"{side}{part}_refunded"] = item[f"{side}{part}_invoiced"]


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

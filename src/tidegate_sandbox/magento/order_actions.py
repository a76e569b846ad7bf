"""What is done to an order besides saving it: comments, hold, cancel (points 1, 12 and 17)."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from tidegate_sandbox.magento import recorded
from tidegate_sandbox.magento.call import Call
from tidegate_sandbox.magento.figure import ZERO, figure
from tidegate_sandbox.magento.order import Order, Row
from tidegate_sandbox.magento.order_item import OrderItems
from tidegate_sandbox.magento.refusal import Refusal
from tidegate_sandbox.magento.store import MagentoStore

_COMMENT_COLUMNS: Final = recorded.columns("comment")
_NO_CANCEL: Final = frozenset({"canceled", "complete", "closed", "holded", "payment_review"})
_NO_HOLD: Final = _NO_CANCEL


def comment(call: Call) -> bool:
    """Add a comment and copy its status onto the order, also when it has none: then the order's is wiped."""
    store = call.store
    sent = call.parameter("statusHistory")
    given = sent if isinstance(sent, dict) else {}
    if any(key not in _COMMENT_COLUMNS for key in given):
        raise store.report()
    order = store.order(call.whole("id"))
    append(store, order, given)
    store.wrote(order)
    return True


def append(store: MagentoStore, order: Order, given: Row) -> None:
    """Append a comment to the order, and set the order's status to the comment's."""
    entry: Row = {"comment": given.get("comment"), "created_at": store.now()}
    entry["entity_id"] = store.sequences["comment"].take()
    if given.get("entity_name") is not None:
        entry["entity_name"] = given["entity_name"]
    entry["is_customer_notified"] = given.get("is_customer_notified")
    entry["is_visible_on_front"] = given.get("is_visible_on_front") or 0
    entry["parent_id"] = order.entity_id
    if given.get("status") is not None:
        entry["status"] = str(given["status"])
    order.histories.append(entry)
    store.orders.change(order, {"status": entry.get("status")}, store.now())


def hold(store: MagentoStore, order: Order) -> None:
    """Put the order on hold, remembering state and status. Refuses one that is held or finished."""
    row = order.row
    if row.get("state") in _NO_HOLD:
        raise Refusal(400, "A hold action is not available.")
    before = {"hold_before_state": row.get("state"), "hold_before_status": row.get("status")}
    store.orders.change(order, {**before, "state": "holded", "status": "holded"}, store.now())


def unhold(store: MagentoStore, order: Order) -> None:
    """Give the order back the state and status from before. Refuses one that is not held."""
    row = order.row
    if row.get("state") != "holded":
        raise Refusal(400, "You cannot remove the hold.")
    changes = {
        "state": row.get("hold_before_state"),
        "status": row.get("hold_before_status"),
        "hold_before_state": None,
        "hold_before_status": None,
    }
    store.orders.change(order, changes, store.now())


def can_cancel(order: Order) -> bool:
    """Whether cancelling would do anything: also for an order that is shipped but not invoiced (point 12)."""
    open_lines = (
        item["qty_ordered"] > item["qty_invoiced"] + item.get("qty_canceled", 0) for item in order.items
    )
    return order.row.get("state") not in _NO_CANCEL and any(open_lines)


def cancel(store: MagentoStore, order: Order) -> bool:
    """Cancel what is neither shipped nor invoiced; False if nothing. ``total_due`` stays (point 12).

    An order of which something is invoiced and not refunded goes on with that (point 36): in progress
    while pieces of it are to be shipped, else complete. The rule is that of the published source.
    """
    if not can_cancel(order):
        return False
    now = store.now()
    state = _state_after(order)
    for item in order.items:
        _cancel_item(item, now)
    store.orders.change(order, {**_cancelled_amounts(order.row), "state": state, "status": state}, now)
    store.stock.release(order)
    return True


def revive(store: MagentoStore, order: Order) -> None:
    """Undo a cancellation, as extensions for payments that arrive late do: nothing is cancelled any more."""
    now = store.now()
    for item in order.items:
        item |= {key: 0 for key in item if key.endswith("_canceled")} | {"updated_at": now}
    nothing: Row = {key: 0 for key in order.row if key.endswith("_canceled")}
    store.orders.change(order, {**nothing, "state": "processing", "status": "processing"}, now)
    store.stock.reserve(order)


def _state_after(order: Order) -> str:
    items, state = OrderItems(order), "canceled"
    for item in items.counted():
        if state == "processing" or not items.to_refund(item):
            continue
        to_ship = items.to_ship(item)
        state = "processing" if to_ship > min(to_ship, items.to_invoice(item)) else "complete"
    return state


def _cancel_item(item: Row, now: str) -> None:
    ordered = Decimal(item["qty_ordered"])
    is_dummy = "parent_item_id" in item and not item["price"]
    done = max(Decimal(item["qty_shipped"]), Decimal(item["qty_invoiced"]))
    quantity = ZERO if is_dummy else max(ordered - done, ZERO)
    share = quantity / ordered if ordered else ZERO
    item["qty_canceled"] = figure(quantity)
    item["tax_canceled"] = figure(item["tax_amount"] * share)
    item["discount_tax_compensation_canceled"] = figure(
        item.get("discount_tax_compensation_amount", 0) * share
    )
    item["updated_at"] = now


def _cancelled_amounts(row: Row) -> Row:
    amounts: Row = {}
    for side in ("base_", ""):
        for part, of in (("subtotal", "subtotal"), ("tax", "tax_amount"), ("shipping", "shipping_amount")):
            left = Decimal(row.get(f"{side}{of}", 0)) - row.get(f"{side}{part}_invoiced", 0)
            amounts[f"{side}{part}_canceled"] = figure(left)
        discount = abs(Decimal(row.get(f"{side}discount_amount", 0)))
        amounts[f"{side}discount_canceled"] = figure(discount - abs(row.get(f"{side}discount_invoiced", 0)))
        paid = row.get(f"{side}total_paid", 0)
        amounts[f"{side}total_canceled"] = figure(Decimal(row[f"{side}grand_total"]) - paid)
    return amounts

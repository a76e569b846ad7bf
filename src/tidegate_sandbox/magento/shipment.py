"""A shipment of an order: which lines it takes, what it debits, what it changes (points 18 to 20).

Not recorded, and so assumed: that a shipment of a bundle's children lists its parent with one piece (the
order's columns were recorded so); that ``customer_id`` is there for a customer's order; that a bundle which
ships together is named by its parent, and that its shipment lists all of it.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from tidegate_sandbox.magento.figure import ZERO, figure
from tidegate_sandbox.magento.order import Order, Row
from tidegate_sandbox.magento.order_item import OrderItems, Quantities, is_bundle, per_parent
from tidegate_sandbox.magento.order_state import settle
from tidegate_sandbox.magento.refusal import Refusal
from tidegate_sandbox.magento.store import MagentoStore

DEFAULT_SOURCE: Final = "default"
_NOT_READY: Final = frozenset({"payment_review", "holded", "canceled"})
_EMPTY: Final = "You can't create a shipment without products."


def ship(
    store: MagentoStore,
    order: Order,
    wanted: Quantities | None = None,
    *,
    source: str | None = None,
    tracks: list[Row] | None = None,
    comment: Row | None = None,
    notify: bool = False,
    notified: bool = False,
) -> Row:
    """Ship ``wanted`` pieces by order item, or all that is left, and return the shipment.

    ``source``: ``default`` unless another is named (point 19). ``notify`` mails the customer, ``notified``
    says so at the comment. Refuses as recorded.
    """
    wanted = _unfolded(store, order, wanted)
    picked = _picked(order, wanted)
    if messages := _objections(order, wanted, picked):
        raise refused(*messages)
    table = store.shipments
    head = table.head(store.view(order.row["store_id"]), order, store.now())
    _debit(store, order, wanted, picked, source)
    now = store.now()
    for item, quantity in _accompanied(store, order, picked):
        item["qty_shipped"] = figure(item["qty_shipped"] + quantity)
        item["updated_at"] = now
    shipment: Row = {
        **head,
        "packages": [],
        "total_qty": figure(sum((quantity for _, quantity in picked), ZERO)),
        "items": [
            _item(store, head, item, quantity) for item, quantity in _accompanied(store, order, picked)
        ],
        "tracks": [track(store, {**given, **_owner(head)}) for given in tracks or ()],
        "comments": [table.comment(head["entity_id"], comment, now, notified=notified)] if comment else [],
        "extension_attributes": {"source_code": source or DEFAULT_SOURCE},
    }
    if "customer_id" in order.row:
        shipment["customer_id"] = order.row["customer_id"]
    table.add(shipment)
    settle(store, order)
    if notify:
        store.mails.append((table.kind, head["entity_id"]))
    return shipment


def refused(*messages: str) -> Refusal:
    """A shipment that is not even tried."""
    return Refusal(400, "\n".join(("Shipment Document Validation Error(s):", *messages)))


def nothing_left() -> Refusal:
    """The refusal of an order that was shipped completely."""
    return refused("The order does not allow a shipment to be created.", _EMPTY)


def track(store: MagentoStore, given: Row) -> Row:
    """A tracking number as it is kept: what was not said of a parcel is null."""
    now = store.now()
    empty: dict[str, Any] = dict.fromkeys(("weight", "qty", "description"))
    number = next(store.shipments.track_ids)
    return {**empty, **given, "entity_id": number, "created_at": now, "updated_at": now}


def _unfolded(store: MagentoStore, order: Order, wanted: Quantities | None) -> Quantities | None:
    """Bundles that ship together are named as a whole, which stands for their parts."""
    if wanted is None:
        return None
    items, found = OrderItems(order), dict(wanted)
    for item in order.items:
        if is_bundle(item) and item["sku"] in store.stock.together:
            whole = found.pop(item["item_id"], ZERO)
            found |= {part["item_id"]: whole * per_parent(part, item) for part in items.children(item)}
    return found


def _picked(order: Order, wanted: Quantities | None) -> list[tuple[Row, Decimal]]:
    """The counted lines that are shipped, with pieces: never more than are left."""
    items, picked = OrderItems(order), []
    for item in items.counted():
        left = items.to_ship(item)
        quantity = left if wanted is None else min(wanted.get(item["item_id"], ZERO), left)
        if quantity > 0:
            picked.append((item, quantity))
    return picked


def _objections(order: Order, wanted: Quantities | None, picked: list[tuple[Row, Decimal]]) -> list[str]:
    """Why there is no such shipment, in the recorded order."""
    found = []
    if order.row.get("state") in _NOT_READY:
        found.append(f"A shipment cannot be created when an order has a status of {order.row.get('status')}")
    elif not OrderItems(order).can_ship():
        found.append("The order does not allow a shipment to be created.")
    if not picked:
        found.append(_EMPTY)
    found += [
        f'Cannot create shipment as bundle product "{item["sku"]}" has shipment type "Separately".'
        " Bundle product options should be shipped instead."
        for item in order.items
        if is_bundle(item) and wanted and wanted.get(item["item_id"], ZERO) > 0
    ]
    return found


def _debit(
    store: MagentoStore,
    order: Order,
    wanted: Quantities | None,
    picked: list[tuple[Row, Decimal]],
    source: str | None,
) -> None:
    """Take the pieces from the source. More pieces than are left are refused as missing stock is."""
    if wanted is not None and any(wanted[item["item_id"]] > quantity for item, quantity in picked):
        raise Refusal(400, "Could not save a shipment, see error log for details")
    store.stock.debit(order, [(order.sku_of(item), figure(quantity)) for item, quantity in picked], source)


def _accompanied(
    store: MagentoStore, order: Order, picked: list[tuple[Row, Decimal]]
) -> list[tuple[Row, Decimal]]:
    """The lines of the shipment: before the first part of a bundle stands the bundle.

    With one piece, or with as many as leave where it ships together.
    """
    items = OrderItems(order)
    found: list[tuple[Row, Decimal]] = []
    for item, quantity in picked:
        parent = items.parent(item)
        if parent is not None and not any(row is parent for row, _ in found):
            whole = parent["sku"] in store.stock.together
            found.append((parent, quantity / per_parent(item, parent) if whole else Decimal(1)))
        found.append((item, quantity))
    return found


def _owner(head: Row) -> Row:
    return {"order_id": head["order_id"], "parent_id": head["entity_id"]}


def _item(store: MagentoStore, head: Row, item: Row, quantity: Decimal) -> Row:
    copied: Row = {key: item[key] for key in ("name", "price", "product_id", "sku", "weight") if key in item}
    return {
        "entity_id": next(store.shipments.item_ids),
        "parent_id": head["entity_id"],
        **copied,
        "order_item_id": item["item_id"],
        "qty": figure(quantity),
    }

"""The evening on which shipments, invoices and credit memos were recorded, to be lived through again.

The recorder shipped, invoiced and refunded orders 2, 3, 4, 5 and 9 by the calls of ``EVENING``, in that order,
as the keys and times of the answers tell; a few more followed from ``SHIPPED_LATER`` on.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from integration.sandbox import magento_recordings as recordings
from integration.sandbox.magento_world import World
from tidegate_sandbox.magento.order_state import set_state
from tidegate_sandbox.magento.stock import SourceItem

EVENING = (
    "order-ship-partial-with-track",
    "order-ship-over-quantity",
    "order-ship-no-source-argument",
    "order-ship-bad-source",
    "order-ship-unknown-item",
    "order-invoice-partial",
    "order-invoice-partial-capture",
    "order-invoice-over-quantity",
    "order-invoice-rest-empty-body",
    "order-invoice-nothing-left",
    "order-ship-rest",
    "order-ship-nothing-left",
    "order-refund-partial",
    "invoice-refund-partial",
    "shipments-add-track",
    "shipments-delete-track",
    "shipments-comments-post",
    "order-ship-full-then-state",
    "order-ship-configurable-child-item",
    "order-ship-configurable-parent-item",
    "order-invoice-configurable-parent-item",
    "order-ship-bundle-parent-item",
    "order-ship-bundle-child-items",
    "order-invoice-bundle-parent-item",
    "order-invoice-full-eur",
    "creditmemo-eur-full",
    "invoices-void",
)
TIMED = {"shipments-add-track"}
"""Calls of the evening whose answers tell a moment."""

READ_AFTER = {
    "shipments-get": "order-ship-partial-with-track",
    "shipments-search-by-order": "order-ship-partial-with-track",
    "invoices-get": "order-invoice-partial",
    "invoices-search-by-order": "order-invoice-partial-capture",
    "creditmemos-get": "order-refund-partial",
    "creditmemos-search-by-order": "order-refund-partial",
    "shipments-list-updated_at": "invoices-void",
    "invoices-list-updated_at": "invoices-void",
    "invoices-state-and-created-list": "invoices-void",
    "invoices-search-eur": "invoices-void",
    "invoices-list-past-last-page": "invoices-void",
    "creditmemos-list-updated_at": "invoices-void",
    "creditmemos-search-eur": "invoices-void",
}
"""The recorded reads, and the last call of the evening that they show the effect of."""

SHIPPED_LATER = {7: 9, 216: 10}
"""Shipments of orders that are not told in full, by order: those of a bulk call and of a cancellation."""

_STARTS = {
    2: "orders-get-cust-po-coupon",
    3: "orders-get-conf",
    4: "orders-get-bundle",
    5: "orders-get-eur",
    8: "orders-get-cancelled",
}


def begin(world: World) -> None:
    """The orders as they were before the evening."""
    world.clock.set(datetime(2026, 11, 21, 2, 43, tzinfo=UTC))
    for name in _STARTS.values():
        world.store.load(recordings.body(name))
    order = world.store.load(recordings.body("orders-get-after-partial-ship"))
    order.items[0]["qty_shipped"] = 0
    set_state(world.store, order, "new")
    world.store.stock.release(order)


def replay(world: World, name: str) -> Any:
    """Do one recorded call again; the decoded answer."""
    asked = recordings.exchange(name)["request"]
    answer = world.client.request(asked["method"], asked["path"], json=asked.get("body"))
    world.clock.advance(1)
    return answer.json()


def until(name: str) -> Callable[[World], None]:
    """Prepares the shop as it was when ``name`` was recorded."""

    def prepare(world: World) -> None:
        begin(world)
        last = READ_AFTER.get(name)
        done = EVENING[: EVENING.index(last) + 1] if last else EVENING[: EVENING.index(name)]
        for call in done:
            replay(world, call)

    return prepare


def all_shipped(world: World) -> None:
    """After the evening, once orders 7 and 216 were shipped, too."""
    until("invoices-list-updated_at")(world)
    for order_id in SHIPPED_LATER:
        world.store.load(recordings.order(order_id))
        world.shopper.ship(order_id)


def numbered(order_id: int, shipment_id: int, **line: Any) -> Callable[[World], None]:
    """An order of one line, and the next shipment's key; its source holds enough."""

    def prepare(world: World) -> None:
        order = world.store.load(recordings.order(order_id, items=[{"qty_ordered": 2, **line}]))
        sku = order.items[0]["sku"]
        world.store.stock.put(SourceItem(sku, "default", Decimal(33), 1))
        view, table = world.store.view(order.row["store_id"]), world.store.shipments
        while table.head(view, order, world.store.now())["entity_id"] < shipment_id - 1:
            pass

    return prepare


def repeated(world: World) -> None:
    """Order 222 was shipped twice by the same call."""
    numbered(222, 18, item_id=548)(world)
    for name in ("order-ship-repeat-1", "order-ship-repeat-2"):
        replay(world, name)


def from_default(world: World) -> None:
    """Order 229 was shipped without a source, as shipment 24 with its line 20."""
    line = {"item_id": 558, "sku": "HUB-0141", "name": "Hub Widget 141", "product_id": 141}
    numbered(229, 24, price=Decimal("62.17"), **line)(world)
    order = world.store.order(229)
    order.billing["entity_id"] = 458
    assert order.shipping is not None
    order.shipping["entity_id"] = 457
    world.store.shipments.item_ids = iter([20])
    replay(world, "order-ship-no-source-uses-default")


def _repeat_2(world: World) -> None:
    numbered(222, 18, item_id=548)(world)
    replay(world, "order-ship-repeat-1")


PREPARED: dict[str, Callable[[World], None]] = {
    **{name: until(name) for name in (*EVENING, *READ_AFTER)},
    "orders-ship-cancelled": begin,
    "shipments-list-unfiltered": all_shipped,
    "order-ship-repeat-1": numbered(222, 18, item_id=548),
    "order-ship-repeat-2": _repeat_2,
    "shipments-search-after-repeat": repeated,
    "order-ship-notify-true": numbered(228, 23),
    "order-ship-no-source-uses-default": numbered(229, 24, item_id=558),
    "order-ship-no-source-uses-default-shipment": from_default,
}
"""What comes before each recorded call of shipments, invoices and credit memos."""

"""What a recorded exchange about stock or about bulk calls found in the shop before it was asked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from integration.sandbox import magento_recordings as recordings
from integration.sandbox.magento_world import World
from tidegate_sandbox.magento import InputLimits
from tidegate_sandbox.magento.figure import encode
from tidegate_sandbox.magento.stock import SourceItem

Preparation = Callable[[World], Any]

BULK_ANSWERS = {
    "async-bulk-source-items-post",
    "async-bulk-malformed-item",
    "async-bulk-customers-post",
    "async-single-source-items-post",
    "async-bulk-ship-byOrderId",
    "async-bulk-base-prices-post",
    "async-bulk-tier-prices-post",
    "async-bulk-products-put-bySku",
    "async-bulk-store-code-in-url",
    "limits-on-async-bulk-array-over-20",
}
"""Accepted bulk calls: their ids and the hashes of what was sent are the recorded shop's own."""

SHAPE_ONLY = {
    *BULK_ANSWERS,
    "async-bulk-customers-post-detailed-status",
    "async-bulk-ship-byOrderId-detailed-status",
    "async-bulk-products-put-bySku-detailed-status",
    "stockItems-get-legacy",
}


def _shown(name: str) -> Preparation:
    """The shop holds what the answer shows, and nothing else of these SKUs."""

    def prepare(world: World) -> None:
        items = recordings.body(name)["items"]
        for sku in {item["sku"] for item in items}:
            for code in list(world.store.stock.sources):
                world.store.stock.remove(sku, code)
        for item in items:
            _lies(item["sku"], item["source_code"], str(item["quantity"]), item["status"])(world)

    return prepare


def _lies(sku: str, source: str, quantity: str, status: int = 1) -> Preparation:
    return lambda world: world.store.stock.put(SourceItem(sku, source, Decimal(quantity), status))


def _asked(name: str) -> Preparation:
    """The recorded call ``name`` was made before."""

    def prepare(world: World) -> None:
        request = recordings.exchange(name)["request"]
        answer = world.client.request(
            request["method"],
            request["path"],
            content=encode(request["body"]),
            headers={"Content-Type": "application/json"},
        )
        assert answer.status_code == recordings.exchange(name)["response"]["status"], answer.text

    return prepare


def _bulk(call: str, asked: str, *, done: bool = True) -> Preparation:
    """The bulk call was accepted at the recorded time, under the recorded id."""

    def prepare(world: World) -> None:
        shown = recordings.body(asked)
        if isinstance(shown, dict):
            start = shown["start_time"] if "start_time" in shown else _first_start(shown)
            world.clock.set(datetime.fromisoformat(start).replace(tzinfo=UTC))
        _asked(call)(world)
        ((made, batch),) = world.store.bulk.batches.items()
        batch.uuid = recordings.body(call)["bulk_uuid"]
        world.store.bulk.batches = {batch.uuid: world.store.bulk.batches[made]}
        if done:
            world.store.bulk.consume()

    return prepare


def _first_start(shown: dict[str, Any]) -> str:
    start: str = shown["items"][0]["extension_attributes"]["start_time"]
    return start


def _limits(world: World) -> None:
    world.store.configure(limits=InputLimits())


def _reserved(*pieces: int) -> Preparation:
    """Open orders for HUB-0142 of so many pieces."""

    def prepare(world: World) -> None:
        for number, count in enumerate(pieces, 1):
            line = {"sku": "HUB-0142", "qty_ordered": count}
            world.store.load(recordings.order(number, items=[line]))

    return prepare


def _then(*steps: Preparation) -> Preparation:
    def prepare(world: World) -> None:
        for step in steps:
            step(world)

    return prepare


def _shipped_and_cancelled(world: World) -> None:
    order = world.store.orders.any(2)
    assert order is not None
    world.store.stock.debit(order, [("HUB-0142", 4)], "wh_detroit")
    order.items[0]["qty_shipped"] = 4


def _only_two_sources(world: World) -> None:
    world.store.stock.remove("HUB-0001", "default")


_SOURCE_ITEMS = "async-bulk-source-items-post"
_CUSTOMERS = "async-bulk-customers-post"
_SHIP = "async-bulk-ship-byOrderId"
_BASE_PRICES = "async-bulk-base-prices"
_TIER_PRICES = "async-bulk-tier-prices"
_PRODUCTS = "async-bulk-products-put-bySku"
_IN_B2B = "async-bulk-store-code-in-url"
_MALFORMED = "async-bulk-malformed-item"
_SYNCED = _lies("HUB-0142", "wh_detroit", "600")


def _consume(world: World) -> None:
    world.store.bulk.consume()


def _order_7(world: World) -> None:
    world.store.load(recordings.order(7))


def _one_customer(world: World) -> None:
    for customer_id in (1, 2, 3):
        world.store.customers.remove(customer_id)
    world.post("customers", {"customer": {"email": "wanda@example.com", "firstname": "A", "lastname": "B"}})


PREPARED: dict[str, Preparation] = {
    **{
        name: _bulk(_SOURCE_ITEMS, name, done="immediately" not in name)
        for name in (
            "async-bulk-detailed-status-done",
            "async-bulk-detailed-status-immediately",
            "async-bulk-status-done",
            "async-bulk-status-immediately",
            "async-bulk-list-operations-search",
            "async-bulk-operation-status-count-1-complete",
            "async-bulk-operation-status-count-2-retriably-failed",
            "async-bulk-operation-status-count-3-not-retriably-failed",
            "async-bulk-operation-status-count-4-open",
            "async-bulk-operation-status-count-5-rejected",
        )
    },
    "async-bulk-malformed-item-detailed-status": _bulk(
        _MALFORMED, "async-bulk-malformed-item-detailed-status"
    ),
    "async-bulk-customers-post-detailed-status": _then(
        _one_customer, _bulk(_CUSTOMERS, "async-bulk-customers-post-detailed-status")
    ),
    _SHIP: _order_7,
    f"{_SHIP}-detailed-status": _then(_order_7, _bulk(_SHIP, f"{_SHIP}-detailed-status")),
    f"{_BASE_PRICES}-detailed-status": _bulk(f"{_BASE_PRICES}-post", f"{_BASE_PRICES}-detailed-status"),
    f"{_TIER_PRICES}-detailed-status": _bulk(f"{_TIER_PRICES}-post", f"{_TIER_PRICES}-detailed-status"),
    f"{_PRODUCTS}-detailed-status": _bulk(_PRODUCTS, f"{_PRODUCTS}-detailed-status"),
    "async-bulk-store-code-after-all": _then(_asked(_IN_B2B), _consume),
    "async-bulk-store-code-after-b2b": _then(_asked(_IN_B2B), _consume),
    "limits-on-async-bulk-array-over-20": _limits,
    "limits-on-async-bulk-inner-array-over-20": _limits,
    "async-single-detailed-status": _bulk("async-single-source-items-post", "async-single-detailed-status"),
    **{
        name: _shown(name)
        for name in (
            "inventory-source-items-after-ship",
            "inventory-source-items-after-ship-no-source",
            "source-items-get-search",
            "stockItems-put-legacy-source-items-after",
            "reservation-4-after-partial-ship-source-items",
            "reservation-5-after-cancel-source-items",
            "source-items-post-unknown-source-after",
        )
    },
    "inventory-source-items-save-bundle-together-400": lambda world: world.store.stock.ship_together(
        "KIT-1", "default"
    ),
    "inventory-are-products-salable": _asked("source-items-post-status-0-with-qty"),
    "source-items-status-0-salable": _asked("source-items-post-status-0-with-qty"),
    "source-items-unknown-sku-after": _asked("source-items-post-unknown-sku"),
    "inventory-salable-quantity-after-ship": lambda world: _lies("HUB-0013", "wh_detroit", "495")(world),
    "reservation-1-before-salable": _reserved(3),
    "reservation-2-after-order-salable": _reserved(3, 10),
    "reservation-2-after-order-source-items": _reserved(3, 10),
    "reservation-3-after-erp-sync-salable": _then(_reserved(3, 10), _SYNCED),
    "reservation-3-after-erp-sync-source-items": _then(_reserved(3, 10), _SYNCED),
    "reservation-4-after-partial-ship-salable": _then(_reserved(3, 10), _SYNCED, _shipped_and_cancelled),
    "reservation-5-after-cancel-salable": _then(
        _reserved(3, 10), _SYNCED, _shipped_and_cancelled, lambda world: world.shopper.cancel(2)
    ),
    "limits-on-error-array-over-20": _limits,
}

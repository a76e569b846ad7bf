"""An order that was sent and shipped, for tests of invoices, payments and credits."""

from __future__ import annotations

from integration.flows.fulfilment import Fulfilled

STATUSES = {"invoiced-open": "invoiced", "paid": "paid", "complete": "paid"}


def shipped(shop: Fulfilled, kind: str = "guest") -> int:
    placed = shop.sent(kind)
    shop.despatch(placed)
    shop.run("shipments")
    return placed

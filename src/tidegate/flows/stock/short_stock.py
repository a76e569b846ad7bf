"""Shipments that wait for stock are tried again as soon as the stock of one of their products was written."""

from __future__ import annotations

from tidegate.domain.errors import Code
from tidegate.domain.verdict import Verdict
from tidegate.flows.connection import Connection
from tidegate.flows.cycle import Cycle
from tidegate.flows.fulfilment.shipment_steps import SHIPMENT
from tidegate.flows.fulfilment.shipments import FLOW, read_shipment
from tidegate.flows.stock.writer import place_of
from tidegate.ledger import mirror, queue
from tidegate.ledger.queue import Item

STOCK = "inventory"


def waiting(connection: Connection) -> list[Item]:
    """The shipments that Magento's source could not serve."""
    return [
        item
        for item in queue.held(connection.name, FLOW)
        if item.reason_code == Code.SHORT_STOCK and item.step.startswith(SHIPMENT)
    ]


def written(connection: Connection) -> dict[str, str]:
    """The confirmed stock of the products that such shipments wait for; empty when none waits."""
    skus = {sku for item in waiting(connection) for sku in read_shipment(item.subject).skus}
    if not skus:
        return {}
    settled = mirror.settled(connection.name, STOCK).iter_rows()
    return {key: value for key, value in settled if place_of(key)[0] in skus}


def release(cycle: Cycle, before: dict[str, str]) -> None:
    """Queue the shipments of products whose confirmed stock is another than `before`, which `written` returned."""
    changed = {
        place_of(key)[0] for key, value in written(cycle.connection).items() if before.get(key) != value
    }
    ready = [
        Verdict(item.id, "j", text="the stock of its products was written")
        for item in waiting(cycle.connection)
        if not changed.isdisjoint(read_shipment(item.subject).skus)
    ]
    cycle.count("released", len(ready))
    cycle.apply(ready)

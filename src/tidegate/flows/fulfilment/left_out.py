"""The step that asks a person about pieces of a despatch that Magento's shipment does not have.

The shipment itself is confirmed: it is there, and its pieces have left the source. What it lacks is a question
of its own, which ends by itself when the shipment is found to have everything.
"""

from __future__ import annotations

from tidegate.domain.orders.keys import order_key, step_key
from tidegate.ledger.delivery import NewDelivery
from tidegate.ledger.queue import Item

LEFT_OUT = "left-out:"


def left_out_step(shipment: Item) -> NewDelivery:
    """The question about this shipment, once."""
    return following_step(shipment, LEFT_OUT + shipment.step.partition(":")[2])


def following_step(shipment: Item, step: str, subject: str = "") -> NewDelivery:
    """A step of the same order that the confirmation of this shipment brings with it."""
    return NewDelivery(
        connection=shipment.connection,
        flow=shipment.flow,
        step=step,
        key=step_key(order_key(shipment.store, shipment.entity_id or 0), step),
        source_id=shipment.source_id,
        label=shipment.label,
        subject=subject,
    )

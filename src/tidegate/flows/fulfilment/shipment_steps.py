"""The steps of shipments: the shipment, its tracking numbers, and a question about pieces that it does not have.

A shipment that lacks pieces of its despatch is confirmed all the same: it is there, and its pieces have left the
source. The question is a step of its own, which ends by itself when the shipment is found to have everything.
"""

from __future__ import annotations

from tidegate.domain.orders.keys import order_key, step_key
from tidegate.flows.order_steps import step_part
from tidegate.ledger import lookups
from tidegate.ledger.delivery import NewDelivery
from tidegate.ledger.queue import Item

SHIPMENT, TRACK, LEFT_OUT = "shipment:", "track:", "left-out:"  #: how the names of the steps begin
STEPS = (SHIPMENT, TRACK, LEFT_OUT)


def shipment_step(despatch: str, warehouse: str = "") -> str:
    """Its name; `warehouse` only where the despatch left several."""
    return f"{SHIPMENT}{step_part(despatch)}" + (f":{step_part(warehouse)}" if warehouse else "")


def track_step(despatch: str, number: str) -> str:
    """The name of the step that adds a tracking number which came later."""
    return f"{TRACK}{step_part(despatch)}:{step_part(number)}"


def left_out_step(shipment: Item) -> NewDelivery:
    """The question about this shipment, once."""
    return following_step(shipment, LEFT_OUT + shipment.step.removeprefix(SHIPMENT))


def shipment_of(question: Item) -> Item | None:
    """The shipment that a question is about."""
    return lookups.step_of(question.source_id, question.flow, SHIPMENT + question.step.removeprefix(LEFT_OUT))


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

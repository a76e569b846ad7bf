"""What the store is to be told about a confirmed order: two steps, each with its own key.

`number` stores the company's order number in `ext_order_id`; `comment` writes it into the order's
history, hidden or visible to the customer, by configuration.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from tidegate.domain.orders.keys import order_key, step_key
from tidegate.domain.states import State
from tidegate.domain.verdict import Verdict
from tidegate.flows.cycle import Cycle
from tidegate.flows.payments import deposits
from tidegate.ledger import delivery, lookups
from tidegate.ledger.delivery import NewDelivery

FLOW = "order-status"
NUMBER = "number"
COMMENT = "comment"


class Note(msgspec.Struct, frozen=True):
    """The subject of both steps."""

    entity_id: int
    number: str

    @property
    def text(self) -> str:
        """The comment, by which a look-up finds it again among the order's comments."""
        return f"Sage order {self.number}"


read_note = msgspec.json.Decoder(Note).decode


def ask_for(cycle: Cycle, confirmed: Sequence[Verdict], now: datetime) -> None:
    """Inside the transaction that confirms orders: queue what the store shall be told."""
    deposits.ask_for(cycle, confirmed, now)
    rule = cycle.connection.settings.notes
    steps = ([NUMBER] if rule.number else []) + ([COMMENT] if rule.comment != "none" else [])
    confirmed = [
        verdict for verdict in confirmed if verdict.target_number
    ]  # without one the notes wait for it
    if not confirmed or not steps:
        return
    origins = lookups.origins([verdict.delivery_id for verdict in confirmed])
    wanted = []
    for verdict in confirmed:
        origin = origins[verdict.delivery_id]
        note = Note(origin.entity_id, verdict.target_number)
        for step in steps:
            wanted.append(
                NewDelivery(
                    connection=cycle.name,
                    flow=FLOW,
                    step=step,
                    key=step_key(order_key(origin.store, origin.entity_id), step),
                    source_id=origin.source_id,
                    label=origin.label,
                    subject=msgspec.json.encode(note).decode(),
                    state=State.QUEUED,
                )
            )
    delivery.create_many(wanted, now)

"""What is to be written to the store about a confirmed order: two steps, each with its own key.

`number` stores the company's order number in `ext_order_id`; `comment` writes it into the order's
history, hidden or visible to the customer, by configuration. Both wait where the company has not given the
order a number yet.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from tidegate.domain.errors import Code, Failure
from tidegate.domain.orders.keys import order_key, step_key
from tidegate.domain.states import State
from tidegate.domain.verdict import Verdict
from tidegate.flows.cycle import Cycle
from tidegate.flows.status import late_numbers
from tidegate.flows.status.note_steps import COMMENT, FLOW, NUMBER, Note
from tidegate.ledger import delivery, lookups
from tidegate.ledger.delivery import NewDelivery
from tidegate.sage.port.outcomes import Kind

NEVER_NUMBERED = Failure(Code.NOT_OFFERED, "this Sage product does not give orders a number", sent=False)


def ask_for(cycle: Cycle, confirmed: Sequence[Verdict], now: datetime) -> None:
    """Queue what is to be written to the store, in the transaction that confirms the orders."""
    rule = cycle.connection.settings.notes
    steps = ([NUMBER] if rule.number else []) + ([COMMENT] if rule.comment != "none" else [])
    if not confirmed or not steps:
        return
    origins = lookups.origins([verdict.delivery_id for verdict in confirmed])
    wanted = []
    for verdict in confirmed:
        origin = origins[verdict.delivery_id]
        note = Note(origin.entity_id, verdict.target_number, Kind(verdict.target_kind or Kind.ORDER))
        state, why = State.QUEUED, None
        if not note.number:
            numbered = cycle.connection.company.about.orders.states_numbers
            state = State.HELD if numbered else State.SKIPPED
            why = late_numbers.not_there_yet(origin.store, origin.entity_id) if numbered else NEVER_NUMBERED
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
                    state=state,
                    reason_code=why.code if why else "",
                    reason=why.text if why else "",
                    waits_for=(why.missing or "") if why else "",
                )
            )
    delivery.create_many(wanted, now)

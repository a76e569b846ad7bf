"""Orders that the company has accepted without a number: what stores or shows the number waits for it.

The number is learnt by a look-up in the cycles of `orders`, or with the order's progress, whichever comes
first; then the waiting steps get it and go on.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from tidegate.domain.errors import Code, Failure
from tidegate.domain.orders.keys import order_key
from tidegate.flows.cycle import Cycle
from tidegate.flows.status.note_steps import COMMENT, FLOW, NUMBER, read_note
from tidegate.ledger import delivery, lookups, queue
from tidegate.ledger.database import transaction
from tidegate.sage.port.orders import OrderKey
from tidegate.sage.port.session import Session

KIND = "number:"
#: Orders that are looked up for their number in one cycle.
MOST = 200


def waits_for(store: str, entity_id: int) -> str:
    """What the steps of such an order wait for."""
    return f"{KIND}{store}:{entity_id}"


def not_there_yet(store: str, entity_id: int) -> Failure:
    """Why a step cannot be carried out."""
    return Failure(
        Code.NUMBER_PENDING,
        "the company has the order, but has given it no number yet",
        missing=waits_for(store, entity_id),
        sent=False,
    )


def are_waited_for(cycle: Cycle) -> bool:
    """Whether any step waits for a number."""
    return bool(_wanted(cycle))


def look_up(cycle: Cycle, session: Session) -> None:
    """Ask for the orders whose number is waited for, pooled. Where none can be looked up, progress brings it."""
    search, size = session.order_search, session.orders.about.lookups_per_call
    if search is None:
        return
    keys = [OrderKey(key, label) for key, label in _wanted(cycle).items()]
    for start in range(0, len(keys), size):
        if not cycle.may_call_company():
            return
        found = search.find(keys[start : start + size])
        if isinstance(found, Failure):
            cycle.call_failed(found)
            return
        learn(
            cycle,
            {key: each.number for key, there in found.items() for each in there if each.ours and each.number},
        )


def learn(cycle: Cycle, numbers: Mapping[str, str]) -> None:
    """Numbers of orders by our key: steps that wait for one get it and go on."""
    if not numbers:
        return
    known = {key: numbers[key] for key in _wanted(cycle).keys() & numbers.keys() if numbers[key]}
    for key, number in known.items():
        _, store, entity_id = key.rsplit(":", 2)
        name = waits_for(store, int(entity_id))
        steps = [
            item
            for step in (NUMBER, COMMENT)
            for item in lookups.held_for(cycle.name, FLOW, step, name, limit=1)
        ]
        subjects = {
            item.id: msgspec.json.encode(
                msgspec.structs.replace(read_note(item.subject), number=number)
            ).decode()
            for item in steps
        }
        with transaction("number"):
            delivery.refresh_subject(subjects, cycle.now(), text=f"the company's number is {number}")
            cycle.count("released", delivery.release_waiting(cycle.name, [name], cycle.now()))


def _wanted(cycle: Cycle) -> dict[str, str]:
    """Our keys of the orders whose number is waited for, with the numbers that people know them by."""
    found = {}
    for name in [each for each in queue.waiting_for(cycle.name) if each.startswith(KIND)][:MOST]:
        _, store, entity_id = name.split(":")
        order = lookups.step_of_document(store, int(entity_id), "orders", "order")
        if order is not None:
            reference = cycle.connection.settings.reference_prefix + order.label
            found[order_key(store, int(entity_id))] = reference
    return found

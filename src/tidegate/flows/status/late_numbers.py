"""Orders that the company has accepted without a number: they get it later, and what stores or shows it waits.

The number comes from a look-up in the cycles of `orders`, or with the order's progress, whichever comes
first; then the waiting steps get it and continue.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from tidegate.domain.errors import Code, Failure
from tidegate.domain.missing_thing import missing_thing
from tidegate.domain.states import State
from tidegate.flows.cycle import Cycle
from tidegate.flows.status.note_steps import COMMENT, FLOW, NUMBER, read_note
from tidegate.flows.stored_keys import search_keys, stored_keys
from tidegate.ledger import delivery, lookups, queue
from tidegate.ledger import late_numbers as ledger
from tidegate.ledger.database import transaction
from tidegate.ledger.keys import Source
from tidegate.ledger.queue import Item
from tidegate.sage.port.session import Session

#: Orders that are looked up for their number in one cycle.
MOST = 200


def waits_for(store: str, entity_id: int) -> str:
    """What the steps of such an order wait for."""
    return missing_thing("number", f"{store}:{entity_id}")


def not_there_yet(store: str, entity_id: int) -> Failure:
    """Why a step cannot be carried out."""
    return Failure(
        Code.NUMBER_PENDING,
        "the company has the order, but has not given it a number yet",
        missing=waits_for(store, entity_id),
        sent=False,
    )


def are_waited_for(cycle: Cycle) -> bool:
    """Whether the company has an order whose number is not known."""
    return bool(_wanted(cycle))


def look_up(cycle: Cycle, session: Session) -> None:
    """Ask for the orders that have no number yet, pooled. Where none can be looked up, progress brings it."""
    search, size = session.order_search, session.orders.about.lookups_per_call
    if search is None:
        return
    numbers = {_source(item): item.label for item in _wanted(cycle).values()}
    keys = list(search_keys(cycle.connection, numbers).values())
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
    """Numbers of orders by our key: the orders get them, and the steps that wait for one continue."""
    if not numbers:
        return
    known = {key: item for key, item in _wanted(cycle).items() if numbers.get(key)}
    for key, order in known.items():
        number = numbers[key]
        name = waits_for(order.store, order.entity_id or 0)
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
            ledger.give({order.id: number}, cycle.now())
            delivery.refresh_subject(subjects, cycle.now(), text=f"the company's number is {number}")
            cycle.count("released", delivery.release_waiting(cycle.name, [name], cycle.now()))


def _wanted(cycle: Cycle) -> dict[str, Item]:
    """The orders without a number, and those whose number a step waits for, by our key."""
    found: dict[int, Item] = {}
    if cycle.connection.company.about.orders.states_numbers:
        found = {item.id: item for item in ledger.numberless(cycle.name, MOST)}
    waiting = queue.listing(
        connection=cycle.name, flow=FLOW, code=Code.NUMBER_PENDING, state=State.HELD, limit=MOST
    )
    for source_id in {step.source_id for step in waiting}:
        if (order := lookups.step_of(source_id, "orders", "order")) is not None:
            found[order.id] = order
    names = stored_keys(cycle.connection, [_source(item) for item in found.values()]) if found else {}
    return {names[_source(item)]: item for item in found.values()}


def _source(item: Item) -> Source:
    return item.store, item.entity_id or 0

"""Steps of orders that the company's documents ask for: found by the order's key, made once each."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from tidegate.domain.orders.keys import order_key, payload_hash, step_key
from tidegate.domain.states import State
from tidegate.flows.connection import Connection
from tidegate.flows.cycle import Cycle
from tidegate.ledger import intake, keys
from tidegate.ledger.delivery import NewDelivery
from tidegate.ledger.intake import Known
from tidegate.ledger.texts import storable
from tidegate.ledger.unknown_documents import STEP as UNKNOWN

#: Characters of one part of a step's name: the key that it becomes part of has 120.
LONGEST_PART = 40


def known_orders(connection: Connection, stored: Iterable[str]) -> dict[str, Known | None]:
    """The orders of this store by the keys that the company keeps; None for an unknown key.

    Left out are orders of another store or connection, which carries them, and documents without a key.
    """
    wanted = {key for key in stored if key}
    sources = keys.sources(connection.settings.company, wanted)
    store = connection.settings.store
    ids = {key: entity_id for key, (owner, entity_id) in sources.items() if owner == store}
    known = intake.known(store, "order", ids.values())
    found: dict[str, Known | None] = dict.fromkeys(wanted - sources.keys())
    for key, entity_id in ids.items():
        order = known.get(entity_id)
        if order is None or order.connection == connection.name:
            found[key] = order
    return found


def step_part(identifier: str) -> str:
    """An identifier of the company as part of a step's name: no slash, nothing unprintable, never too long."""
    text = storable(identifier).replace("/", "-")
    if len(text) <= LONGEST_PART:
        return text
    return f"{text[: LONGEST_PART - 13]}-{payload_hash(identifier)[:12]}"


def text_of(subject: msgspec.Struct) -> str:
    """A subject as the ledger keeps it."""
    return msgspec.json.encode(subject).decode()


def new_step(
    cycle: Cycle,
    flow: str,
    order: Known,
    step: str,
    subject: msgspec.Struct,
    *,
    state: State = State.QUEUED,
    reason: str = "",
) -> NewDelivery:
    """A delivery of one step of the order."""
    return NewDelivery(
        connection=cycle.name,
        flow=flow,
        step=step,
        key=step_key(order_key(cycle.connection.settings.store, order.entity_id), step),
        source_id=order.source_id,
        label=order.increment_id,
        subject=text_of(subject),
        state=state,
        reason=reason,
    )


def unknown_step(cycle: Cycle, flow: str, key: str, what: str, identifier: str) -> NewDelivery:
    """A document of an order that the ledger does not know, skipped.

    Its key is of its own: should the order become known, the document is read again (`ledger/unknown_documents.py`),
    and its real key is still free.
    """
    step = f"{UNKNOWN}{what}:{step_part(identifier)}"
    return NewDelivery(
        connection=cycle.name,
        flow=flow,
        step=step,
        key=step_key(step_part(key), step),
        state=State.SKIPPED,
        label=key,
        reason=f"{what} {identifier} belongs to the order with key {key}, which the ledger does not know",
    )

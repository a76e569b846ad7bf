"""Editing what waits: which fields an order offers, what a wish would change, and doing it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from tidegate.domain.calendar import zone
from tidegate.domain.orders.edits import ACCOUNT, DATE, DIFFERENCE, EDITABLE, FIELDS, Field, clean, own_value
from tidegate.engine.hub import Hub
from tidegate.flows.stored_order import read_order
from tidegate.ledger import edits
from tidegate.ledger.edits import NewEdit
from tidegate.ledger.queue import Item

#: Fields that mean the same in every order, so that many can be edited at once.
COMMON = (ACCOUNT, DATE, DIFFERENCE)


@dataclass(frozen=True, slots=True)
class Offered:
    """One field of one order: `own` is the store's value, `value` what would be sent now."""

    field: Field
    own: str
    value: str

    @property
    def edited(self) -> bool:
        """Whether a user has changed it."""
        return self.own != self.value


def may_be_edited(item: Item) -> bool:
    """Whether the delivery has fields to edit, and its target certainly does not have it."""
    waits = item.state in edits.EDITABLE and item.attempt_id is None
    fields = EDITABLE.get((item.flow, item.step), ())
    read = item.source_id is not None  # an order that could not be read has no fields
    return waits and read and bool(fields) and not (item.target_id or item.target_number)


def offered(item: Item) -> list[Offered]:
    """The fields of this delivery; none when nothing of it may be edited."""
    if not may_be_edited(item) or not item.document:
        return []
    order = read_order(item.document)
    kept = edits.in_force([item.id]).get(item.id, {})
    found = []
    for name in EDITABLE[item.flow, item.step]:
        own = own_value(order, name)
        if own is None:
            continue
        then, value = kept.get(name, (own, own))
        found.append(Offered(FIELDS[name], own, value if then == own else own))
    return found


def wished(hub: Hub, item: Item, values: Mapping[str, str]) -> list[NewEdit]:
    """What would change of this delivery. Raises ValueError, in words, for a value that cannot be."""
    today = today_of(hub, item)
    new = []
    for each in offered(item):
        name = each.field.name
        if name in values and (value := clean(name, values[name], today)) != each.value:
            new.append(NewEdit(name, each.own, each.value, value))
    return new


def edit(item: Item, new: Sequence[NewEdit], *, by: str, now: datetime, reason: str = "") -> None:
    """Store the edits. In a transaction. Raises NotAllowed for what the target may have by now."""
    edits.edit(item.id, new, now, by=by, reason=reason)


def today_of(hub: Hub, item: Item) -> date:
    """The day at the company."""
    connection = hub.connections.get(item.connection)
    name = connection.company_settings.time_zone if connection is not None else "UTC"
    return hub.clock.now().astimezone(zone(name)).date()

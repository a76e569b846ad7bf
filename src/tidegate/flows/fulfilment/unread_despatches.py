"""What has left the company and is in no delivery of the flow `shipments` yet.

An order that is despatched and invoiced is no longer an open order of the company, so no web line shows
of its pieces. Between two readings of the flow `shipments` the ledger does not know of them either, while
Magento still reserves them. So the despatches behind that flow's cursor are read together with the stock.
Nothing is taken in here, and no cursor is moved: the flow `shipments` does that.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from tidegate.domain.bad_row import BadRow
from tidegate.domain.errors import Failure
from tidegate.flows.connection import Connection
from tidegate.flows.cycle import Cycle
from tidegate.flows.fulfilment import shipments
from tidegate.flows.order_steps import known_orders
from tidegate.ledger import cursors, lookups
from tidegate.ledger.shipped import Unwritten
from tidegate.sage.port.session import Session


@dataclass(frozen=True, slots=True)
class UnreadDespatch:
    """A despatch, or its part from one warehouse, by the name of the step that it will become."""

    source_id: int
    step: str
    lines: tuple[Unwritten, ...]


@dataclass(frozen=True, slots=True)
class Unread:
    """The pieces despatched, and the despatches whose pieces are unknown: those stay taken."""

    despatches: list[UnreadDespatch] = field(default_factory=list)
    bad: tuple[BadRow, ...] = ()


def read(cycle: Cycle, session: Session) -> Unread | Failure:
    """The despatches behind the cursor of the flow `shipments`; none where that flow does not run.

    One call while nothing has left. To be read after the web lines and before the stock: an order that is
    despatched later is missing here and taken off the stock, which errs towards caution.
    """
    if not is_needed(cycle.connection):
        return Unread()
    if session.despatches is None:
        return Unread()
    changes = session.despatches.read(cursors.read(cycle.name, shipments.FLOW, shipments.CURSOR))
    if isinstance(changes, Failure):
        return changes
    orders = known_orders(cycle.connection, [row.order_key for row in changes.rows])
    found = []
    for despatch in changes.rows:
        order = orders.get(despatch.order_key)
        if order is None:
            continue  # not of this connection, or not known: nothing of it is in the formula
        for step, subject in shipments.parts(cycle.connection.settings, despatch, order):
            lines = tuple(
                Unwritten(order.entity_id, line.line_key, line.sku, line.warehouse, line.quantity)
                for line in subject.lines
            )
            found.append(UnreadDespatch(order.source_id, step, lines))
    return Unread(found, tuple(changes.bad))


def is_needed(connection: Connection) -> bool:
    """Whether Magento reserves pieces until the flow `shipments` has written what left."""
    flow = connection.settings.flows.get(shipments.FLOW)
    return connection.settings.stock.msi and flow is not None and flow.enabled


def still_unread(despatches: Collection[UnreadDespatch]) -> list[Unwritten]:
    """The lines of those that the ledger does not have yet.

    To be asked after `shipped.unwritten`: what the flow `shipments` takes in between the two counts nowhere
    for one cycle, and not twice.
    """
    return [
        line
        for each in despatches
        if lookups.step_of(each.source_id, shipments.FLOW, each.step) is None
        for line in each.lines
    ]

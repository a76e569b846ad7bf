"""Invoices of Sage that bill pieces whose despatch is in no delivery of the flow `shipments` yet.

Sage invoices what has left. But a list of changes may show an invoice and not its despatch: the despatch cannot
be read, or could not be taken in, or it was stamped before the list and can be seen only after it. Such an invoice
is held, and gone over again whenever the despatches were read. A company that invoices before it despatches has
nothing to show: after `PATIENCE` the invoice goes on, unless a despatch is known to be missing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from tidegate.domain.errors import Code
from tidegate.domain.fulfilment.sage_documents import InvoiceLine
from tidegate.domain.fulfilment.store_order import Pieces
from tidegate.domain.money import ZERO
from tidegate.domain.orders.line_keys import is_item_key, item_key
from tidegate.domain.states import State
from tidegate.domain.verdict import Verdict
from tidegate.flows import unreadable
from tidegate.flows.cycle import Cycle
from tidegate.flows.fulfilment import shipments
from tidegate.flows.fulfilment.shipment_steps import SHIPMENT
from tidegate.flows.invoice_steps import INVOICE, INVOICES, UNREAD_DESPATCH, read_subject
from tidegate.flows.stored_order import read_order
from tidegate.ledger import alerts, delivery, lookups, order_documents, queue
from tidegate.ledger.database import transaction
from tidegate.ledger.delivery import NewDelivery
from tidegate.ledger.queue import Item

#: Longer than a despatch can stay unseen after it was stamped, which is minutes.
PATIENCE = timedelta(minutes=30)
UNREAD = (
    "the invoice is for items whose despatch has not been read yet; Tidegate continues by itself when it "
    "has been read"
)


def waiting(connection: str) -> list[Item]:
    """The invoices that wait for despatches to be read."""
    return queue.listing(
        connection=connection, flow=INVOICES, state=State.HELD, waits_for=UNREAD_DESPATCH, limit=500
    )


def held_if_ahead(step: NewDelivery, source_id: int, lines: Iterable[InvoiceLine]) -> NewDelivery:
    """The same delivery, held while the ledger knows of fewer pieces that left than it and those before bill."""
    if not bills_more(source_id, lines):
        return step
    return replace(
        step,
        state=State.HELD,
        reason_code=Code.PARENT_PENDING.value,
        reason=UNREAD,
        waits_for=UNREAD_DESPATCH,
    )


def bills_more(source_id: int, lines: Iterable[InvoiceLine] = ()) -> bool:
    """Whether an order's invoices, and these lines, bill more of a product than its despatches have."""
    left: dict[str, Decimal] = {}
    for step in order_documents.steps(source_id, shipments.FLOW, SHIPMENT):
        add(left, shipments.read_shipment(step.subject).lines)
    billed: dict[str, Decimal] = {}
    for step in order_documents.steps(source_id, INVOICES, INVOICE):
        if step.state is not State.CANCELLED:
            add(billed, read_subject(step.subject).lines)
    add(billed, lines)
    ahead = {key for key, quantity in billed.items() if quantity > left.get(key, ZERO)}
    return bool(ahead) and not ahead.isdisjoint(own_keys(source_id))


def own_keys(source_id: int) -> set[str]:
    """Our keys of the order's lines: an invoice of several orders lists those of all of them."""
    step = lookups.step_of(source_id, "orders", "order")
    order = queue.get(step.id) if step is not None else None
    if order is None or not order.document:
        return set()
    return {item_key(line.item_id) for line in read_order(order.document).lines}


def add(pieces: dict[str, Decimal], lines: Iterable[Pieces]) -> None:
    """Count the lines by our key. What is not a product, or was entered without our key, is not despatched under it."""
    for line in lines:
        if line.sku and is_item_key(line.line_key):
            pieces[line.line_key] = pieces.get(line.line_key, ZERO) + line.quantity


def release(cycle: Cycle, items: Iterable[Item], now: datetime) -> None:
    """The invoices that waited before this reading of the despatches and need not wait any longer."""
    missing = lacks_despatches(cycle.name)
    ready = [
        Verdict(item.id, "j", text="the despatches have been read")
        for item in items
        if item.source_id is None
        or not bills_more(item.source_id)
        or (not missing and now - item.created_at >= PATIENCE)
    ]
    with transaction("despatches read"):
        delivery.apply(ready, now, lease=cycle.lease)


def lacks_despatches(connection: str) -> bool:
    """Whether a despatch is known that cannot be read, or be taken in."""
    codes = (unreadable.ROWS, Code.UNFORESEEN.value)
    about = unreadable.subject(shipments.FLOW, "")
    return any(
        each.code in codes and each.subject.startswith(about) for each in alerts.open_alerts(connection)
    )

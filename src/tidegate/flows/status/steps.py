"""The steps that report an order's status, and what the ledger knows of it."""

from __future__ import annotations

import msgspec

from tidegate.domain.fulfilment.order_status import CANCELLED_STATUS, HELD_STATUS, OrderStatus, stands
from tidegate.domain.fulfilment.sage_documents import SalesOrderStatus
from tidegate.domain.orders.keys import order_key, step_key
from tidegate.domain.states import FINAL
from tidegate.flows.cycle import Cycle
from tidegate.flows.order_steps import step_part
from tidegate.flows.payment_steps import PAID, PAYMENTS
from tidegate.ledger import delivery, lookups, order_documents
from tidegate.ledger.delivery import NewDelivery
from tidegate.ledger.queue import Item

FLOW, STATUS, LIFT = "order-status", "standing-", "lift-"
#: The steps whose documents set the order's status to its state's own, whatever it was.
RESETTING = ("shipment:", "invoice:", "credit:")


class Progress(msgspec.Struct, frozen=True):
    """The subject: what Sage said of the order."""

    entity_id: int
    number: str
    status: SalesOrderStatus = msgspec.field(name="standing")  # its name in ledgers
    despatched: str
    invoiced: str


read_progress = msgspec.json.Decoder(Progress).decode


def word_of(source_id: int, progress: Progress | None) -> OrderStatus:
    """The order's status, with what the ledger knows of its payments."""
    if progress is None:
        progress = Progress(0, "", SalesOrderStatus.LIVE, "none", "part")
    return stands(progress.status, progress.despatched, progress.invoiced, paid=is_paid(source_id))


def is_paid(source_id: int) -> bool:
    """Whether the order has invoices, and all of them are paid."""
    invoices = order_documents.numbers(source_id, "sage-invoice")
    return bool(invoices) and all(
        lookups.step_of(source_id, PAYMENTS, PAID + step_part(number)) for number in invoices
    )


def last_progress(source_id: int) -> Progress | None:
    """The order's status as Sage reported it last."""
    reported = order_documents.steps(source_id, FLOW, STATUS)
    return read_progress(reported[-1].subject) if reported else None


def tell_again(cycle: Cycle, item: Item) -> None:
    """Set the status again that the call of a document has replaced, in the transaction that confirms it.

    Not when another step is about to report it, or when no status is mapped to it.
    """
    settings = cycle.connection.settings
    flow = settings.flows.get(FLOW)
    if not settings.statuses or flow is None or not flow.enabled or not item.step.startswith(RESETTING):
        return
    source_id = item.source_id
    reported = order_documents.steps(source_id, FLOW, STATUS) if source_id is not None else []
    if source_id is None or not reported or reported[-1].state not in FINAL:
        return
    status = settings.statuses.get(word_of(source_id, read_progress(reported[-1].subject)))
    if status in (None, HELD_STATUS, CANCELLED_STATUS):
        return
    step = f"{STATUS}{len(reported) + 1}"
    wanted = NewDelivery(
        connection=cycle.name,
        flow=FLOW,
        step=step,
        key=step_key(order_key(item.store, item.entity_id or 0), step),
        source_id=source_id,
        label=item.label,
        subject=reported[-1].subject,
    )
    delivery.create_many([wanted], cycle.now())

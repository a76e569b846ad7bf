"""Invoices of orders that are drafts or quotes in the company: created once the store has shipped or invoiced something.

A draft is released, or a quote becomes an invoice. The document's status is read first, so that an
invoice that users made there, or one whose answer was lost, is not made again. A step waits until its order is confirmed, and
while the store's cancellation of the whole order is not settled: a person may leave the order in the company.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from tidegate.domain.errors import Code
from tidegate.domain.orders.keys import order_key, step_key
from tidegate.domain.orders.order import Order
from tidegate.domain.states import FINAL, State
from tidegate.domain.verdict import Verdict
from tidegate.flows.cycle import Cycle
from tidegate.flows.fence import fenced
from tidegate.flows.writing import sending
from tidegate.flows.writing.attempts import Record
from tidegate.flows.writing.writing import Writing, apply
from tidegate.ledger import delivery, lookups, queue
from tidegate.ledger.delivery import NewDelivery
from tidegate.ledger.queue import Item
from tidegate.sage.port.invoice_due import InvoiceDue
from tidegate.sage.port.orders import InvoicingDesk
from tidegate.sage.port.outcomes import Accepted
from tidegate.sage.port.parcels import Scope
from tidegate.sage.port.session import Session

FLOW, STEP = "orders", "company-invoice"
#: Marks a step that has ended with its order and comes back with it; and why, by the order's state.
WITH_ORDER = "order-ended"
ENDED = {State.SKIPPED: "the order is skipped", State.CANCELLED: "the order is cancelled"}
#: Why a step was made.
REASONS = {InvoiceDue.SHIPPED: "shipped in the store", InvoiceDue.INVOICED: "invoiced in the store"}
#: Why a step is held.
UNSETTLED = (
    "the store has cancelled the whole order: it is invoiced only if its step cancel leaves it in Sage"
)
#: Invoices in one cycle; the rest waits for the next one.
MOST = 200


def is_due(order: Order, due: InvoiceDue) -> bool:
    """Whether the store has shipped or invoiced some of it; what needs no shipment is due once it is complete there."""
    if due is InvoiceDue.INVOICED:
        return order.invoiced
    return order.shipped or (order.shipping is None and order.state == "complete")


def ask(cycle: Cycle, order: Order, source_id: int, now: datetime) -> None:
    """Create the step of an order that is due, once, or reopen it with its order; in a transaction."""
    due = cycle.connection.company.about.invoice_due
    if due is None or not is_due(order, due):
        return
    step = lookups.step_of(source_id, FLOW, STEP)
    if step is not None:
        if step.state is State.SKIPPED and step.reason_code == WITH_ORDER and not _ended(source_id):
            delivery.apply([Verdict(step.id, "p", text="its order goes out")], now, lease=cycle.lease)
        return
    wanted = NewDelivery(
        connection=cycle.name,
        flow=FLOW,
        step=STEP,
        key=step_key(order_key(order.store, order.entity_id), STEP),
        source_id=source_id,
        label=order.increment_id,
        state=State.QUEUED,
        reason=REASONS[due],
    )
    delivery.create_many([wanted], now)


def take_up(cycle: Cycle, confirmed: Sequence[Verdict], now: datetime) -> None:
    """Reopen the steps that had ended with these orders, which are in the company after all; in their transaction."""
    if cycle.connection.company.about.invoice_due is None:
        return
    for order in lookups.items([verdict.delivery_id for verdict in confirmed]):
        step = lookups.step_of(order.source_id, FLOW, STEP)
        if step is not None and step.state is State.SKIPPED and step.reason_code == WITH_ORDER:
            delivery.apply([Verdict(step.id, "p", text="its order is in Sage")], now, lease=cycle.lease)


def release(cycle: Cycle) -> None:
    """Queue the steps whose order's cancellation is settled, from the ledger alone."""
    held = lookups.open_steps(cycle.name, FLOW, STEP, states=(State.HELD,))
    settled = [item for item in held if item.reason_code == Code.PARENT_PENDING and not is_unsettled(item)]
    cycle.count("released", len(settled))
    cycle.apply([Verdict(item.id, "j", text="the cancellation of its order is settled") for item in settled])


def run(cycle: Cycle, session: Session) -> None:
    """Make the invoices whose order is confirmed."""
    doubtful = queue.in_doubt(cycle.name, cycle.flow, STEP, cycle.started, MOST)
    text = "no answer to the invoice; the document is looked at before it is asked for again"
    cycle.apply([cycle.after_absence(item, text) for item in doubtful])
    for item in queue.due(cycle.name, cycle.flow, STEP, MOST, cycle.now()):
        order = lookups.step_of(item.source_id, cycle.flow, "order")
        if order is None:
            continue
        nothing = over(session, item)
        if order.state in ENDED:
            cycle.apply([Verdict(item.id, "n", code=WITH_ORDER, text=ENDED[order.state])])
        elif nothing:
            cycle.apply([Verdict(item.id, "n", text=nothing)])
        elif is_unsettled(item):
            cycle.count("held")
            cycle.apply([Verdict(item.id, "i", code=Code.PARENT_PENDING.value, text=UNSETTLED)])
        elif order.state is State.CONFIRMED and session.invoicing is not None and cycle.may_call_company():
            failure = fenced(item.label, partial(invoice, cycle, session.invoicing, item, order))
            if failure is not None:
                cycle.apply([cycle.after_failure(item, failure, None)])


def over(session: Session, item: Item) -> str:
    """Why there is nothing to invoice, whatever becomes of the order; "" when there is."""
    if session.invoicing is None:
        return "people make the invoices of this company's orders"
    cancelling = lookups.step_of(item.source_id, FLOW, "cancel")
    if cancelling is not None and cancelling.state is State.CONFIRMED:
        return "the whole order is cancelled in the company"
    return ""


def is_unsettled(item: Item) -> bool:
    """Whether the store has cancelled the whole order, and what becomes of it in the company is still open."""
    cancelling = lookups.step_of(item.source_id, FLOW, "cancel")
    return cancelling is not None and cancelling.state not in FINAL


def _ended(source_id: int) -> bool:
    """Whether the order itself will not go out."""
    order = lookups.step_of(source_id, FLOW, "order")
    return order is None or order.state in ENDED


def invoice(cycle: Cycle, desk: InvoicingDesk, item: Item, order: Item) -> None:
    """One invoice, written ahead."""
    payload = {"invoice": order.target_number or order.target_id}
    record = Record(item, item.key, f"invoice:{order.target_id}", payload)
    writing = Writing(scope=Scope.ORDERS, confirm=partial(confirm, cycle), settle=partial(apply, cycle))
    sending.send(
        cycle,
        writing,
        [record],
        lambda _: [(item.key, desk.invoice(order.target_id, order.target_number))],
    )


def confirm(cycle: Cycle, item: Item, accepted: Accepted, attempt_id: int | None) -> Sequence[Verdict]:
    """It is invoiced; the chain hears of the invoice when it is read."""
    cycle.count("confirmed")
    return [
        Verdict(
            item.id,
            "c",
            attempt_id=attempt_id,
            target_id=accepted.id,
            target_number=accepted.number,
            target_kind=accepted.kind,
            total=accepted.gross,
        )
    ]

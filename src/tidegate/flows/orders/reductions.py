"""Pieces that Magento cancels or refunds after the order was sent.

Each new figure becomes a step `reduced-…` of the order. It waits until the order is confirmed, or
proved absent (then it is sent without these pieces). What Sage has credited explains what Magento has
refunded, whoever was first: such a step ends by itself. The rest is a review with both figures.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

import msgspec

from tidegate.domain.errors import Code, Failure
from tidegate.domain.money import ZERO, total
from tidegate.domain.orders.extras import AmountTerms, payments
from tidegate.domain.orders.keys import order_key, revision, step_key
from tidegate.domain.orders.line_keys import item_key
from tidegate.domain.orders.order import Order
from tidegate.domain.orders.remaining import is_reduced
from tidegate.domain.orders.sales_order import SalesOrder
from tidegate.domain.orders.taken_back import NOTHING, SentWith, sent_with, unexplained
from tidegate.domain.states import FINAL, OUT, State
from tidegate.domain.verdict import Verdict
from tidegate.flows.cycle import Cycle
from tidegate.flows.invoice_steps import read_subject
from tidegate.flows.stored_order import read_order
from tidegate.ledger import alerts, delivery, lookups, order_documents
from tidegate.ledger.database import transaction
from tidegate.ledger.delivery import NewDelivery
from tidegate.ledger.queue import Item

FLOW, REDUCED = "orders", "reduced-"
CREDITS, CREDIT = "credits", "credit:"
#: The steps of documents that show that goods of an order have left, or were invoiced.
DELIVERED = (("shipments", "shipment:"), ("invoices", "invoice:"), (CREDITS, CREDIT))
#: Where the order itself is not settled yet.
UNSETTLED = (State.CAPTURED, State.QUEUED, *OUT, State.HELD, State.REVIEW)

_read = msgspec.json.Decoder(SentWith, strict=False).decode
_write = msgspec.json.Encoder(decimal_format="string").encode


def unexplained_of(order: Order, sent: Item | None, source_id: int) -> str:
    """What the store has taken back since the order was sent and Sage has not credited; "" for nothing."""
    if not is_reduced(order):
        return ""
    rows = unexplained(order, baseline(sent), credited(order, source_id))
    if not rows:
        return ""
    return f"After order {order.increment_id} was sent, Magento cancelled or refunded: {'; '.join(rows)}."


def baseline(sent: Item | None) -> SentWith:
    """What was taken back already when the order was sent."""
    return NOTHING if sent is None else read_sent_with(sent.subject)


def read_sent_with(subject: str) -> SentWith:
    """What was taken back already when the order was sent, by its delivery's subject."""
    return _read(subject) if subject else NOTHING


def credited(order: Order, source_id: int) -> dict[int, Decimal] | None:
    """Sage's credited pieces by order item, as far as its credit notes were read; None without any."""
    steps = order_documents.steps(source_id, CREDITS, CREDIT)
    if not steps:
        return None
    by_key = {item_key(line.item_id): line.item_id for line in order.lines}
    by_sku = {line.sku: line.item_id for line in reversed(order.lines)}
    found: dict[int, Decimal] = {}
    for step in steps:
        for line in read_subject(step.subject).lines:
            item_id = by_key.get(line.line_key, by_sku.get(line.sku))
            if item_id is not None:
                found[item_id] = found.get(item_id, ZERO) + line.quantity
    return found


def is_delivered(source_id: int) -> bool:
    """Whether goods of the order have left, or were invoiced, as far as Sage was read."""
    return any(order_documents.steps(source_id, flow, prefix) for flow, prefix in DELIVERED)


def ask(cycle: Cycle, order: Order, source_id: int, reason: str, now: datetime) -> None:
    """Create a step for what is taken back now, once for each figure, in a transaction."""
    step = f"{REDUCED}{revision(order)[-12:]}"
    if lookups.step_of(source_id, FLOW, step) is not None:
        return
    wanted = NewDelivery(
        connection=cycle.name,
        flow=FLOW,
        step=step,
        key=step_key(order_key(order.store, order.entity_id), step),
        source_id=source_id,
        label=order.increment_id,
        state=State.QUEUED,
        reason=reason,
    )
    delivery.create_many([wanted], now)


def remember(item: Item, order: Order, sales: SalesOrder, now: datetime, *, looked_up: bool = False) -> None:
    """Store what an order that is sent, or was found, in part is sent without; in its transaction."""
    if not is_reduced(order) and not item.subject:
        return
    text = _write(sent_with(order, sales.gross)).decode() if is_reduced(order) else ""
    delivery.refresh_subject(
        {item.id: text}, now, text="without what Magento has cancelled or refunded", looked_up=looked_up
    )


def forget(item: Item, now: datetime) -> None:
    """Drop what the order was to be sent without, as the company has it whole; in a transaction."""
    if item.subject:
        note = "the company has it as it was placed"
        delivery.refresh_subject({item.id: ""}, now, text=note, looked_up=True)


def total_as_placed(order: Order, sales: SalesOrder, amounts: Mapping[str, AmountTerms]) -> Decimal:
    """The full value of the whole order, in the currency of `sales`: what was sent before anything was taken back."""
    own = sales.currency == order.currency
    paid = payments(order.extras, order.fields, amounts)
    whole = (order.totals if own else order.base_totals).grand_total
    return whole + total(each.amount if own else each.base for each in paid)


def run(cycle: Cycle) -> None:
    """Decide about every open step whose order is settled, from the ledger alone."""
    open_steps = lookups.open_steps(cycle.name, FLOW, REDUCED)
    for step in open_steps:
        sent = lookups.step_of(step.source_id, FLOW, "order")
        if sent is None or sent.state in UNSETTLED or step.source_id is None:
            continue
        decide(cycle, step, sent, step.source_id)


def decide(cycle: Cycle, step: Item, sent: Item, source_id: int) -> None:
    """One step: over, or a person decides."""
    ended = over(step, sent, source_id)
    if ended:
        with transaction("reduced"):
            delivery.apply([Verdict(step.id, "n", text=ended)], cycle.now(), lease=cycle.lease)
            if not order_documents.open_steps(source_id, (FLOW,)):
                alerts.clear_alert(Code.CHANGED_AFTER_SEND.value, cycle.name, step.label, cycle.now())
        return
    if step.state is State.REVIEW:
        return
    text = (
        f"{unexplained_of(read_order(step.document), sent, source_id)} The order in Sage is "
        f"{sent.target_number}: change or credit it there by hand, then `tidegate queue skip {step.label} "
        f"--step {step.step} --reason corrected`; a credit note in Sage for these items ends this by itself."
    )
    if lookups.step_of(source_id, "payments", "deposit") is not None:
        text += " The receipt in Sage is for the whole order: post the refund to the buyer in Sage, too."
    failure = Failure(Code.CHANGED_AFTER_SEND, text, sent=False)
    cycle.apply([cycle.after_failure(step, failure, None)])


def over(step: Item, sent: Item, source_id: int) -> str:
    """Why no decision is needed; "" when a person decides."""
    if sent.state in FINAL and sent.state is not State.CONFIRMED:
        return f"the order is {sent.state}"
    order = read_order(step.document)
    if f"{REDUCED}{revision(order)[-12:]}" != step.step:
        return "Magento has cancelled or refunded something else since then"
    cancelling = lookups.step_of(source_id, FLOW, "cancel")
    if cancelling is not None and cancelling.state not in (State.SKIPPED, State.CANCELLED):
        return "the whole order is being cancelled"
    return "" if unexplained_of(order, sent, source_id) else "Sage has credited it"

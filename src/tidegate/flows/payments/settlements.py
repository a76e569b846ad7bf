"""What the sales ledger says of an order's invoice: paid, paid in part, open again.

An entry may be read before its invoice, which may bill several orders. So it is taken twice: by the
flow `payments` when it is read, and by the flow `invoices` for every order that its invoice names.
"""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from tidegate.domain.books.bookkeeping import EntryKind, LedgerEntry
from tidegate.domain.errors import Code
from tidegate.domain.money import shown
from tidegate.domain.orders.keys import order_key, step_key
from tidegate.domain.states import State
from tidegate.domain.verdict import Verdict
from tidegate.flows.cycle import Cycle
from tidegate.flows.invoice_steps import INVOICE, INVOICES, UNREAD_DESPATCH, payment_of
from tidegate.flows.order_steps import step_part, text_of
from tidegate.flows.payment_steps import PAID, PART, PAYMENTS, REOPENED, PaymentSubject
from tidegate.flows.payments import deposits
from tidegate.ledger import alerts, books, chain, delivery, lookups, order_documents, shipped
from tidegate.ledger.chain import ChainLink
from tidegate.ledger.delivery import NewDelivery
from tidegate.ledger.order_documents import Tie

FLOW = PAYMENTS


def take_known(cycle: Cycle, kind: EntryKind, tie: Tie, now: datetime) -> None:
    """Take in a document's entry, if it was read already, for one more order; in a transaction."""
    flow = cycle.connection.settings.flows.get(FLOW)
    if flow is None or not flow.enabled or not tie.number:
        return
    for entry in books.entries_named(cycle.name, (), [tie.number]):
        if entry.kind is kind and entry.reference == tie.number:
            take(cycle, entry, tie, now)


def take(cycle: Cycle, row: LedgerEntry, tie: Tie, now: datetime) -> None:
    """Take in what one entry says of one order, in a transaction. Repeating it changes nothing."""
    if row.urn:
        chain.add([ChainLink(tie.source_id, "sage-entry", row.urn, row.urn)], now)
    if row.kind is not EntryKind.INVOICE:
        return
    deposits.allocate_later(cycle, tie.source_id, row, tie.label, now)
    if row.outstanding:
        taken_back(cycle, row, tie, now)
    if row.outstanding >= row.gross and row.gross:
        return
    step = PAID + step_part(row.reference)
    if row.outstanding:
        step = f"{PART}{step_part(row.reference)}:{shown(row.outstanding)}"
    since = cycle.connection.settings.capture.since
    zone = ZoneInfo(cycle.connection.company_settings.time_zone)  # the ledger's days are the company's
    old = since is not None and row.settled is not None and row.settled < since.astimezone(zone).date()
    subject = PaymentSubject(tie.entity_id, row.reference, row.gross, row.outstanding, row.currency)
    wanted = NewDelivery(
        connection=cycle.name,
        flow=FLOW,
        step=step,
        key=step_key(order_key(tie.store, tie.entity_id), step),
        source_id=tie.source_id,
        label=tie.label,
        subject=text_of(subject),
        state=State.SKIPPED if old else State.QUEUED,
        reason="it was paid before this connection began" if old else "",
    )
    delivery.create_many([wanted], now)
    if not row.outstanding:
        release_invoice(cycle, tie.source_id, row.reference, now)


def taken_back(cycle: Cycle, row: LedgerEntry, tie: Tie, now: datetime) -> None:
    """Open a review: an invoice that was reported as paid is open again. In a transaction."""
    number = step_part(row.reference)
    step = f"{REOPENED}{number}:{shown(row.outstanding)}"
    reported = lookups.step_of(tie.source_id, FLOW, PAID + number) is not None
    if not reported or lookups.step_of(tie.source_id, FLOW, step) is not None:
        return
    text = (
        f"Sage invoice {row.reference} was paid, but {shown(row.outstanding)} {row.currency} of it is open "
        "again: a payment was reversed. Correct the order's status in Magento, then `tidegate queue skip`."
    )
    wanted = NewDelivery(
        connection=cycle.name,
        flow=FLOW,
        step=step,
        key=step_key(order_key(tie.store, tie.entity_id), step),
        state=State.REVIEW,
        source_id=tie.source_id,
        label=tie.label,
        reason_code=Code.OTHER_CONTENT.value,
        reason=text,
    )
    delivery.create_many([wanted], now)
    alerts.raise_alert(Code.OTHER_CONTENT.value, cycle.name, tie.label, text, now)


def release_invoice(cycle: Cycle, source_id: int, number: str, now: datetime) -> None:
    """Release the Magento invoice that waited for the payment, in a transaction; its flow's next cycle sends it.

    Where despatches are read, that cycle reads them first: while the invoice waited for its payment, nobody asked
    whether it is ahead of its despatch.
    """
    waiting = [
        each.id
        for each in order_documents.steps(source_id, INVOICES, INVOICE)
        if each.state is State.HELD and each.waits_for == payment_of(number)
    ]
    paid = "Sage's invoice is paid"
    delivery.apply([Verdict(each, "j", text=paid) for each in waiting], now, lease=cycle.lease)
    flow = cycle.connection.settings.flows.get(shipped.FLOW)
    if flow is not None and flow.enabled:
        code, text = (
            Code.PARENT_PENDING.value,
            f"{paid}; Tidegate continues by itself when it has read the despatches",
        )
        after = [Verdict(each, "i", code=code, text=text, waits_for=UNREAD_DESPATCH) for each in waiting]
        delivery.apply(after, now, lease=cycle.lease)

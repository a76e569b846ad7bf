"""The `invoices` flow: Sage's invoices -> Magento invoices, whole or in part.

For offline payment methods Magento calls every invoice paid at once (contract, point 21), so the
connection says whether Magento's comes with Sage's invoice or with its payment (`invoice_when`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any

from tidegate.domain.books.bookkeeping import EntryKind
from tidegate.domain.errors import Code, Failure
from tidegate.domain.fulfilment import invoicing
from tidegate.domain.fulfilment.document_totals import (
    gross_of,
    invoice_differs,
    own_lines,
    rounding_limit,
    side_index,
    total_of,
)
from tidegate.domain.fulfilment.order_part import not_compared, part_of
from tidegate.domain.fulfilment.sage_documents import InvoiceLine, SalesInvoice
from tidegate.domain.fulfilment.store_document import Mark, StoreDocument, There, settle
from tidegate.domain.fulfilment.store_document_amounts import order_charges
from tidegate.domain.fulfilment.store_order import StoreOrder, is_rest, paused
from tidegate.domain.money import ZERO, total
from tidegate.domain.orders.line_keys import is_extra_key, is_item_key
from tidegate.domain.states import State
from tidegate.flows import unreadable
from tidegate.flows.connection import Connection
from tidegate.flows.cycle import Cycle
from tidegate.flows.desks import not_offered
from tidegate.flows.fence import Taking
from tidegate.flows.fulfilment import invoices_ahead, shipments
from tidegate.flows.fulfilment.document_parts import next_part, unread
from tidegate.flows.fulfilment.document_values import full_value, unnamed_amount
from tidegate.flows.fulfilment.own_skus import order_by_own_skus
from tidegate.flows.invoice_steps import (
    INVOICE,
    INVOICES,
    UNPAID,
    InvoiceSubject,
    payment_of,
    read_subject,
)
from tidegate.flows.order_steps import known_orders, new_step, step_part, unknown_step
from tidegate.flows.payment_steps import PAID, PAYMENTS
from tidegate.flows.payments import settlements
from tidegate.flows.stored_keys import in_ledgers_names
from tidegate.flows.writing import documents
from tidegate.flows.writing.document_steps import Adopt, DocumentHandler, Drop, Made, NotYet, Step
from tidegate.ledger import books, chain, cursors, delivery, lookups
from tidegate.ledger import order_documents as of_orders
from tidegate.ledger.chain import ChainLink
from tidegate.ledger.database import transaction
from tidegate.ledger.delivery import NewDelivery
from tidegate.ledger.intake import Known
from tidegate.ledger.order_documents import Tie
from tidegate.ledger.queue import Item
from tidegate.magento.invoices import invoice
from tidegate.sage.port.session import Purpose

FLOW, CURSOR, STEP = INVOICES, "invoices", INVOICE
MARK = "Sage invoice"


def run(cycle: Cycle) -> None:
    """One cycle of the flow."""
    pass_on(cycle, InvoiceHandler(cycle.connection), STEP, credit=False)


def pass_on(cycle: Cycle, handler: DocumentHandler, step: str, *, credit: bool) -> None:
    """One cycle of invoices, or of credit notes: what an earlier one left, what is new, what is due."""
    with transaction("reclaim"):
        cycle.count("in_doubt", delivery.reclaim(cycle.lease, cycle.now()))
    if cycle.may_call_company():
        read(cycle, handler.flow, credit=credit)
    if cycle.may_go_on() and lookups.has_work(cycle.name, handler.flow, cycle.now()):
        documents.carry(cycle, handler, (step,))


def preview(connection: Connection) -> list[dict[str, Any]]:
    """The invoices that wait, with their payloads. Those that were not read yet are not shown."""
    return documents.preview(InvoiceHandler(connection), (STEP,))


def read(cycle: Cycle, flow: str, *, credit: bool) -> bool:
    """Take in new invoices, or credit notes, and the cursor behind them, in one commit; whether they were read.

    What they follow is read after them and taken in before them, so that none overtakes its despatch; an invoice
    that is ahead of it all the same waits (`invoices_ahead`).
    """
    since = cursors.read(cycle.name, flow, CURSOR)
    with cycle.session(Purpose.READING) as session:
        if session is None:
            return False
        if session.invoices is None:
            return not_offered(cycle, flow, "invoices")
        changes = session.invoices.read(since)
    if isinstance(changes, Failure):
        cycle.call_failed(changes)
        return False
    unreadable.report(cycle.name, flow, unreadable.SAGE, changes.bad, cycle.now())
    # What is not posted yet may still change; it comes again with its posting.
    made = [row for row in changes.rows if not row.void]
    wanted = [row for row in made if row.credit is credit and row.posted]
    voided = [] if credit else [row for row in changes.rows if row.void]
    cycle.count("read", len(wanted))
    ahead = [] if credit else invoices_ahead.waiting(cycle.name)
    if (wanted or ahead) and not read_before(cycle, credit=credit):
        return False
    known = known_orders(cycle.connection, [key for row in (*wanted, *voided) for key in row.order_keys])
    now = cycle.now()
    taking = Taking(cycle)
    with transaction("capture"):
        books.keep_invoices(cycle.name, in_ledgers_names(cycle.connection, made), now)
        for row in wanted:
            for key in row.order_keys:
                if key in known:
                    taking.one(row.number, partial(take, cycle, flow, row, key, known[key], now))
        chain.add([link for row in voided for link in void_links(row, known)], now)
        if changes.cursor != since and not taking.failures:
            cursors.move(cycle.name, flow, CURSOR, changes.cursor, now)
    if ahead:
        invoices_ahead.release(cycle, ahead, now)
    return True


def void_links(row: SalesInvoice, known: Mapping[str, Known | None]) -> Iterator[ChainLink]:
    """That an invoice of these orders is void: its goods are back in the stock."""
    for key in row.order_keys:
        order = known.get(key)
        if order is not None:
            yield ChainLink(order.source_id, of_orders.VOID_INVOICE, row.id, row.number)


def read_before(cycle: Cycle, *, credit: bool) -> bool:
    """Take in what invoices, or credit notes, follow, as far as those flows run."""
    flows = cycle.connection.settings.flows
    if credit and FLOW in flows and flows[FLOW].enabled and not read(cycle, FLOW, credit=False):
        return False
    return not reads_despatches(cycle) or shipments.read(cycle)


def reads_despatches(cycle: Cycle) -> bool:
    """Whether the flow `shipments` runs; else the shop ships by itself, and nothing waits for that."""
    flow = cycle.connection.settings.flows.get(shipments.FLOW)
    return flow is not None and flow.enabled


def take(cycle: Cycle, flow: str, row: SalesInvoice, key: str, order: Known | None, now: datetime) -> None:
    """Create the delivery of one order's part of one invoice or credit note, in a transaction."""
    what = "credit" if row.credit else "invoice"
    if order is None:
        delivery.create_many([unknown_step(cycle, flow, key, what, row.id)], now)
        return
    step = f"{what}:{step_part(row.id)}"
    if lookups.step_of(order.source_id, flow, step) is not None:
        return
    store = cycle.connection.settings.store
    tie = Tie(order.source_id, store, order.entity_id, order.increment_id, row.id, row.number)
    settlements.take_known(cycle, EntryKind.CREDIT if row.credit else EntryKind.INVOICE, tie, now)
    subject = subject_of(row, order, key)
    wanted = new_step(cycle, flow, order, step, subject)
    if not row.credit and waits_for_payment(cycle, order.source_id, row.number):
        wanted = held_for_payment(wanted, row.number)
    elif not row.credit and reads_despatches(cycle):
        wanted = invoices_ahead.held_if_ahead(wanted, order.source_id, subject.lines)
    made = delivery.create_many([wanted], now)[wanted.key]
    chain.add([ChainLink(order.source_id, f"sage-{what}", row.id, row.number, made)], now)
    cycle.count("captured")


def subject_of(row: SalesInvoice, order: Known, key: str) -> InvoiceSubject:
    """One order's part. Of several orders' invoice, a line that was typed in is an order's if the company says so."""
    alone = len(row.order_keys) == 1
    part = None if alone else part_of(row, key)
    lines = tuple(
        line
        for line in (row.lines if part is None else part.lines)
        if alone
        or part is not None
        or is_item_key(line.line_key)
        or is_extra_key(line.line_key, order.entity_id)
    )
    return InvoiceSubject(
        order.entity_id,
        row.id,
        row.number,
        row.returned,
        lines,
        row.gross if alone else None,
        row.currency,
        unplaced=not alone and any(not line.line_key and not line.sku for line in row.lines),
        stated=part is not None,
    )


def lines_of(subject: InvoiceSubject, order: StoreOrder) -> Sequence[InvoiceLine]:
    """The lines of this order, with its charges where they are reported."""
    return subject.lines if subject.stated else own_lines(subject.gross, subject.lines, order)


def billed_by(subject: InvoiceSubject) -> Decimal | None:
    """What a document bills of its order; None when it is not known."""
    return gross_of(subject.gross, subject.lines) if subject.gross is not None or subject.stated else None


def waits_for_payment(cycle: Cycle, source_id: int, number: str) -> bool:
    """Whether the Magento invoice comes with a payment that has not come."""
    if cycle.connection.settings.fulfilment.invoice_when != "payment":
        return False
    return lookups.step_of(source_id, PAYMENTS, PAID + step_part(number)) is None


def held_for_payment(step: NewDelivery, number: str) -> NewDelivery:
    """The same delivery, held until Sage's invoice of that number is paid (`settlements.release_invoice`)."""
    return replace(
        step,
        state=State.HELD,
        reason_code=Code.PAYMENT_PENDING.value,
        reason=UNPAID,
        waits_for=payment_of(number),
    )


@dataclass(frozen=True)
class InvoiceHandler:
    """Decides about invoices of one connection."""

    connection: Connection
    flow: str = FLOW
    link: str = "magento-invoice"
    after: tuple[str, ...] = ("shipments/shipment:",)

    def decide(self, item: Item) -> Step:
        """What to write, by the order and its invoices as they are now."""
        subject = read_subject(item.subject)
        store = self.connection.store
        skipped = self.connection.settings.skip_skus
        order = order_by_own_skus(self.connection, subject.entity_id, amounts=True)
        if isinstance(order, Failure):
            return order
        side = side_index(subject.currency or self.connection.company_settings.currency, order)
        pieces = invoicing.wanted(subject.lines, order, self.connection.settings.skus, side)
        if isinstance(pieces, Failure):
            return pieces
        pieces = pieces and {
            **pieces,
            **invoicing.beside(subject.lines, order, skipped, side),
        }
        if not pieces:
            return Drop(
                "the invoice has no items of the Magento order, and Magento does not invoice anything else "
                "alone"
            )
        there = store.invoices.of_order(subject.entity_id)
        if isinstance(there, Failure):
            return there
        mark = Mark(MARK, subject.number)
        note = not_compared(subject.number) if subject.unplaced and not subject.stated else ""
        left = invoicing.left_to_invoice(order)
        said = settle(mark, pieces, left, order, there, done="invoiced", covers=True)
        if isinstance(said, There):
            finished = invoicing.is_last({}, subject.lines, left, order, skipped)
            differs = self.differs(item, subject, order, said.documents, there, finished=finished)
            text = f"{said.text}; {note}" if note else said.text
            return differs or Adopt(str(said.document.id), said.document.number, text)
        if isinstance(said, Failure):
            return said
        if on_hold := paused(order):
            return NotYet(on_hold)
        rest = said.rest if said else pieces
        finished = invoicing.is_last(rest, subject.lines, left, order, skipped)
        call = next_part(pieces, said, mark, store.client.array_limit, whole=is_rest(rest, left, order))
        body = invoice(call.lines, call.comment)

        def compared(made: int) -> str | Made | Failure:
            document = store.invoices.one(made)
            if isinstance(document, Failure):
                return unread(made, document)
            if call.goes_on:
                return document.number
            store_documents = (*call.earlier, document)
            differs = self.differs(
                item, subject, order, store_documents, (*there, document), finished=finished
            )
            return differs or Made(document.number, text=note)

        return call.write(body, lambda: store.invoices.make(subject.entity_id, body), compared)

    def differs(
        self,
        item: Item,
        subject: InvoiceSubject,
        order: StoreOrder,
        store_documents: Sequence[StoreDocument],
        all_there: Sequence[StoreDocument],
        *,
        finished: bool,
    ) -> Failure | None:
        """A review when these invoices of Magento, of `all_there` are, come to another total."""
        side = side_index(subject.currency or self.connection.company_settings.currency, order)
        if side is None or order.sides is None:
            return None
        others = [] if item.source_id is None else of_orders.steps(item.source_id, INVOICES, INVOICE)
        every = [read_subject(each.subject) for each in others if each.state is not State.CANCELLED]
        billed = [billed_by(each) for each in every]
        whole = self.connection.store.invoices.whole
        there = full_value(self.connection, "invoice", store_documents, order, side, whole)
        if isinstance(there, Failure):
            return there
        rest = [
            document for document in all_there if document.id not in {each.id for each in store_documents}
        ]
        others_there = full_value(self.connection, "invoice", rest, order, side, whole)
        lines = lines_of(subject, order)
        settings = self.connection.settings
        limit = rounding_limit(settings.rounding.tolerance, subject.lines)
        differs = invoice_differs(
            subject.number,
            lines,
            subject.gross,
            there,
            side,
            every_ours=None if None in billed else total(each for each in billed if each is not None),
            every_theirs=None
            if isinstance(others_there, Failure)
            else total_of((*there, *others_there), side),
            finished=finished,
            carriage=order.sides[side].carriage.part(Decimal(1))
            + order_charges(order, side, settings.amounts.terms()),
            limit=limit,
            stated=subject.stated,
            slack=limit if any(each.stated for each in every) else ZERO,
        )
        ours, theirs = gross_of(subject.gross, lines), total_of(there, side)
        if differs is None or ours is None or theirs is None:
            return differs
        return unnamed_amount(self.connection, "invoice", there, ours - theirs, side, whole) or differs

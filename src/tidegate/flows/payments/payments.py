"""The `payments` flow: what the sales ledger says of our invoices -> the Magento order.

An invoice that is paid in full, or in part, is reported by a comment that brings the mapped status; with
`invoice_when = "payment"` the Magento invoice follows. Receipts of prepaid orders are posted on the
way (`flows/payments/deposits.py`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from tidegate.domain.books.bookkeeping import EntryKind, LedgerEntry
from tidegate.domain.errors import Code, Failure
from tidegate.domain.fulfilment.order_status import CANCELLED_STATUS, HELD_STATUS
from tidegate.flows import unreadable
from tidegate.flows.books import books as kept_books
from tidegate.flows.connection import Connection
from tidegate.flows.cycle import Cycle
from tidegate.flows.desks import lacks
from tidegate.flows.fence import Taking
from tidegate.flows.payment_steps import PAID, PART, read_payment
from tidegate.flows.payments import deposits, settlements
from tidegate.flows.payments.settlements import FLOW as FLOW
from tidegate.flows.status.steps import last_progress, word_of
from tidegate.flows.writing import documents
from tidegate.flows.writing.document_steps import Adopt, Drop, Step, Write
from tidegate.ledger import books, cursors, delivery, lookups
from tidegate.ledger import order_documents as of_orders
from tidegate.ledger.database import transaction
from tidegate.ledger.order_documents import Tie
from tidegate.ledger.queue import Item
from tidegate.magento.notes import CommentBody, CommentEntry
from tidegate.sage.port.reading import LedgerDesk, PostingDesk
from tidegate.sage.port.session import Purpose, Session

CURSOR = "entries"
LINK_OF = {EntryKind.INVOICE: "sage-invoice", EntryKind.CREDIT: "sage-credit"}


def run(cycle: Cycle) -> None:
    """One cycle of the flow."""
    with transaction("reclaim"):
        cycle.count("in_doubt", delivery.reclaim(cycle.lease, cycle.now()))
    if cycle.may_call_company():
        with cycle.session(Purpose.WRITING) as session:
            if session is not None:
                work(cycle, session)
    if cycle.may_go_on() and lookups.has_work(cycle.name, FLOW, cycle.now()):
        documents.carry(cycle, PaymentHandler(cycle.connection), (PAID, PART))


def work(cycle: Cycle, session: Session) -> None:
    """Read the ledgers, then post what was paid at checkout; each as far as the product offers it."""
    if session.ledgers is not None:
        read(cycle, session.ledgers)
    if session.postings is not None and cycle.may_go_on():
        learn_postings(cycle, session.postings)
    if cycle.may_go_on():
        deposits.run(cycle, session)
    if session.ledgers is None and cycle.may_go_on():
        cycle.call_failed(lacks("ledger entries"))


def preview(connection: Connection) -> list[dict[str, Any]]:
    """The payments that wait to be reported. Receipts and entries not read yet are not shown."""
    return documents.preview(PaymentHandler(connection), (PAID, PART))


def read(cycle: Cycle, ledgers: LedgerDesk) -> None:
    """Take in what changed in the sales ledger; a long first read part by part."""
    while cycle.may_call_company() and read_page(cycle, ledgers):
        cycle.keep_lease()


def read_page(cycle: Cycle, ledgers: LedgerDesk) -> bool:
    """Take in one reading, and the cursor behind it, in one commit; whether another one follows it."""
    since = cursors.read(cycle.name, FLOW, CURSOR)
    changes = ledgers.read(since)
    if isinstance(changes, Failure):
        cycle.call_failed(changes)
        return False
    unreadable.report(cycle.name, FLOW, unreadable.SAGE, changes.bad, cycle.now())
    cycle.count("read", len(changes.rows))
    rows = [row for row in changes.rows if row.kind in LINK_OF and row.reference]
    tied = ties(cycle, rows)
    now = cycle.now()
    taking = Taking(cycle)
    with transaction("capture"):
        books.drop_entries(cycle.name, changes.gone, now)
        books.keep_entries(cycle.name, changes.rows, now)
        for row in rows:
            for tie in tied.get((row.kind, row.reference), ()):
                taking.one(row.reference, partial(settlements.take, cycle, row, tie, now))
        moved = changes.cursor != since and not taking.failures
        if moved:
            cursors.move(cycle.name, FLOW, CURSOR, changes.cursor, now)
    return changes.more and moved


def learn_postings(cycle: Cycle, postings: PostingDesk) -> None:
    """The nominal ledger's lines of new entries: the end of every chain."""
    if not cycle.may_call_company():
        return
    learnt = kept_books.learn_postings(cycle.connection, postings)
    if isinstance(learnt, Failure):
        cycle.call_failed(learnt)


def ties(cycle: Cycle, rows: Iterable[LedgerEntry]) -> dict[tuple[EntryKind, str], list[Tie]]:
    """The orders of these entries: by the document's number, or by the order's when that was not read yet.

    An entry names one order only: the others of its invoice are reported when the invoice is read.
    """
    rows = list(rows)
    found: dict[tuple[EntryKind, str], list[Tie]] = {}
    for kind, link in LINK_OF.items():
        named = of_orders.ties(cycle.name, link, [row.reference for row in rows if row.kind is kind])
        found.update({(kind, number): each for number, each in named.items()})
    rest = [row for row in rows if (row.kind, row.reference) not in found and row.second_reference]
    by_order = of_orders.ties(cycle.name, "sage-order", [row.second_reference for row in rest])
    for row in rest:
        if row.second_reference in by_order:
            found[row.kind, row.reference] = by_order[row.second_reference]
    return found


@dataclass(frozen=True)
class PaymentHandler:
    """Decides about what is reported of payments by one connection."""

    connection: Connection
    flow: str = FLOW
    link: str = ""
    after: tuple[str, ...] = ("shipments/shipment:", "invoices/invoice:")

    def decide(self, item: Item) -> Step:
        """What to write, by the order as it is now."""
        subject = read_payment(item.subject)
        settings = self.connection.settings
        store = self.connection.store.notes
        there = store.read_status(subject.entity_id)
        if isinstance(there, Failure):
            return there
        if there.has_comment(subject.text):
            return Adopt(str(there.entity_id), subject.invoice, "found on the Magento order")
        assert item.source_id is not None  # noqa: S101 - these steps are made for known orders only
        mapped = ""
        if settings.statuses:
            mapped = settings.statuses.get(word_of(item.source_id, last_progress(item.source_id)), "")
        own_call = mapped in (HELD_STATUS, CANCELLED_STATUS)
        speaks = mapped and not own_call and there.state not in ("canceled", "closed", "holded")
        status = mapped if speaks else there.status
        if settings.notes.comment == "none" and status == there.status:
            return Drop(
                'payments are not reported to Magento: notes.comment is "none", and no status is mapped'
            )
        if not status:
            text = (
                "the Magento order has no status, and Magento accepts a comment only with a status. Give "
                "the order a status in Magento, then `tidegate queue retry`."
            )
            return Failure(Code.OTHER_CONTENT, text, sent=False)
        visible = settings.notes.comment == "visible"
        return Write(
            CommentBody(CommentEntry(subject.text, status, subject.entity_id, int(visible))),
            lambda: (
                store.add_comment(subject.entity_id, subject.text, visible=visible, status=status)
                or subject.entity_id
            ),
            lambda _: subject.invoice,
        )

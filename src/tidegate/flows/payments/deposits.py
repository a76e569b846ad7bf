"""Prepaid orders: what the buyer paid at checkout is posted in Sage once, and set against the invoice.

A part of the flow `payments`. A receipt is looked for by our key before it is ever sent; an allocation
shows in what is left of the receipt.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import partial

import msgspec

from tidegate.config import model
from tidegate.domain.books.bookkeeping import EntryKind, LedgerEntry, NewAllocation, NewReceipt
from tidegate.domain.calendar import zone
from tidegate.domain.errors import Code, Failure
from tidegate.domain.missing_thing import missing_thing
from tidegate.domain.money import ZERO
from tidegate.domain.orders.keys import order_key, step_key
from tidegate.domain.orders.sales_order import SalesOrder
from tidegate.domain.orders.terms import OTHER, Terms
from tidegate.domain.states import FINAL, State
from tidegate.domain.verdict import Verdict
from tidegate.flows import next_period
from tidegate.flows.cycle import Cycle
from tidegate.flows.desks import lacks
from tidegate.flows.fence import fenced, park
from tidegate.flows.order_steps import step_part, text_of
from tidegate.flows.orders import edited, reductions
from tidegate.flows.payments import receipts, unposted
from tidegate.flows.stored_order import expected, read_order
from tidegate.flows.writing import results
from tidegate.flows.writing.attempts import settled_before
from tidegate.flows.writing.documents import comes_first
from tidegate.flows.writing.doubtful import in_doubt
from tidegate.ledger import books, chain, delivery, lookups, order_documents, queue
from tidegate.ledger.delivery import NewDelivery
from tidegate.ledger.queue import Item
from tidegate.sage.port.orders import Found, OrderKey
from tidegate.sage.port.receipts import ReceiptDesk
from tidegate.sage.port.session import Session

FLOW, STEP, ALLOCATION = "payments", "deposit", "allocation"


class AllocationSubject(msgspec.Struct, frozen=True):
    """An invoice's entry that the order's receipt is to be set against."""

    entry: str
    invoice: str
    account: str
    outstanding: Decimal


read_allocation = msgspec.json.Decoder(AllocationSubject, strict=False).decode


def prepaid(settings: model.ConnectionSettings, method: str) -> model.Payment | None:
    """The payment method's mapping, when its orders are paid at checkout."""
    payment = settings.payments.get(method, settings.payments.get(OTHER))
    return payment if payment is not None and payment.prepaid else None


def ask_for(cycle: Cycle, confirmed: Sequence[Verdict], now: datetime) -> None:
    """Queue the receipts of the paid orders, in the transaction that confirms them.

    An order that was in doubt may be invoiced already: then its receipt is set against what is known by now.
    """
    settings = cycle.connection.settings
    if not confirmed or not any(payment.prepaid for payment in settings.payments.values()):
        return
    wanted = []
    for item in lookups.items([verdict.delivery_id for verdict in confirmed]):
        if item.document and prepaid(settings, read_order(item.document).payment_method):
            wanted.append(
                NewDelivery(
                    connection=cycle.name,
                    flow=FLOW,
                    step=STEP,
                    key=step_key(order_key(item.store, item.entity_id or 0), STEP),
                    source_id=item.source_id,
                    label=item.label,
                    state=State.QUEUED,
                )
            )
    delivery.create_many(wanted, now)
    for each in wanted:
        if each.source_id is not None:
            for entry in known_invoices(cycle, each.source_id):
                allocate_later(cycle, each.source_id, entry, each.label, now)


def known_invoices(cycle: Cycle, source_id: int) -> Sequence[LedgerEntry]:
    """The entries of an order's invoices that were read before it was confirmed."""
    urns = [link.identifier for link in chain.of(source_id) if link.kind == "sage-entry"]
    if not urns:
        return ()
    return [each for each in books.entries_named(cycle.name, urns) if each.kind is EntryKind.INVOICE]


def allocate_later(cycle: Cycle, source_id: int, entry: LedgerEntry, label: str, now: datetime) -> None:
    """Queue the allocation of an invoice's entry, if there is a receipt; in the transaction that stores the entry."""
    deposit = lookups.step_of(source_id, FLOW, STEP)
    if deposit is None or not entry.outstanding:
        return
    step = f"{ALLOCATION}:{step_part(entry.id)}"
    subject = AllocationSubject(entry.id, entry.reference, entry.account, entry.outstanding)
    key = step_key(order_key(deposit.store, deposit.entity_id or 0), step)
    wanted = NewDelivery(
        connection=cycle.name,
        flow=FLOW,
        step=step,
        key=key,
        source_id=source_id,
        label=label,
        subject=text_of(subject),
    )
    delivery.create_many([wanted], now)


def run(cycle: Cycle, session: Session) -> None:
    """Post the receipts that wait, then the allocations."""
    if not lookups.has_work(cycle.name, FLOW, cycle.now()) and not results.are_waited_for(cycle):
        return
    desk, size = session.receipts, session.orders.about.lookups_per_call
    if desk is None:
        unposted.skip_all(cycle, (STEP, ALLOCATION), size)
        return
    receipts.collect(cycle, session, desk)
    terms = cycle.connection.terms()
    if isinstance(terms, Failure):
        cycle.call_failed(terms)
        return
    for doubtful in in_doubt(cycle, STEP, size):
        post(cycle, session, desk, terms, doubtful)
    last: Item | None = None
    while cycle.may_call_company():
        items = queue.due(cycle.name, FLOW, STEP, size, cycle.now(), after=last)
        if not items:
            break
        last = items[-1]
        post(cycle, session, desk, terms, items)
    allocate(cycle, session, desk)


def post(cycle: Cycle, session: Session, desk: ReceiptDesk, terms: Terms, items: Sequence[Item]) -> None:
    """Look all of them up; post what Sage does not have, one by one."""
    ours = receipts.keys_of(cycle, items)
    found = desk.find(list(ours.values()))
    if isinstance(found, Failure):
        cycle.call_failed(found)
        return
    cycle.keep_lease()
    for item in items:
        settled = fenced(item.label, partial(settle_found, cycle, item, found[ours[item.id]]))
        if settled is not None:
            park(cycle, [item], settled)
    absent = [item for item in items if found[ours[item.id]] is None]
    arithmetic = session.orders.about.arithmetic
    orders: dict[int, SalesOrder] = {}
    for item in absent:
        order = fenced(item.label, partial(expected, item, terms, arithmetic, as_placed=True))
        if isinstance(order, Failure):
            cycle.apply([cycle.after_failure(item, order, None)])
        else:
            orders[item.id] = order
    keys = [OrderKey(order.key, order.reference) for order in orders.values()]
    search = session.order_search
    if search is None:  # the order says whose money it is
        for item in absent:
            cycle.apply([cycle.after_failure(item, lacks("a look-up of orders"), None)])
        return
    accounts = search.find(keys) if keys else {}
    if isinstance(accounts, Failure):
        cycle.call_failed(accounts)
        return
    for item in absent:
        if not cycle.may_call_company():
            return
        if item.id not in orders:
            continue
        order = orders[item.id]
        there = next((each for each in accounts[order.key] if each.ours), None)
        post_it = partial(post_one, cycle, session, desk, item, ours[item.id], order, there)
        failure = fenced(item.label, post_it)
        if failure is not None:
            park(cycle, [item], failure)


def settle_found(cycle: Cycle, item: Item, entry: LedgerEntry | Failure | None) -> None:
    """What the look-up has shown of one receipt."""
    if isinstance(entry, Failure):  # there, but with figures that cannot be read: never posted again
        cycle.apply([cycle.after_failure(item, entry, None)])
    elif entry is not None:
        cycle.count("adopted")
        cycle.apply([receipts.posted(item, "e", entry.id, entry.urn, text="found in Sage by Tidegate's key")])
    elif item.state is State.IN_DOUBT:
        cycle.apply([cycle.after_absence(item)])


def post_one(
    cycle: Cycle,
    session: Session,
    desk: ReceiptDesk,
    item: Item,
    key: str,
    order: SalesOrder,
    there: Found | None,
) -> None:
    """One receipt that Sage does not have, on the account of the order there; None = the order is not shown."""
    payment = prepaid(
        cycle.connection.settings, order.payment_method or read_order(item.document).payment_method
    )
    sent = lookups.step_of(item.source_id, "orders", "order")
    alive = still_alive(sent, there, settled_before(cycle))
    paid = paid_at_checkout(order, sent, given_back(item, order, sent))
    if payment is None:
        cycle.apply([Verdict(item.id, "n", text="the payment method is no longer configured as prepaid")])
    elif paid <= 0:
        text = "gift cards, store credit or the like have paid the whole order"
        cycle.apply([Verdict(item.id, "n", text=text)])
    elif isinstance(alive, Failure):
        cycle.apply([cycle.after_failure(item, alive, None)])
    else:
        receipt = NewReceipt(
            key=key,
            reference=order.reference,
            account=alive.account,
            clearing=payment.account,
            amount=paid,
            currency=order.currency,
            day=edited.day_of(item) or next_period.day_of(cycle.connection, item, order.date, cycle.now()),
        )
        receipts.send(cycle, session, desk, item, receipt)


def paid_at_checkout(order: SalesOrder, sent: Item | None, back: Decimal = ZERO) -> Decimal:
    """What the buyer paid of the order that Sage has: its total there, less gift cards and the like.

    `order` is as it was placed, `sent` its delivery. Where Sage's answers state no total, it is the one that was sent.
    What Magento refunds after the order was sent is not taken off, whether it came before the receipt or after it:
    the invoice is of the whole, too. `back` was given back to gift cards and the like before.
    """
    stated = None if sent is None else sent.target_total
    in_part = reductions.baseline(sent).gross if stated is None else None
    gross = next((each for each in (stated, in_part) if each is not None), order.gross)
    return gross - sum((each.amount for each in order.prepaid), ZERO) + back


def given_back(item: Item, order: SalesOrder, sent: Item | None) -> Decimal:
    """What gift cards and the like had got back already when the order was sent, in the currency of `order`."""
    before = reductions.baseline(sent)
    own = read_order(item.document).currency == order.currency
    return sum((before.reductions if own else before.base_reductions).given_back.values(), ZERO)


def still_alive(order: Item | None, there: Found | None, settled: datetime) -> Found | Failure:
    """The order in Sage that money may be posted for; what belongs to no live order is for a person to look at.

    An order that was confirmed before `settled`, and that a look-up does not find, is there no longer.
    """
    if (order is not None and order.state is State.CANCELLED) or (there is not None and there.cancelled):
        text = (
            "the order was cancelled before its receipt was posted. If the buyer has paid, post the "
            "receipt in Sage by hand; then `tidegate queue skip`."
        )
        return Failure(Code.CANCEL_AFTER_SEND, text, sent=False)
    if there is None and order is not None and order.state is State.CONFIRMED and order.changed_at < settled:
        text = (
            f"Sage no longer has the order {order.target_number or order.target_id}: it was voided or deleted there before "
            "its receipt was posted. If the buyer has paid, post the receipt in Sage by hand; then `tidegate queue skip`."
        )
        return Failure(Code.CANCEL_AFTER_SEND, text, sent=False)
    if there is None or not there.account:
        text = "Sage does not list the order, so the account for the receipt is not known"
        return Failure(Code.TRANSIENT, text, sent=False)
    return there


def today(cycle: Cycle) -> date:
    """The company's calendar day."""
    return cycle.now().astimezone(zone(cycle.connection.company_settings.time_zone)).date()


def allocate(cycle: Cycle, session: Session, desk: ReceiptDesk) -> None:
    """Set receipts against invoices: those whose receipt is posted."""
    orders = lookups.open_by_source(
        cycle.name,
        FLOW,
        cycle.now(),
        doubtful_before=settled_before(cycle),
        limit=cycle.connection.settings.flows[FLOW].batch,
        after_source=0,
    )
    for source_id, items in orders:
        wanted = [item for item in items if item.step.startswith(ALLOCATION)]
        deposit = lookups.step_of(source_id, FLOW, STEP) if wanted else None
        if deposit is not None and deposit.state in (State.REVIEW, State.HELD):
            # this may never end, and no alert shows what is only queued
            waits = comes_first(FLOW, STEP, deposit.state, missing=missing_thing("step", STEP))
            cycle.apply([cycle.after_failure(item, waits, None) for item in wanted])
        if deposit is None or deposit.state not in FINAL:
            continue
        for item in wanted:
            if not cycle.may_call_company():
                return
            if deposit.state is not State.CONFIRMED:
                cycle.apply([Verdict(item.id, "n", text="there is no receipt of this order")])
                continue
            key = receipts.keys_of(cycle, [deposit])[deposit.id]
            found = desk.find([key])
            if isinstance(found, Failure):
                cycle.call_failed(found)
                return
            failure = fenced(item.label, partial(settle, cycle, session, desk, item, deposit, found[key]))
            if failure is not None:
                park(cycle, [item], failure)


def settle(
    cycle: Cycle,
    session: Session,
    desk: ReceiptDesk,
    item: Item,
    deposit: Item,
    receipt: LedgerEntry | Failure | None,
) -> None:
    """One allocation: adopted when what is left of the receipt shows it, else sent."""
    subject = read_allocation(item.subject)
    if isinstance(receipt, Failure):
        cycle.apply([cycle.after_failure(item, receipt, None)])
        return
    if receipt is None:
        text = f"Sage no longer lists the receipt {deposit.target_number}"
        cycle.apply([cycle.after_failure(item, Failure(Code.OTHER_CONTENT, text, sent=False), None)])
        return
    done = [
        read_allocation(each.subject).outstanding
        for each in order_documents.steps(item.source_id or 0, FLOW, ALLOCATION)
        if each.state is State.CONFIRMED
    ]
    left = receipt.gross - sum(done, Decimal(0))
    amount = min(subject.outstanding, left)
    if receipt.outstanding <= 0 or (item.state is State.IN_DOUBT and receipt.outstanding <= left - amount):
        cycle.count("adopted")
        cycle.apply(
            [
                Verdict(
                    item.id,
                    "e",
                    text=("the unallocated amount of the receipt shows that it was allocated to the invoice"),
                )
            ]
        )
        return
    if item.state is State.IN_DOUBT:
        cycle.apply([cycle.after_absence(item)])
    amount = min(subject.outstanding, receipt.outstanding)
    wanted = NewAllocation(
        key=item.key,
        account=subject.account,
        debit_entry=subject.entry,
        credit_entry=receipt.id,
        amount=amount,
        day=today(cycle),
    )
    receipts.allocate(cycle, session, desk, item, wanted, receipt.urn)

"""The ledgers: entries and how they are paid, nominal postings by URN, the trial balance."""

from __future__ import annotations

from decimal import Decimal

from tidegate.conformance.opened import Opened, opened
from tidegate.conformance.stand import Stand, delta, sent_order
from tidegate.domain.books.bookkeeping import EntryKind, LedgerEntry
from tidegate.sage.port.outcomes import Accepted


def _invoiced(stand: Stand, session: Opened, number: int = 213) -> Accepted:
    order = sent_order(stand, session, number)
    stand.do("despatch", order=order.number)
    stand.do("invoice-run")
    return order


def _invoice(rows: tuple[LedgerEntry, ...]) -> LedgerEntry:
    [entry] = [one for one in rows if one.kind is EntryKind.INVOICE]
    return entry


def test_an_invoice_stands_in_the_ledger_under_its_number(stand: Stand) -> None:
    with opened(stand.company) as session:
        order = _invoiced(stand, session)
        [invoice] = delta(session.invoices.read(None)).rows
        entry = _invoice(delta(session.ledgers.read(None)).rows)

    assert (entry.reference, entry.account, entry.currency) == (
        invoice.number,
        stand.codes.account,
        stand.codes.currency,
    )
    assert entry.gross == entry.outstanding == order.gross
    assert entry.net is None or entry.net + (entry.tax or 0) == entry.gross
    assert entry.settled is None
    assert entry.due is not None


def test_a_part_payment_and_the_rest_show_in_what_is_outstanding(stand: Stand) -> None:
    account = stand.codes.account
    with opened(stand.company) as session:
        order = _invoiced(stand, session)
        read = delta(session.ledgers.read(None))
        entry = _invoice(read.rows)
        stand.advance(86_400)
        stand.do("receipt", customer=account, value="10.00", reference="CHQ1", invoice=entry.reference)
        part = delta(session.ledgers.read(read.cursor))
        assert order.gross is not None
        stand.do("receipt", customer=account, value=str(order.gross - 10), reference="CHQ2")
        stand.do("settle", customer=account, debit=entry.reference, credit="CHQ2")
        full = delta(session.ledgers.read(part.cursor))

    assert _invoice(part.rows).outstanding == order.gross - 10
    paid = _invoice(full.rows)
    assert paid.id == entry.id
    assert paid.outstanding == 0
    assert paid.settled is not None
    shown = {
        one.id: one for one in (*part.rows, *full.rows)
    }  # a delta need not repeat what the last one reported
    receipts = [one for one in shown.values() if one.kind is EntryKind.RECEIPT]
    assert {one.reference for one in receipts} == {"CHQ1", "CHQ2"}
    assert all(one.gross > 0 and one.outstanding == 0 for one in receipts)


def test_a_credit_note_stands_in_the_ledger(stand: Stand) -> None:
    with opened(stand.company) as session:
        order = _invoiced(stand, session)
        made = stand.do("credit", order=order.number, returned=True)
        rows = delta(session.ledgers.read(None)).rows

    [credit] = [one for one in rows if one.kind is EntryKind.CREDIT]
    assert (credit.reference, credit.gross) == (made["number"], order.gross)


def test_the_postings_of_every_entry_balance(stand: Stand) -> None:
    with opened(stand.company) as session:
        order = _invoiced(stand, session)
        stand.do("receipt", customer=stand.codes.account, value="5.00", reference="CHQ1")
        stand.do("credit", order=order.number)
        entries = delta(session.ledgers.read(None)).rows
        postings = session.postings.read([*(one.urn for one in entries), "999999"])

    assert isinstance(postings, dict)
    assert postings.pop("999999") == []
    assert set(postings) == {one.urn for one in entries}
    for entry in entries:
        lines = postings[entry.urn]
        assert sum(one.debit for one in lines) == sum(one.credit for one in lines) == entry.gross
        assert all(one.period and one.day is not None for one in lines)
    accounts = {one.account for lines in postings.values() for one in lines}
    assert stand.codes.revenue in accounts


def test_many_urns_are_asked_for_together(stand: Stand) -> None:
    with opened(stand.company) as session:
        for number in range(20):
            _invoiced(stand, session, 1000 + number)
        urns = [one.urn for one in delta(session.ledgers.read(None)).rows]
        session.postings.read(urns[:1])  # what account ids stand for is known from now on
        before = stand.company.calls
        postings = session.postings.read(urns)

    assert isinstance(postings, dict)
    assert all(postings[urn] for urn in urns)
    assert stand.company.calls - before <= 2


def test_the_trial_balance_is_zero(stand: Stand) -> None:
    with opened(stand.company) as session:
        _invoiced(stand, session)
        balances = session.postings.balances()

    assert isinstance(balances, list)
    shown = {one.account: one.balance for one in balances}
    booked = {account: Decimal(value) for account, value in stand.books()["accounts"].items()}
    assert shown.items() <= booked.items()
    assert {account for account, value in booked.items() if value} <= shown.keys()
    assert sum(shown.values()) == 0


def test_a_ledger_without_news_costs_one_call(stand: Stand) -> None:
    with opened(stand.company) as session:
        _invoiced(stand, session)
        cursor = delta(session.ledgers.read(None)).cursor
        before = stand.company.calls
        assert delta(session.ledgers.read(cursor)).rows == ()

    assert stand.company.calls - before <= stand.codes.news_calls.get("ledgers", 1)

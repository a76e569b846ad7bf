"""What the invoices of a period should have posted, and what the nominal ledger has.

Tax by code and revenue by account follow from the lines that our keys name; clearing accounts, through
which payments pass, return to zero once a payment provider has paid out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from tidegate.domain.books.agreement import Difference, Facts, KeptLine, Kind, Row
from tidegate.domain.books.bookkeeping import EntryKind, LedgerEntry
from tidegate.domain.fulfilment.order_part import part_of
from tidegate.domain.fulfilment.sage_documents import InvoiceLine, SalesInvoice
from tidegate.domain.money import ZERO, product, quotient, rounded, shown, total

OWN = "(Sage's own choice)"  #: of the account, where no mapping names one


def tax_rows(facts: Facts) -> tuple[Row, ...]:
    """Tax by the company's code: Magento's own tax of the invoiced pieces, and what the invoices charged."""
    ours: defaultdict[str, Decimal] = defaultdict(Decimal)
    theirs: defaultdict[str, Decimal] = defaultdict(Decimal)
    lines: defaultdict[str, int] = defaultdict(int)
    for invoice in by_order(facts):
        sign = -1 if invoice.credit else 1
        known = goods = ZERO
        for line in invoice.lines:
            kept = kept_line(invoice, line.line_key, facts)
            if kept is None:
                continue
            tax = share(kept.tax, line.quantity, kept.quantity)
            goods += line_net(line, kept)
            lines[kept.tax_code] += 1
            ours[kept.tax_code] += sign * tax
            charged_tax = tax if line.tax is None else line.tax
            theirs[kept.tax_code] += sign * charged_tax
            known += charged_tax
        freight, charged = freight_of(invoice, facts), invoice.net - goods
        if freight is not None and charged:
            lines[freight.tax_code] += 1
            theirs[freight.tax_code] += sign * (invoice.tax - known)
            delivery = delivery_of(charged, freight, facts)
            ours[freight.tax_code] += sign * share(freight.tax, delivery, freight.net)
    return tuple(Row(code, lines[code], ours[code], None, theirs[code]) for code in sorted(lines))


def revenue_rows(facts: Facts) -> tuple[Row, ...]:
    """Net by mapped account: what the invoices' lines say, and what their entries posted there."""
    named: defaultdict[str, Decimal] = defaultdict(Decimal)
    count: defaultdict[str, int] = defaultdict(int)
    numbers: set[str] = set()
    for invoice in by_order(facts):
        sign = -1 if invoice.credit else 1
        goods = ZERO
        for line in invoice.lines:
            kept = kept_line(invoice, line.line_key, facts)
            if kept is None:
                continue
            net = line_net(line, kept)
            goods += net
            named[kept.account or OWN] += sign * net
            count[kept.account or OWN] += 1
        freight = freight_of(invoice, facts)
        if freight is not None and invoice.net != goods:
            named[freight.account or OWN] += sign * delivery_of(invoice.net - goods, freight, facts)
            count[freight.account or OWN] += 1
        numbers.add(invoice.number)
    posted = _posted(numbers, facts)
    return tuple(
        Row(account, count[account], None, named[account], _of_account(account, named, posted))
        for account in sorted(named)
    )


def _of_account(
    account: str, named: Mapping[str, Decimal], posted: dict[str, Decimal] | None
) -> Decimal | None:
    """What was posted there, less what Sage chose to post there of its own: an account may be both."""
    if account == OWN or posted is None:
        return None
    found, own = posted.get(account, ZERO), named.get(OWN, ZERO)
    return found - own if found - own == named[account] else found


def _posted(numbers: set[str], facts: Facts) -> dict[str, Decimal] | None:
    """Credit less debit by account, of the invoices' own entries; None when not all of them are read yet."""
    entries = [entry for entry in facts.entries if entry.reference in numbers]
    if {entry.reference for entry in entries} != numbers or any(
        entry.urn not in facts.postings for entry in entries
    ):
        return None
    found: defaultdict[str, Decimal] = defaultdict(Decimal)
    for urn in {entry.urn for entry in entries}:
        for line in facts.postings[urn]:
            found[line.account] += line.credit - line.debit
    return found


def clearing_rows(facts: Facts) -> tuple[Row, ...]:
    """The balance of each account that payments pass through; `ledger` is what it should return to."""
    if facts.balances is None:
        return ()
    return tuple(
        Row(f"{each.account} {each.name}".strip(), 0, None, ZERO, each.balance)
        for each in facts.balances
        if each.account in facts.clearing
    )


def open_clearing(rows: Iterable[Row]) -> Iterator[Difference]:
    """Clearing accounts that did not return to zero."""
    for row in rows:
        if row.sage:
            account = row.name.split(" ", 1)[0]
            text = (
                f"clearing account {row.name} has a balance of {shown(row.sage)}: was it paid out already, "
                "or is the payout still to come?"
            )
            yield Difference(kind=Kind.CLEARING, subject=account, text=text, ledger=ZERO, sage=row.sage)


def row_differences(kind: Kind, rows: Iterable[Row], name: str) -> Iterator[Difference]:
    """A finding for each row that does not agree: beyond half a cent for each of its lines."""
    for row in rows:
        if row.difference is None or _is_small(row):
            continue
        ours = row.magento if row.magento is not None else row.ledger
        text = f"{name} {row.name}: {shown(ours or ZERO)} expected, {shown(row.sage or ZERO)} in Sage"
        yield Difference(
            kind=kind, subject=row.name, text=text, magento=row.magento, ledger=row.ledger, sage=row.sage
        )


def small_rows(rows: Iterable[Row], name: str) -> Iterator[str]:
    """Each row that is apart by no more than rounding, in words."""
    for row in rows:
        if row.difference and _is_small(row):
            text = f"{name} {row.name}: a difference of {shown(row.difference)} over {row.count} lines"
            yield f"{text}, within half a cent for each line"


def _is_small(row: Row) -> bool:
    """Whether a row agrees up to half a cent for each of its lines."""
    return row.difference is not None and abs(row.difference) * 200 <= row.count


def unallocated(facts: Facts) -> Iterator[Difference]:
    """Receipts and refunds that are not, or only partly, set against anything."""
    for entry in facts.entries:
        if entry.kind in (EntryKind.RECEIPT, EntryKind.REFUND) and entry.outstanding:
            yield Difference(
                kind=Kind.UNALLOCATED,
                subject=entry.reference or entry.urn,
                text=f"{entry.kind} {entry.reference or entry.urn} of account {entry.account}: "
                f"{shown(entry.outstanding)} of {shown(entry.gross)} not allocated",
                sage=entry.outstanding,
            )


def unbalanced(facts: Facts) -> Iterator[Difference]:
    """Entries whose postings do not make zero."""
    known: dict[str, LedgerEntry] = {entry.urn: entry for entry in facts.entries}
    for urn, lines in facts.postings.items():
        balance = total(line.debit - line.credit for line in lines)
        if lines and balance:
            entry = known.get(urn)
            text = (
                f"the postings of ledger entry {urn} do not balance: debit and credit differ by "
                f"{shown(balance)}"
            )
            name = entry.reference if entry and entry.reference else urn
            yield Difference(kind=Kind.UNBALANCED, subject=name, text=text, sage=balance)


def by_order(facts: Facts) -> Iterator[SalesInvoice]:
    """The documents; one of several orders as the part of each, where the company reports all of them.

    Else whole: then its charges belong to no order, and are left out.
    """
    for invoice in facts.invoices:
        parts = [part_of(invoice, key) for key in invoice.order_keys]
        yield from [part for part in parts if part is not None] if parts and None not in parts else [invoice]


def kept_line(invoice: SalesInvoice, line_key: str, facts: Facts) -> KeptLine | None:
    """Our own line; item ids are unique in a store, so that a consolidated invoice finds them, too."""
    if not line_key:
        return None
    for key in invoice.order_keys:
        kept = facts.order_of(key)
        if kept is not None and line_key in kept.lines:
            return kept.lines[line_key]
    return None


def line_net(line: InvoiceLine, kept: KeptLine) -> Decimal:
    """A line's net; lines of text look alike in Sage, which then states none: the ledger's, as `invoiced.sums`."""
    return share(kept.net, line.quantity, kept.quantity) if line.net is None else line.net


def delivery_of(charged: Decimal, freight: KeptLine, facts: Facts) -> Decimal:
    """The delivery among an invoice's charges: a rounding line is none, and has an account of its own."""
    return freight.net if abs(charged - freight.net) <= facts.tolerance else charged


def freight_of(invoice: SalesInvoice, facts: Facts) -> KeptLine | None:
    """The delivery charge of an invoice of one order, if all its lines are known."""
    if len(invoice.order_keys) != 1:
        return None
    kept = facts.order_of(invoice.order_keys[0])
    return kept.freight if kept is not None else None


def share(amount: Decimal, quantity: Decimal, of: Decimal) -> Decimal:
    """The part of a line's amount for some of its pieces, rounded to the cent."""
    if of == ZERO or quantity == of:
        return amount
    return rounded(quotient(product(amount, quantity), of), 2)

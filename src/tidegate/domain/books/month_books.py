"""Month's end, books: what was invoiced, tax liability, freight, clearing accounts, credits, open invoices."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from tidegate.domain.books.agreement import Facts, Kind, Reconciliation, Row
from tidegate.domain.books.billed import billed_documents
from tidegate.domain.books.bookkeeping import EntryKind, LedgerEntry
from tidegate.domain.books.liabilities import OWN
from tidegate.domain.books.month_orders import found
from tidegate.domain.books.sheet import Column, Group, Sheet, SheetRow, Value, lines_of, text
from tidegate.domain.books.sheet import Kind as Holds
from tidegate.domain.fulfilment.sage_documents import SalesInvoice
from tidegate.domain.money import ZERO

DATED = "invoices less credit notes dated in the period, whenever their orders were placed"
#: Days beyond the due date, in words; the last has no end.
AGES = (
    ("not due", 0),
    ("1 to 30 days", 30),
    ("31 to 60 days", 60),
    ("61 to 90 days", 90),
    ("over 90 days", None),
)


def sheets(
    facts: Facts, report: Reconciliation, open_entries: Sequence[LedgerEntry], today: date
) -> Iterator[Sheet]:
    """Every table about invoices and entries."""
    invoices = facts.books_read and "invoices" not in facts.untold
    entries = facts.books_read and "entries" not in facts.untold
    yield invoiced(facts, compared=invoices)
    yield tax(facts, compared=invoices)
    yield freight(facts, compared=invoices)
    yield revenue(report, compared=invoices and entries and "postings" not in facts.untold)
    yield clearing(facts, compared=entries and facts.balances is not None)
    yield receipts(facts, compared=entries)
    yield credits(facts, compared=invoices)
    yield open_invoices(open_entries, today, compared=entries)
    without = frozenset({Kind.WITHOUT_ORDER, Kind.UNALLOCATED})
    title = "Documents without order, receipts without invoice"
    yield found(report, "without-order", title, without, invoices and entries)


def invoiced(facts: Facts, *, compared: bool) -> Sheet:
    """Goods, shipping, tax and rounding: what the orders say of the invoiced pieces, and what Sage has invoiced."""
    names = ("goods", "shipping", "tax", "rounding")
    groups = {name: Group() for name in names}
    for each in billed_documents(facts):
        expected = (each.goods, each.freight, each.tax, ZERO)
        charged = (each.goods_charged, each.freight_charged, each.tax_charged, each.rounding)
        for name, ours, theirs in zip(names, expected, charged, strict=True):
            groups[name].add("expected", ours)
            groups[name].add("sage", theirs)
            if name != "rounding" or theirs:
                groups[name].name(each.number)
    columns = [
        text("figure", "figure"),
        Column("expected", "by Magento's orders"),
        Column("sage", "invoiced in Sage"),
        Column("difference", "difference"),
    ]
    lines = [
        SheetRow(
            name,
            {
                "figure": name,
                "expected": group.money.get("expected", ZERO),
                "sage": group.money.get("sage", ZERO),
                "difference": group.money.get("expected", ZERO) - group.money.get("sage", ZERO),
            },
            tuple(group.documents),
        )
        for name, group in groups.items()
    ]
    return Sheet(
        id="invoiced",
        title="Invoiced: goods, shipping, tax, rounding",
        basis=DATED,
        columns=columns,
        lines=lines,
        compared=compared,
    )


def tax(facts: Facts, *, compared: bool) -> Sheet:
    """Tax liability by Sage's code, with the net that it is of."""
    columns = [
        text("code", "tax code"),
        Column("base", "net by Magento's orders"),
        Column("base_sage", "net in Sage"),
        Column("tax", "tax by Magento's orders"),
        Column("tax_sage", "tax in Sage"),
        Column("difference", "difference of tax"),
    ]
    codes: dict[str, Group] = {}
    for each in billed_documents(facts):
        for code, net, net_sage, due, due_sage in each.by_code:
            group = codes.setdefault(code, Group())
            group.add("base", net)
            group.add("base_sage", net_sage)
            group.add("tax", due)
            group.add("tax_sage", due_sage)
            group.add("difference", due - due_sage)
            group.name(each.number)
    return Sheet(
        id="tax",
        title="Tax liability by code",
        basis=f"net and tax of {DATED}",
        columns=columns,
        lines=lines_of(codes, "code", columns),
        compared=compared,
    )


def freight(facts: Facts, *, compared: bool) -> Sheet:
    """Delivery by the account it is mapped to."""
    columns = [
        text("account", "account"),
        Column("documents", "documents", Holds.COUNT),
        Column("expected", "by Magento's orders"),
        Column("sage", "charged in Sage"),
        Column("difference", "difference"),
    ]
    accounts: dict[str, Group] = {}
    for each in billed_documents(facts):
        if each.freight or each.freight_charged:
            group = accounts.setdefault(each.freight_account or OWN, Group())
            group.count("documents")
            group.add("expected", each.freight)
            group.add("sage", each.freight_charged)
            group.add("difference", each.freight - each.freight_charged)
            group.name(each.number)
    return Sheet(
        id="freight",
        title="Freight",
        basis=DATED,
        columns=columns,
        lines=lines_of(accounts, "account", columns),
        compared=compared,
    )


def revenue(report: Reconciliation, *, compared: bool) -> Sheet:
    """Net by account, freight included, against the postings."""
    columns = [
        text("account", "account"),
        Column("lines", "lines", Holds.COUNT),
        Column("ledger", "by the mappings"),
        Column("sage", "posted in Sage"),
        Column("difference", "difference"),
    ]
    return Sheet(
        id="revenue",
        title="Revenue and freight by account",
        basis=DATED,
        columns=columns,
        lines=[_revenue_line(row) for row in report.revenue],
        compared=compared,
        notes=[f"{OWN}: no mapping names an account, so this is not compared"]
        if any(row.name == OWN for row in report.revenue)
        else [],
    )


def _revenue_line(row: Row) -> SheetRow:
    cells: dict[str, Value] = {
        "account": row.name,
        "lines": row.count,
        "ledger": row.ledger,
        "sage": row.sage,
    }
    return SheetRow(row.name, {**cells, "difference": row.difference})


def clearing(facts: Facts, *, compared: bool) -> Sheet:
    """Accounts that payments pass through: receipts and refunds of the period, and the balance of now."""
    columns = [
        text("account", "account"),
        Column("receipts", "receipts", Holds.COUNT),
        Column("received", "received"),
        Column("refunded", "refunded"),
        Column("balance", "balance when it was run"),
    ]
    balances = {each.account: each for each in facts.balances or ()}
    groups = {account: Group() for account in facts.clearing}
    for entry, account in money_entries(facts):
        group = groups.setdefault(account, Group())
        group.count("receipts")
        group.add("refunded" if entry.kind is EntryKind.REFUND else "received", entry.gross)
        group.name(entry.second_reference or entry.reference or entry.urn)
    lines = [
        SheetRow(
            account,
            {
                "account": f"{account} {balances[account].name}".strip() if account in balances else account,
                "receipts": group.counts.get("receipts", 0),
                "received": group.money.get("received", ZERO),
                "refunded": group.money.get("refunded", ZERO),
                "balance": balances[account].balance if account in balances else None,
            },
            tuple(group.documents),
        )
        for account, group in sorted(groups.items())
    ]
    return Sheet(
        id="clearing",
        title="Clearing accounts",
        basis="receipts and refunds dated in the period; balances are those of the run, not of the period's end",
        columns=columns,
        lines=lines,
        compared=compared,
        notes=["a clearing account returns to zero when the provider has paid out"],
    )


def receipts(facts: Facts, *, compared: bool) -> Sheet:
    """Each receipt and refund, with its bank reference and the account that it was posted to."""
    columns = [
        text("urn", "entry"),
        Column("day", "day", Holds.DAY, summed=False),
        text("kind", "kind"),
        text("customer", "account of the customer"),
        text("reference", "reference"),
        text("bank_reference", "bank reference"),
        text("clearing", "clearing account"),
        Column("amount", "amount"),
        Column("unallocated", "not allocated"),
    ]
    lines = [
        SheetRow(
            entry.urn or entry.id,
            {
                "urn": entry.urn,
                "day": entry.day,
                "kind": entry.kind.value,
                "customer": entry.account,
                "reference": entry.reference,
                "bank_reference": entry.second_reference,
                "clearing": account,
                "amount": -entry.gross if entry.kind is EntryKind.REFUND else entry.gross,
                "unallocated": entry.outstanding,
            },
            (entry.reference or entry.urn,),
        )
        for entry, account in money_entries(facts)
    ]
    return Sheet(
        id="receipts",
        title="Receipts and refunds",
        basis="entries of the sales ledger dated in the period, of accounts of web orders",
        columns=columns,
        lines=lines,
        compared=compared,
    )


def money_entries(facts: Facts) -> Iterator[tuple[LedgerEntry, str]]:
    """Receipts and refunds with the account that they were posted to; "" while their postings are not read."""
    for entry in facts.entries:
        if entry.kind in (EntryKind.RECEIPT, EntryKind.REFUND):
            yield entry, _posted_to(entry, facts)


def _posted_to(entry: LedgerEntry, facts: Facts) -> str:
    named = [line.account for line in facts.postings.get(entry.urn, ())]
    return next((account for account in named if account in facts.clearing), named[0] if named else "")


def credits(facts: Facts, *, compared: bool) -> Sheet:
    """Each credit note of the period."""
    columns = [
        text("number", "credit note"),
        Column("day", "day", Holds.DAY, summed=False),
        text("customer", "account of the customer"),
        Column("net", "net"),
        Column("tax", "tax"),
        Column("gross", "gross"),
        text("posted", "posted"),
        text("orders", "orders"),
    ]
    lines = [
        SheetRow(
            each.number or each.id,
            {
                "number": each.number,
                "day": each.day,
                "customer": each.account,
                "net": each.net,
                "tax": each.tax,
                "gross": each.gross,
                "posted": "yes" if each.posted else "no",
                "orders": ", ".join(_numbers(each, facts)),
            },
            tuple(_numbers(each, facts)),
        )
        for each in facts.invoices
        if each.credit
    ]
    return Sheet(
        id="credits",
        title="Credits",
        basis="credit notes dated in the period",
        columns=columns,
        lines=lines,
        compared=compared,
    )


def _numbers(invoice: SalesInvoice, facts: Facts) -> list[str]:
    known = [facts.order_of(key) for key in invoice.order_keys]
    return [order.number for order in known if order is not None]


def open_invoices(entries: Sequence[LedgerEntry], today: date, *, compared: bool) -> Sheet:
    """Invoices that are not paid, by days beyond their due date; without one, beyond their own date."""
    columns = [
        text("age", "age"),
        Column("invoices", "invoices", Holds.COUNT),
        Column("outstanding", "outstanding"),
    ]
    groups: Mapping[str, Group] = {name: Group() for name, _ in AGES}
    for entry in entries:
        group = groups[age_of(entry, today)]
        group.count("invoices")
        group.add("outstanding", entry.outstanding)
        group.name(entry.reference or entry.urn)
    lines = [
        SheetRow(
            name,
            {
                "age": name,
                "invoices": group.counts.get("invoices", 0),
                "outstanding": group.money.get("outstanding", ZERO),
            },
            tuple(group.documents),
        )
        for name, group in groups.items()
    ]
    return Sheet(
        id="open-invoices",
        title="Open invoices by age",
        basis="invoices of web orders dated up to the period's end that were not paid in full when it was run; their "
        "age is that of the period's last day, or of the run before it",
        columns=columns,
        lines=lines,
        compared=compared,
    )


def age_of(entry: LedgerEntry, today: date) -> str:
    """The age in the words of `AGES`."""
    since = entry.due or entry.day
    late = (today - since).days if since is not None else 0
    return next(name for name, most in AGES if most is None or late <= most)

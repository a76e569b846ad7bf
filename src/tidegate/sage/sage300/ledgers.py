"""Accounts receivable, and its entries in the general ledger.

Source: contract §9.3, §9.5. The number of a document is unique and identifies it. The same number links the document to
the general ledger (A, and a setting of the G/L integration). A site that consolidates G/L entries has no such lines.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal

from tidegate.domain.books.bookkeeping import AccountBalance, EntryKind, LedgerEntry, Posting
from tidegate.domain.delta import Delta
from tidegate.domain.errors import Code, Failure
from tidegate.domain.money import ZERO
from tidegate.reading.document import Unreadable
from tidegate.sage.sage300 import error_batches
from tidegate.sage.sage300.client import Sage300Client
from tidegate.sage.sage300.deltas import Stream, changes
from tidegate.sage.sage300.queries import equals
from tidegate.sage.sage300.rows import Row, day_of, each, flag_of, money_of, name_of, number_of, text_of
from tidegate.sage.sage300.settings import Sage300Settings
from tidegate.sage.sage300.wire_names import LINK, NET_PERIOD, OPENING, PERIODS
from tidegate.sage.sage300.writing import is_receipt_key

NUMBER = "DocumentNumber"
STREAM = Stream("ARPostedDocuments", ("LastActivityDate",), name=NUMBER)
KINDS = {
    "Invoice": EntryKind.INVOICE,
    "CreditNote": EntryKind.CREDIT,
    "Prepayment": EntryKind.RECEIPT,
    "UnappliedCash": EntryKind.RECEIPT,
    "Receipt": EntryKind.RECEIPT,
    "Refund": EntryKind.REFUND,
}
MONEY = (EntryKind.RECEIPT, EntryKind.REFUND)


class Ledgers:
    """The sales ledger."""

    def __init__(self, client: Sage300Client, company: Sage300Settings, today: Callable[[], date]) -> None:
        self._client = client
        self._company = company
        self._today = today

    def read(self, since: str | None) -> Delta[LedgerEntry] | Failure:
        """Documents with activity since the cursor; a payment changes `outstanding`."""
        found = changes(self._client, STREAM, since, self._today())
        if isinstance(found, Failure):
            return found
        made, bad = each(found.rows, self.entry, lambda row: text_of(row, NUMBER))
        return Delta(tuple(made), found.parking(one.name for one in bad), found.full, tuple(bad))

    def entry(self, row: Row) -> LedgerEntry:
        """A posted document. Raises Unreadable."""
        number = name_of(row, NUMBER)
        kind = KINDS.get(text_of(row, "DocumentType"), EntryKind.OTHER)
        gross, due = (
            money_of(row, "CustomerCurrencyInvoiceAmount"),
            money_of(row, "CustomerCurrencyAmountDue"),
        )
        tax = number_of(row, "CustomerCurrencyTaxAmount")
        paid = flag_of(row, "FullyPaid") or not due
        taxed = tax is not None and kind not in MONEY
        return LedgerEntry(
            id=f"{name_of(row, 'CustomerNumber')}/{number}",
            urn=number,
            kind=kind,
            account=name_of(row, "CustomerNumber"),
            reference=_reference(row) if kind in MONEY else number,
            second_reference=text_of(row, "CheckReceiptNumber" if kind in MONEY else "OrderNumber"),
            day=day_of(row, "DocumentDate"),
            gross=abs(gross),
            outstanding=abs(due),
            net=abs(gross) - abs(tax) if taxed and tax is not None else None,
            tax=abs(tax) if taxed and tax is not None else None,
            due=day_of(row, "DueDate"),
            settled=(day_of(row, "DatePaid") or day_of(row, "LastActivityDate")) if paid else None,
            currency=text_of(row, "CurrencyCode") or self._company.currency,
        )


def _reference(row: Row) -> str:
    """The number that users see of a receipt: the order's for ours, the cheque's for others."""
    check = text_of(row, "CheckReceiptNumber")
    return text_of(row, "DocumentDescription") or check if is_receipt_key(check) else check


class Postings:
    """The general ledger."""

    def __init__(self, client: Sage300Client) -> None:
        self._client = client

    def read(self, urns: Sequence[str]) -> dict[str, list[Posting] | Failure] | Failure:
        """Postings by the number of their document, read for many documents in one call; a Failure for what is in an error batch."""
        terms = {urn: (equals(LINK, urn),) for urn in urns}
        rows = self._client.read_pooled("GLPostedTransactions", terms)
        if isinstance(rows, Failure):
            return rows
        found: dict[str, list[Posting] | Failure] = {urn: [] for urn in urns}
        for row in rows:
            lines = found.get(text_of(row, LINK))
            if isinstance(lines, list):
                try:
                    lines.append(_posting(row))
                except Unreadable as error:
                    found[text_of(row, LINK)] = _unreadable(text_of(row, LINK), error)
        without = [urn for urn, lines in found.items() if lines == []]
        if not without:
            return found
        held = error_batches.refused(self._client, without)
        return held if isinstance(held, Failure) else {**found, **held}

    def balances(self) -> list[AccountBalance] | Failure:
        """The trial balance of the latest year."""
        accounts = self._client.read("GLAccounts")
        if isinstance(accounts, Failure):
            return accounts
        rows = self._client.read("GLAccountFiscalSets", (equals("FiscalSetDesignator", "Actuals"),))
        if isinstance(rows, Failure):
            return rows
        names = {text_of(row, "AccountNumber"): text_of(row, "Description") for row in accounts}
        year = max((text_of(row, "FiscalYear") for row in rows), default="")
        try:
            return [_balance(row, names) for row in rows if text_of(row, "FiscalYear") == year]
        except Unreadable as error:
            return _unreadable("the trial balance", error)


def _unreadable(what: str, error: Unreadable) -> Failure:
    return Failure(Code.UNREADABLE, f"{what} cannot be read: {error}", sent=False)


def _balance(row: Row, names: dict[str, str]) -> AccountBalance:
    balance: Decimal = number_of(row, OPENING) or ZERO
    for number in range(1, PERIODS + 1):
        balance += number_of(row, NET_PERIOD.format(number)) or ZERO
    account = name_of(row, "AccountNumber")
    return AccountBalance(account, names.get(account, ""), balance)


def _posting(row: Row) -> Posting:
    amount = money_of(row, "JournalTransactionAmount")
    year, period = text_of(row, "FiscalYear"), text_of(row, "FiscalPeriod")
    return Posting(
        urn=text_of(row, LINK),
        account=text_of(row, "AccountNumber"),
        debit=max(amount, ZERO),
        credit=max(-amount, ZERO),
        period=f"{year}-{period}",
        day=day_of(row, "JournalDate"),
        reference=text_of(row, "BatchNumber"),
        narrative=text_of(row, "JournalDetailDescription"),
    )

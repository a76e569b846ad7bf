"""The sales ledger and the nominal ledger, read.

Source: contract §9.9, §9.10, §10. Entries have a time of change: a payment moves it together with
`document_outstanding_value`. Nominal rows have none and are read by URN.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tidegate.domain.bad_row import BadRow
from tidegate.domain.books.bookkeeping import AccountBalance, EntryKind, LedgerEntry, Posting
from tidegate.domain.delta import Delta
from tidegate.domain.errors import Failure
from tidegate.domain.money import ZERO
from tidegate.reading.document import Unreadable
from tidegate.sage.sage200.client import Sage200Client
from tidegate.sage.sage200.code_books import CodeBook
from tidegate.sage.sage200.deltas import Stream
from tidegate.sage.sage200.fields import (
    Row,
    day_of,
    each,
    figure_of,
    id_of,
    number_of,
    text_of,
    unreadable_row,
)
from tidegate.sage.sage200.reference import NOMINAL, Reference, nominal_of

ENTRIES = Stream("/sales_posted_transactions")
KINDS = {
    "TradingAccountEntryTypeInvoice": EntryKind.INVOICE,
    "TradingAccountEntryTypeOpeningBalanceInvoice": EntryKind.INVOICE,
    "TradingAccountEntryTypeCreditNote": EntryKind.CREDIT,
    "TradingAccountEntryTypeOpeningBalanceCreditNote": EntryKind.CREDIT,
    "TradingAccountEntryTypePurchasePaymentSalesReceipt": EntryKind.RECEIPT,
    "TradingAccountEntryTypePurchaseReceiptSalesPayment": EntryKind.REFUND,
}
ENTRY = (
    "id",
    "customer_id",
    "trader_transaction_type",
    "reference",
    "second_reference",
    "transaction_date",
    "due_date",
    "full_settlement_date",
    "document_goods_value",
    "document_tax_value",
    "document_gross_value",
    "document_outstanding_value",
    "urn",
)
_POSTING = (
    "id",
    "nominal_code_id",
    "transaction_date",
    "period_number",
    "financial_year_start_date",
    "reference",
    "narrative",
    "debit",
    "credit",
    "urn",
)


class Ledgers:
    """The sales ledger of one company."""

    def __init__(self, client: Sage200Client, reference: Reference, *, customers: CodeBook) -> None:
        self._client = client
        self._reference = reference
        self._customers = customers

    def read(self, since: str | None) -> Delta[LedgerEntry] | Failure:
        """Entries of all accounts that are new or changed."""
        lists = self._reference.lists()
        if isinstance(lists, Failure):
            return lists
        changes = ENTRIES.read(self._client, since, select=ENTRY)
        if isinstance(changes, Failure):
            return changes
        read = self.entries_of(changes.rows, lists.currencies)
        if isinstance(read, Failure):
            return read
        rows, bad = read
        return Delta(tuple(rows), changes.parking(bad), changes.full, tuple(bad))

    def entries_of(
        self, rows: Sequence[Row], currencies: Mapping[int, str]
    ) -> tuple[list[LedgerEntry], list[BadRow]] | Failure:
        """Rows of `sales_posted_transactions`, with their accounts; and those that cannot be read."""
        customers = self._customers.of(id_of(row, "customer_id") for row in rows)
        if isinstance(customers, Failure):
            return customers
        return each(
            rows,
            lambda row: _entry(row, customers.get(id_of(row, "customer_id") or 0, {}), currencies),
            lambda row: f"ledger entry {text_of(row, 'reference') or text_of(row, 'urn')}",
        )


class Postings:
    """The nominal ledger of one company."""

    def __init__(self, client: Sage200Client, nominals: CodeBook) -> None:
        self._client = client
        self._nominals = nominals

    def read(self, urns: Sequence[str]) -> dict[str, list[Posting] | Failure] | Failure:
        """Nominal rows by URN, pooled. Whatever waits for Sage's posting has none yet.

        A Failure in the place of an entry's rows: one of them cannot be read.
        """
        found: dict[str, list[Posting] | Failure] = {urn: [] for urn in urns}
        numbers = {urn: int(urn) for urn in found if urn.isascii() and urn.isdigit()}
        path = "/nominal_transaction_enquiry_views"
        rows = self._client.read_by_ids(path, "urn", numbers.values(), select=_POSTING)
        if isinstance(rows, Failure):
            return rows
        nominals = self._nominals.of(id_of(row, "nominal_code_id") for row in rows)
        if isinstance(nominals, Failure):
            return nominals
        asked = {number: urn for urn, number in numbers.items()}
        for row in rows:
            urn = asked.get(id_of(row, "urn") or 0)
            postings = found.get(urn or "")
            if urn is None or not isinstance(postings, list):
                continue
            nominal = nominals.get(id_of(row, "nominal_code_id") or 0, {})
            try:
                postings.append(_posting(urn, row, nominal_of(nominal).code))
            except Unreadable as error:
                found[urn] = unreadable_row(f"posting {urn}: {error}")
        return found

    def balances(self) -> list[AccountBalance] | Failure:
        """The balance of every nominal code, year to date (that this holds what was brought forward: A)."""
        fields = (*NOMINAL, "balance_year_to_date")
        rows = self._client.read_all("/nominal_codes", select=fields, large=True)
        if isinstance(rows, Failure):
            return rows
        found, bad = each(
            rows,
            lambda row: AccountBalance(
                nominal_of(row).code, text_of(row, "name"), figure_of(row, "balance_year_to_date")
            ),
            lambda row: f"the balance of account {nominal_of(row).code}",
        )
        return unreadable_row(str(bad[0])) if bad else found  # a trial balance is whole, or none


def _entry(row: Row, customer: Row, currencies: Mapping[int, str]) -> LedgerEntry:
    kind = KINDS.get(text_of(row, "trader_transaction_type"), EntryKind.OTHER)
    goods, tax = number_of(row, "document_goods_value"), number_of(row, "document_tax_value")
    return LedgerEntry(
        id=text_of(row, "id"),
        urn=text_of(row, "urn"),
        kind=kind,
        account=text_of(customer, "reference").strip(),
        reference=text_of(row, "reference").strip(),
        second_reference=text_of(row, "second_reference").strip(),
        day=day_of(row, "transaction_date"),
        gross=abs(figure_of(row, "document_gross_value")),
        outstanding=abs(figure_of(row, "document_outstanding_value")),
        net=None if goods is None else abs(goods),
        tax=None if tax is None else abs(tax),
        due=day_of(row, "due_date"),
        settled=day_of(row, "full_settlement_date"),
        currency=currencies.get(id_of(customer, "currency_id") or 0, ""),
    )


def _posting(urn: str, row: Row, account: str) -> Posting:
    year, period = day_of(row, "financial_year_start_date"), text_of(row, "period_number")
    debit, credit = number_of(row, "debit"), number_of(row, "credit")
    if debit is None and credit is None:
        raise Unreadable("Sage reports neither", "debit, credit")
    return Posting(
        urn=urn,
        account=account,
        debit=debit or ZERO,  # a line is one of both
        credit=credit or ZERO,
        period=f"{year.year}/{period.zfill(2)}" if year is not None and period else period,
        day=day_of(row, "transaction_date"),
        reference=text_of(row, "reference"),
        narrative=text_of(row, "narrative"),
    )

"""Posted documents and receipts of A/R, and the ledger behind them (contract §9.3, §9.4, §9.5)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from tidegate_sandbox.erp.journal import Journal, Row
from tidegate_sandbox.erp.money import ZERO
from tidegate_sandbox.erp.receivable import Transaction
from tidegate_sandbox.sage300.database import Database
from tidegate_sandbox.sage300.resource import Resource, Value

KINDS = {"invoice": "Invoice", "credit_note": "CreditNote", "receipt": "Prepayment", "refund": "Refund"}
LEDGERS = {
    "invoice": ("AR", "IN"),
    "credit_note": ("AR", "CN"),
    "receipt": ("AR", "PY"),
    "refund": ("AR", "RF"),
}


class Ledgers:
    """Reads A/R and G/L of one company."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._company = database.company

    def number(self, one: Transaction) -> str:
        """The document's number: of a receipt the one that A/R gave it."""
        if one.kind in ("invoice", "credit_note"):
            return one.reference
        return str(one.extra.get("document", f"PP{one.id:010d}"))

    def documents(self) -> Resource:
        """``ARPostedDocuments``: invoices, credit notes, and receipts as far as they are documents."""
        fields: dict[str, tuple[str, Value]] = {
            "CustomerNumber": ("s", self._account),
            "DocumentNumber": ("s", self.number),
            "CheckReceiptNumber": (
                "s",
                lambda one: one.reference if one.kind in ("receipt", "refund") else "",
            ),
            "OrderNumber": ("s", lambda one: one.second_reference),
            "DocumentType": ("s", lambda one: KINDS[one.kind]),
            "TransactionType": ("s", lambda one: KINDS[one.kind]),
            "DocumentDescription": ("s", lambda one: one.extra.get("description", "")),
            "DocumentDate": ("dt", lambda one: one.date),
            "DueDate": ("dt", lambda one: one.due_date),
            "CurrencyCode": ("s", self._currency),
            "CustomerCurrencyInvoiceAmount": ("n", lambda one: one.gross),
            "CustomerCurrencyAmountDue": ("n", lambda one: one.outstanding),
            "CustomerCurrencyTaxAmount": ("n", lambda one: one.tax),
            "FullyPaid": ("s", lambda one: "Yes" if one.outstanding == 0 else "No"),
            "LastActivityDate": ("dt", lambda one: self._database.local_day(one.updated_at)),
            "DatePaid": ("dt", lambda one: one.settled_on),
            "BankCode": ("s", self._bank),
            "BatchNumber": ("n", lambda one: one.urn),
            "EntryNumber": ("n", lambda _one: 1),
            "PostingSequenceNumber": ("n", lambda one: one.urn),
        }
        return Resource(
            name="ARPostedDocuments",
            module="AR",
            key=("CustomerNumber", "DocumentNumber"),
            fields=fields,
            rows=self._database.documents,
            lookups={"DocumentNumber": lambda value: self._named(value)},
        )

    def _named(self, value: Any) -> list[Transaction]:
        return [one for one in self._database.documents() if self.number(one) == value]

    def receipts(self) -> Resource:
        """``ARPostedReceipts``."""
        fields: dict[str, tuple[str, Value]] = {
            "BankCode": ("s", self._bank),
            "CustomerNumber": ("s", self._account),
            "CheckReceiptNumber": ("s", lambda one: one.reference),
            "DepositSerialNumber": ("i", lambda one: one.urn),
            "DepositLineNumber": ("i", lambda _one: 1),
            "ReceiptDate": ("dt", lambda one: one.date),
            "CustomerReceiptAmount": ("n", lambda one: -one.gross),
            "BankReceiptAmount": ("n", lambda one: -one.gross),
            "CurrencyCode": ("s", self._currency),
            "DocumentType": ("s", lambda one: KINDS[one.kind]),
            "DocumentNumber": ("s", self.number),
            "DateLastMaintained": ("dt", lambda one: self._database.local_day(one.updated_at)),
            "CheckCleared": ("s", lambda _one: "Outstanding"),
            "DateReturned": ("dt", lambda _one: None),
            "ReasonForReturn": ("s", lambda _one: ""),
        }
        table = self._company.receivables.table
        return Resource(
            name="ARPostedReceipts",
            module="AR",
            key=tuple(list(fields)[:6]),
            fields=fields,
            rows=lambda: (one for one in table if one.kind == "receipt"),
            lookups={
                "CheckReceiptNumber": lambda value: [
                    one for one in table.find("reference", value) if one.kind == "receipt"
                ]
            },
        )

    def _account(self, one: Transaction) -> str:
        return self._company.customers.table[one.customer_id].code

    def _currency(self, one: Transaction) -> str:
        return self._company.currencies[self._company.customers.table[one.customer_id].currency_id].code

    def _bank(self, one: Transaction) -> str:
        found = self._company.banks.get(one.bank_id)
        return found.code if found is not None else ""

    # G/L

    def postings(self) -> Resource:
        """``GLPostedTransactions``: a row for each line of a journal."""
        fields: dict[str, tuple[str, Value]] = {
            "PostingSequenceNumber": ("n", lambda one: one[0].urn),
            "BatchNumber": ("s", lambda one: f"{one[0].urn:06d}"),
            "JournalEntryNumber": ("s", lambda _one: "00001"),
            "JournalTransactionNumber": ("n", lambda one: one[1].id),
            "AccountNumber": ("s", lambda one: one[1].target.account),
            "FiscalYear": ("s", lambda one: str(one[0].date.year)),
            "FiscalPeriod": ("s", lambda one: f"{one[0].date.month:02d}"),
            "SourceLedgerCode": ("s", lambda one: self._source(one[0])[0]),
            "SourceTypeCode": ("s", lambda one: self._source(one[0])[1]),
            "JournalDate": ("dt", lambda one: one[0].date),
            "JournalDetailReference": ("s", self._reference),
            "JournalDetailDescription": ("s", lambda one: one[1].narrative),
            "JournalTransactionAmount": ("n", lambda one: one[1].debit - one[1].credit),
        }
        return Resource(
            name="GLPostedTransactions",
            module="GL",
            key=("JournalTransactionNumber",),
            fields=fields,
            rows=self._journal_rows,
            lookups={"JournalDetailReference": self._of_document},
        )

    def _journal_rows(self) -> Iterator[tuple[Journal, Row]]:
        return iter(sorted(self._booked(), key=lambda pair: pair[1].id))

    def _booked(self) -> Iterable[tuple[Journal, Row]]:
        """Rows of journals, but for those of error batches."""
        if not self._database.error_batches:
            return self._company.ledger.rows
        return [pair for pair in self._company.ledger.rows if not self._database.is_refused(pair[0])]

    def _of_document(self, value: Any) -> Iterable[tuple[Journal, Row]]:
        documents = self._named(value)
        if not documents:
            return [pair for pair in self._company.ledger.rows if pair[0].reference == value]
        journals = [journal for one in documents for journal in self._company.ledger.by_urn(one.urn)]
        posted = (one for one in journals if one.is_posted and not self._database.is_refused(one))
        return [(journal, row) for journal in posted for row in journal.rows]

    def _reference(self, pair: tuple[Journal, Row]) -> str:
        journal = pair[0]
        posted = self._company.receivables.table.get(journal.transaction_id)
        return self.number(posted) if posted is not None else journal.reference

    def _source(self, journal: Journal) -> tuple[str, str]:
        posted = self._company.receivables.table.get(journal.transaction_id)
        return LEDGERS[posted.kind] if posted is not None else ("IC", "JE")

    def balances(self) -> Resource:
        """``GLAccountFiscalSets``: a year of one account, by period."""
        periods: dict[str, tuple[str, Value]] = {
            f"NetPeriod{number}": ("n", _period(number)) for number in range(1, 13)
        }
        fields: dict[str, tuple[str, Value]] = {
            "AccountNumber": ("s", lambda one: one[0]),
            "FiscalYear": ("s", lambda one: one[1]),
            "FiscalSetDesignator": ("s", lambda _one: "Actuals"),
            "OpeningBalance": ("n", lambda one: one[2].get(0, ZERO)),
            **periods,
        }
        return Resource(
            name="GLAccountFiscalSets",
            module="GL",
            key=("AccountNumber", "FiscalYear", "FiscalSetDesignator"),
            fields=fields,
            rows=self._years,
        )

    def _years(self) -> list[tuple[str, str, dict[int, Decimal]]]:
        year = self._company.today().year
        found: dict[str, dict[int, Decimal]] = {}
        for journal, row in self._booked():
            at = 0 if journal.date.year < year else journal.date.month
            sums = found.setdefault(row.target.account, {})
            sums[at] = sums.get(at, ZERO) + row.debit - row.credit
        return [(account, str(year), sums) for account, sums in sorted(found.items())]


def _period(number: int) -> Value:
    return lambda one: one[2].get(number, ZERO)

"""Accounts receivable: open items with their balances, and what customers have paid.

Source: contract §6.3, §7.2. A balance changes without a time stamp: open items are read whole each time. An item at zero, or one
that is gone (period end clears it away), is settled. An invoice's total is in its history.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

import msgspec

from tidegate.domain.bad_row import BadRow
from tidegate.domain.books.bookkeeping import EntryKind, LedgerEntry
from tidegate.domain.calendar import zone
from tidegate.domain.delta import Delta
from tidegate.domain.errors import Failure
from tidegate.domain.money import ZERO
from tidegate.sage.each_row import each_row
from tidegate.sage.sage100.client import Sage100Client
from tidegate.sage.sage100.deltas import changes
from tidegate.sage.sage100.documents import Documents, name_of_document
from tidegate.sage.sage100.postings import urn_of
from tidegate.sage.sage100.reference import customer_of
from tidegate.sage.sage100.rows import Row, billed_of, day_of, figure_of, money_of, name_of, text_of
from tidegate.sage.sage100.settings import Sage100Settings
from tidegate.sage.sage100.wire_names import (
    CASH_JOURNAL,
    CREDIT_MEMO,
    CUSTOMER_NUMBER,
    DELETED_INVOICE,
    DIVISION,
    INVOICE,
    INVOICE_NUMBER,
    INVOICE_TYPE,
    INVOICES,
    JOURNAL,
    OPEN_ITEMS,
    ORDER_NUMBER,
    PREPAYMENTS,
    RECEIPTS,
    REGISTER,
    SEQUENCE,
    TAX,
)

BALANCE = "Balance"
OF_INVOICE = "InvoiceHistoryHeaderSeqNo"
ITEM_COLUMNS = (
    *(DIVISION, CUSTOMER_NUMBER, INVOICE_NUMBER, INVOICE_TYPE, OF_INVOICE, "InvoiceDate", "InvoiceDueDate"),
    *(BALANCE, "CheckNo", "PostingDate"),
)
RECEIPT_COLUMNS = (
    *(
        DIVISION,
        CUSTOMER_NUMBER,
        "BankCode",
        "DepositDate",
        "DepositNo",
        "DepositType",
        "CheckNo",
        "SequenceNo",
    ),
    *("PostingDate", INVOICE_NUMBER, INVOICE_TYPE, "CashAmountApplied"),
)
RECEIPT_KEY = (
    *("BankCode", "DepositDate", "DepositNo", "DepositType"),
    *(DIVISION, CUSTOMER_NUMBER, "CheckNo", "SequenceNo"),
)
KINDS = {INVOICE: EntryKind.INVOICE, CREDIT_MEMO: EntryKind.CREDIT}
BACKDATED = timedelta(days=7)  #: how old a deposit may be when it is posted


class _Position(msgspec.Struct, frozen=True, omit_defaults=True):
    since: str  #: deposits from this day on were seen
    balances: dict[str, str]  #: open item -> balance
    receipts: dict[str, str] = {}  #: receipt of those days -> its open item's balance
    invoices: str = ""  #: the cursor of posted invoices


class Ledgers:
    """The sales ledger."""

    def __init__(
        self,
        client: Sage100Client,
        documents: Documents,
        company: Sage100Settings,
        now: Callable[[], datetime],
    ) -> None:
        self._client = client
        self._documents = documents
        self._company = company
        self._now = now

    def read(self, since: str | None) -> Delta[LedgerEntry] | Failure:
        """Entries that are new or whose balance is another one."""
        before = _position(since)
        today = self._now().astimezone(zone(self._company.time_zone)).date()
        read = self._client.rows(OPEN_ITEMS, ITEM_COLUMNS)
        if isinstance(read, Failure):
            return read
        items = {self._name(row): row for row in read[0]}
        billed = changes(
            self._client,
            INVOICES,
            self._documents.columns,
            name_of_document,
            before.invoices if before is not None else None,
            _midnight(today - timedelta(days=self._company.history_days), self._company.time_zone),
        )
        if isinstance(billed, Failure):
            return billed
        new = [self._name(row) for row in billed.rows if text_of(row, INVOICE_TYPE) != DELETED_INVOICE]
        moved = list(
            dict.fromkeys((*self._moved(items, before), *new))
        )  # what was paid at once is seen here alone
        receipts = self._receipts(before, today, {name for name in moved if not _is_invoice(name)})
        if isinstance(receipts, Failure):
            return receipts
        covered = set(map(self._name, receipts.values()))
        invoices = self._entries([name for name in moved if name not in covered], items, today)
        if isinstance(invoices, Failure):
            return invoices
        entries, bad = invoices
        known = before.receipts if before is not None else {}
        states = {
            name: text_of(items.get(self._name(row), {}), BALANCE) or "0" for name, row in receipts.items()
        }
        fresh = [(name, row) for name, row in receipts.items() if known.get(name) != states[name]]
        paid, worse = each_row(
            fresh,
            lambda pair: self._receipt(pair[1], items, today),
            lambda pair, error: BadRow(f"receipt {text_of(pair[1], 'CheckNo')}", str(error)),
        )
        unread = {one.name for one in (*bad, *worse)}
        balances = {name: text_of(row, BALANCE) for name, row in items.items()}
        position = _Position(
            (today - BACKDATED).isoformat(),
            {name: text for name, text in balances.items() if f"entry {name}" not in unread},
            {
                name: text
                for name, text in states.items()
                if f"receipt {text_of(receipts[name], 'CheckNo')}" not in unread
            },
            billed.parking(
                name_of_document(row) for row in billed.rows if f"entry {self._name(row)}" in unread
            ),
        )
        cursor = msgspec.json.encode(position, order="deterministic").decode()
        return Delta((*entries, *paid), cursor, before is None, (*bad, *worse))

    def _name(self, row: Row) -> str:
        """Account, number and type: the key of an open item."""
        account = customer_of(row, self._company.division)
        return f"{account}/{text_of(row, INVOICE_NUMBER)}/{text_of(row, INVOICE_TYPE)}"

    def _moved(self, items: Mapping[str, Row], before: _Position | None) -> list[str]:
        """Open items that are new, have another balance, or are gone."""
        seen = before.balances if before is not None else {}
        changed = [name for name, row in items.items() if seen.get(name) != text_of(row, BALANCE)]
        return [*changed, *(name for name in seen if name not in items)]

    def _receipts(self, before: _Position | None, today: date, prepaid: set[str]) -> dict[str, Row] | Failure:
        """Receipts of the last days, and older ones of these prepayments, by their key."""
        first = today - timedelta(days=self._company.history_days)
        day = date.fromisoformat(before.since) if before is not None else first
        found = self._receipts_since(day)
        if isinstance(found, Failure):
            return found
        if prepaid <= set(map(self._name, found.values())):
            return found
        older = self._receipts_since(first)
        if isinstance(older, Failure):
            return older
        return {**{key: row for key, row in older.items() if self._name(row) in prepaid}, **found}

    def _receipts_since(self, day: date) -> dict[str, Row] | Failure:
        read = self._client.rows(RECEIPTS, RECEIPT_COLUMNS, since=_midnight(day, self._company.time_zone))
        if isinstance(read, Failure):
            return read
        return {"/".join(text_of(row, name) for name in RECEIPT_KEY): row for row in read[0]}

    # Invoices and credit memos

    def _entries(
        self, wanted: Sequence[str], items: Mapping[str, Row], today: date
    ) -> tuple[list[LedgerEntry], list[BadRow]] | Failure:
        """What to report of these items; of a prepayment that is gone only the receipt is known."""
        headers = self._documents.numbered(name.split("/")[-2] for name in wanted if _is_invoice(name))
        if isinstance(headers, Failure):
            return headers
        by_name: dict[str, list[Row]] = {}
        for row in headers:
            by_name.setdefault(self._name(row), []).append(row)
        return each_row(
            (name for name in wanted if _is_invoice(name) or name in items),
            lambda name: self._entry(name, items.get(name), by_name.get(name, []), today),
            lambda name, error: BadRow(f"entry {name}", str(error)),
        )

    def _entry(self, name: str, item: Row | None, headers: Iterable[Row], today: date) -> LedgerEntry:
        """An invoice, credit memo or other item; `item` is None once it is cleared away. Raises Unreadable."""
        account, number, type_ = name.rsplit("/", 2)
        sequence = text_of(item, OF_INVOICE) if item is not None else ""
        chosen = [row for row in headers if not sequence or text_of(row, SEQUENCE) == sequence]
        header = max(chosen, key=lambda row: text_of(row, SEQUENCE), default=None)
        balance = abs(money_of(item, BALANCE)) if item is not None else ZERO
        dated = header or item or {}
        gross = abs(billed_of(header)) if header is not None else balance
        tax = abs(money_of(header, TAX)) if header is not None else None
        kind = EntryKind.RECEIPT if type_ in PREPAYMENTS else KINDS.get(type_, EntryKind.OTHER)
        check = text_of(item, "CheckNo") if item is not None else ""
        return LedgerEntry(
            id=name,
            urn=self._urn(header, number) if header is not None else cash_urn(dated, check or number),
            kind=kind,
            account=account,
            reference=check or number if kind is EntryKind.RECEIPT else number,
            second_reference=text_of(dated, ORDER_NUMBER),
            day=day_of(dated, "InvoiceDate"),
            gross=gross,
            outstanding=balance,
            net=None if tax is None else gross - tax,
            tax=tax,
            due=day_of(dated, "InvoiceDueDate"),
            settled=None if balance else today,
            currency=self._company.currency,
        )

    def _urn(self, header: Row, number: str) -> str:
        journal, register = text_of(header, JOURNAL), text_of(header, REGISTER)
        return urn_of(journal, register, number, day_of(header, "TransactionDate"))

    # Receipts

    def _receipt(self, row: Row, items: Mapping[str, Row], today: date) -> LedgerEntry:
        """A receipt; what of it is not applied is the balance of its prepayment. Raises Unreadable."""
        account = customer_of(row, self._company.division)
        name = self._name(row)
        prepayment = items.get(name) if text_of(row, INVOICE_TYPE) in PREPAYMENTS else None
        open_ = abs(money_of(prepayment, BALANCE)) if prepayment is not None else ZERO
        check = name_of(row, "CheckNo")
        prepays = text_of(row, INVOICE_TYPE) in PREPAYMENTS
        parts = ("BankCode", "DepositDate", "DepositNo", "DepositType", "CheckNo", "SequenceNo")
        return LedgerEntry(
            id=name if prepays else "/".join((account, *(text_of(row, part) for part in parts))),
            urn=cash_urn(row, check),
            kind=EntryKind.RECEIPT,
            account=account,
            reference=check,
            second_reference="" if prepays else text_of(row, INVOICE_NUMBER),
            day=day_of(row, "DepositDate"),
            gross=abs(figure_of(row, "CashAmountApplied")),
            outstanding=open_,
            settled=None if open_ else today,
            currency=self._company.currency,
        )


def cash_urn(row: Row, document: str) -> str:
    """The URN of a receipt; no column names its register."""
    return urn_of(CASH_JOURNAL, "", document, day_of(row, "PostingDate"))


def _is_invoice(name: str) -> bool:
    return name.rpartition("/")[2] not in PREPAYMENTS


def _midnight(day: date, time_zone: str) -> str:
    return datetime(day.year, day.month, day.day, tzinfo=zone(time_zone)).isoformat()


def _position(since: str | None) -> _Position | None:
    if not since:
        return None
    try:
        return msgspec.json.decode(since, type=_Position)
    except msgspec.MsgspecError:
        return None

"""What was paid at checkout: a batch with one receipt each, ready to be posted or left open; applied to its invoice later.

Source: contract §9.4 and additions. The key is the receipt's number. `ReadyToPost` is done by the server after the
insert, so that an error may come with the batch already stored: a receipt is looked for in posted receipts and in
batches before it is sent again.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from tidegate.domain.books.bookkeeping import EntryKind, LedgerEntry, NewAllocation, NewReceipt
from tidegate.domain.errors import Code, Failure
from tidegate.domain.money import shown
from tidegate.reading.document import Unreadable
from tidegate.sage.port.outcomes import Accepted, Outcome
from tidegate.sage.preparing import account_unfit
from tidegate.sage.sage300.client import Sage300Client
from tidegate.sage.sage300.ledgers import NUMBER, Ledgers
from tidegate.sage.sage300.lengths import Codes
from tidegate.sage.sage300.payloads import day_text
from tidegate.sage.sage300.queries import equals, text
from tidegate.sage.sage300.reference import Reference
from tidegate.sage.sage300.rows import Row, day_of, details_of, money_of, name_of, text_of
from tidegate.sage.sage300.settings import Sage300Settings
from tidegate.sage.sage300.wire_names import APPLY, BANK_ACCOUNT, POSTED, PREPAYMENT, READY
from tidegate.sage.sage300.writing import RECEIPT

BATCHES = "ARReceiptAndAdjustmentBatches"
ENTRIES = "ReceiptsAdjustments"
TITLE = "Tidegate"  #: how the description of every batch of ours begins
CASH = "CA"


class Receipts:
    """Posts receipts and applies them."""

    def __init__(
        self, client: Sage300Client, reference: Reference, ledgers: Ledgers, company: Sage300Settings
    ) -> None:
        self._client = client
        self._reference = reference
        self._ledgers = ledgers
        self._company = company
        self._banks: list[Row] | None = None
        self._lock = threading.Lock()

    # Find

    def find(self, keys: Sequence[str]) -> dict[str, LedgerEntry | Failure | None] | Failure:
        """Receipts with one of these numbers: posted ones, and those that wait in a batch of ours."""
        found: dict[str, LedgerEntry | Failure | None] = dict.fromkeys(keys)
        terms = {key: (equals("CheckReceiptNumber", key),) for key in found}
        posted = self._client.read_pooled("ARPostedReceipts", terms)
        if isinstance(posted, Failure):
            return posted
        numbers = {text_of(row, "DocumentNumber"): text_of(row, "CheckReceiptNumber") for row in posted}
        named = {number: (equals(NUMBER, number),) for number, key in numbers.items() if key in found}
        documents = self._client.read_pooled("ARPostedDocuments", named)
        if isinstance(documents, Failure):
            return documents
        for row in documents:
            key = numbers.get(text_of(row, NUMBER), "")
            if key in found:
                found[key] = self._entry(row)
        missing = {key for key, entry in found.items() if entry is None}
        waiting = self._waiting(missing) if missing else {}
        return waiting if isinstance(waiting, Failure) else {**found, **waiting}

    def _entry(self, row: Row) -> LedgerEntry | Failure:
        try:
            return self._ledgers.entry(row)
        except Unreadable as error:
            return Failure(Code.UNREADABLE, f"Sage's receipt cannot be read: {error}", sent=False)

    def _waiting(self, keys: set[str]) -> dict[str, LedgerEntry | Failure] | Failure:
        """Receipts in batches of ours that are not posted yet."""
        where = f"BatchRecordType eq '{CASH}' and BatchStatus ne {text(POSTED)} and startswith(Description,{text(TITLE)})"
        batches = self._client.read(BATCHES, (where,))
        if isinstance(batches, Failure):
            return batches
        found: dict[str, LedgerEntry | Failure] = {}
        for batch in batches:
            number = text_of(batch, "BatchNumber")
            whole: Row | Failure | None = batch
            if not batch.get(ENTRIES):
                whole = self._client.entry(BATCHES, f"BatchRecordType='{CASH}',BatchNumber={number}")
            if isinstance(whole, Failure):
                return whole
            for row in details_of(whole, ENTRIES) if whole is not None else ():
                key = text_of(row, "CheckReceiptNumber")
                if key in keys:
                    found[key] = self._waiting_entry(row, batch)
        return found

    def _waiting_entry(self, row: Row, batch: Row) -> LedgerEntry | Failure:
        try:
            amount = money_of(row, "CustomerReceiptAmount")
            document, account = name_of(row, NUMBER), name_of(row, "CustomerNumber")
        except Unreadable as error:
            return Failure(Code.UNREADABLE, f"Sage's receipt cannot be read: {error}", sent=False)
        return LedgerEntry(
            id=f"{account}/{document}",
            urn=document,
            kind=EntryKind.RECEIPT,
            account=account,
            reference=text_of(row, "EntryDescription"),
            second_reference=text_of(row, "CheckReceiptNumber"),
            day=day_of(batch, "BatchDate"),
            gross=amount,
            outstanding=amount,
            currency=self._company.currency,
        )

    # Post

    def post(self, receipt: NewReceipt) -> Outcome:
        """One batch with one receipt; nothing is converted: account, bank and receipt have one currency."""
        bank = self._bank(receipt.clearing)
        if isinstance(bank, Failure):
            return bank
        customers = self._reference.customers([receipt.account])
        failure = account_unfit(receipt, customers, lambda customer: customer.currency)
        if failure is not None:
            return failure
        codes = Codes()
        entry = {
            "BatchType": CASH,
            "CustomerNumber": receipt.account,
            "ReceiptDateAdjustmentDate": day_text(receipt.day, self._company),
            "CheckReceiptNumber": codes.check("Tidegate's key", receipt.key, RECEIPT),
            "EntryDescription": codes.check("payment reference", receipt.reference, 60),
            "BankReceiptAmount": receipt.amount,
            "CustomerReceiptAmount": receipt.amount,
            "ReceiptTransactionType": PREPAYMENT,
        }
        failure = codes.failure()
        if failure is not None:
            return failure
        made = self._client.insert(
            BATCHES, self._batch(f"{TITLE} {receipt.reference}", bank, receipt.day, entry)
        )
        if isinstance(made, Failure):
            return made
        try:
            [row] = [
                one for one in details_of(made, ENTRIES) if text_of(one, "CheckReceiptNumber") == receipt.key
            ]
            document = name_of(row, NUMBER)
        except (Unreadable, ValueError):
            return Failure(Code.UNCLEAR_ANSWER, "Sage's answer names no receipt")
        return Accepted(f"{receipt.account}/{document}", document)

    def _batch(self, title: str, bank: str, day: date, entry: dict[str, Any]) -> dict[str, Any]:
        batch: dict[str, Any] = {
            "BatchRecordType": CASH,
            "BatchDate": day_text(day, self._company),
            "Description": title[:60],
            "BankCode": bank,
            "DefaultBankCurrency": self._company.currency,
            ENTRIES: [entry],
        }
        return {**batch, "BatchStatus": READY} if self._company.ready_to_post else batch

    def banks(self) -> list[Row] | Failure:
        """The banks, read once."""
        with self._lock:
            if self._banks is None:
                rows = self._client.read("BKBanks")
                if isinstance(rows, Failure):
                    return rows
                self._banks = rows
            return self._banks

    def _bank(self, clearing: str) -> str | Failure:
        """A bank by its code, or by the account that only it posts to."""
        banks = self.banks()
        if isinstance(banks, Failure):
            return banks
        for field in ("BankCode", BANK_ACCOUNT):
            same = [one for one in banks if text_of(one, field).casefold() == clearing.strip().casefold()]
            if len(same) == 1:
                return text_of(same[0], "BankCode")
        self.forget()  # it may be opened later
        text_ = f"Sage has no bank {clearing!r}"
        return Failure(Code.UNKNOWN_REFERENCE, text_, missing=f"bank:{clearing}", sent=False)

    def forget(self) -> None:
        """Read the banks again."""
        with self._lock:
            self._banks = None

    # Apply

    def allocate(self, allocation: NewAllocation) -> Outcome:
        """A batch that applies a receipt to an invoice, for as much as both have left."""
        account, _, invoice = allocation.debit_entry.rpartition("/")
        _, _, receipt = allocation.credit_entry.rpartition("/")
        terms = {one: (equals(NUMBER, one),) for one in (invoice, receipt)}
        rows = self._client.read_pooled("ARPostedDocuments", terms)
        if isinstance(rows, Failure):
            return rows
        by_number = {text_of(row, NUMBER): row for row in rows}
        for number in (invoice, receipt):
            failure = _exceeds(by_number.get(number), number, allocation.amount)
            if failure is not None:
                return failure
        bank = self._bank_of(by_number[receipt])
        if isinstance(bank, Failure):
            return bank
        entry = {
            "BatchType": CASH,
            "CustomerNumber": account,
            "ReceiptDateAdjustmentDate": day_text(allocation.day, self._company),
            "EntryDescription": allocation.key[:60],
            "ReceiptTransactionType": APPLY,
            NUMBER: receipt,
            "AppliedReceiptsAdjustments": [
                {
                    "BatchType": CASH,
                    "CustomerNumber": account,
                    NUMBER: invoice,
                    "PaymentNumber": 1,
                    "CustomerReceiptAmount": allocation.amount,
                }
            ],
        }
        made = self._client.insert(BATCHES, self._batch(f"{TITLE} {invoice}", bank, allocation.day, entry))
        if isinstance(made, Failure):
            return made
        if not text_of(made, "BatchNumber"):
            return Failure(Code.UNCLEAR_ANSWER, "Sage's answer names no batch")
        return Accepted(text_of(made, "BatchNumber"), receipt)

    def _bank_of(self, row: Row) -> str | Failure:
        bank = text_of(row, "BankCode")
        if bank:
            return bank
        banks = self.banks()
        if isinstance(banks, Failure):
            return banks
        return text_of(banks[0], "BankCode") if banks else ""


def _exceeds(row: Row | None, what: str, amount: Decimal) -> Failure | None:
    if row is None:
        # A batch that waits for a person: it is looked for again in every cycle, and an alert reports it.
        text_ = f"{what} is not posted yet: post the batches of Tidegate in A/R"
        return Failure(Code.RECORD_BUSY, text_, sent=False)
    try:
        due = abs(money_of(row, "CustomerCurrencyAmountDue"))
    except Unreadable as error:
        return Failure(Code.UNREADABLE, f"{what}: {error}", sent=False)
    if amount <= due:
        return None
    text_ = f"{shown(amount)} is more than the open amount {shown(due)} of {what}"
    return Failure(Code.REFUSED, text_, sent=False)

"""What was paid at checkout: posted as a payment on account, and applied to its invoice later.

Source: contract §10; `apply_arpayment` by the vendor's reference ("Apply AR Payment") and its SDKs. Our key is the
payment's DESCRIPTION, so that a payment whose answer was lost is found by it.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from tidegate.domain.books.bookkeeping import EntryKind, LedgerEntry, NewAllocation, NewReceipt
from tidegate.domain.errors import Code, Failure
from tidegate.domain.money import shown
from tidegate.domain.orders.keys import payload_hash
from tidegate.reading.document import Unreadable
from tidegate.sage.intacct.client import IntacctClient
from tidegate.sage.intacct.elements import element, text_of
from tidegate.sage.intacct.envelope import Function
from tidegate.sage.intacct.ledgers import OBJECTS, Ledgers
from tidegate.sage.intacct.lengths import Codes
from tidegate.sage.intacct.payloads import DAILY, legacy_day
from tidegate.sage.intacct.queries import Query, among, equals, in_parts
from tidegate.sage.intacct.reference import Reference
from tidegate.sage.intacct.rows import Row, money_of
from tidegate.sage.intacct.rows import text_of as field_of
from tidegate.sage.intacct.settings import IntacctSettings
from tidegate.sage.intacct.writing import REFERENCE
from tidegate.sage.port.outcomes import Accepted, Outcome
from tidegate.sage.preparing import account_unfit

FIELDS = {kind: fields for kind, _, fields in OBJECTS}
KEY = 100  #: characters of DESCRIPTION that a key may take (A)
BANKS = Query("CHECKINGACCOUNT", ("RECORDNO", "BANKACCOUNTID", "BANKNAME", "GLACCOUNTNO"))


class Receipts:
    """Posts payments and applies them."""

    def __init__(
        self, client: IntacctClient, reference: Reference, ledgers: Ledgers, company: IntacctSettings
    ) -> None:
        self._client = client
        self._reference = reference
        self._ledgers = ledgers
        self._company = company
        self._banks: list[Row] | None = None
        self._lock = threading.Lock()

    def find(self, keys: Sequence[str]) -> dict[str, LedgerEntry | Failure | None] | Failure:
        """Payments whose description is exactly one of these keys; 1000 a query."""
        found: dict[str, LedgerEntry | Failure | None] = dict.fromkeys(keys)
        for part in in_parts(keys):
            query = Query("ARPYMT", ("RECORDNO", *FIELDS[EntryKind.RECEIPT]), among("DESCRIPTION", part))
            rows = self._client.read(query)
            if isinstance(rows, Failure):
                return rows
            for row in rows:
                key = field_of(row, "DESCRIPTION")
                if key in found:
                    found[key] = self._entry(row)
        return found

    def _entry(self, row: Row) -> LedgerEntry | Failure:
        try:
            return self._ledgers.entry(EntryKind.RECEIPT, row)
        except Unreadable as error:
            return Failure(Code.UNREADABLE, f"Intacct's payment cannot be read: {error}", sent=False)

    # Post

    def post(self, receipt: NewReceipt) -> Outcome:
        """One payment on account; nothing is converted: account, bank and payment have one currency."""
        undeposited = receipt.clearing.strip() in self._company.undeposited
        bank = "" if undeposited else self._bank(receipt.clearing)
        if isinstance(bank, Failure):
            return bank
        customers = self._reference.customers([receipt.account])
        failure = account_unfit(
            receipt, customers, lambda customer: customer.currency or self._company.currency
        )
        if failure is not None:
            return failure
        codes = Codes()
        record = self._record(receipt, bank, codes)
        failure = codes.failure()
        if failure is not None:
            return failure
        control_id = f"{receipt.key}/payment/{payload_hash(record)[:32]}"
        made = self._client.write_one(Function(control_id, element("create", element("ARPYMT", record))))
        if isinstance(made, Failure):
            return made
        number = text_of(made, "data/arpymt/RECORDNO")
        if not number:
            return Failure(Code.UNCLEAR_ANSWER, "Intacct's answer names no payment")
        return Accepted(number, record["DOCNUMBER"])

    def _record(self, receipt: NewReceipt, bank: str, codes: Codes) -> dict[str, Any]:
        foreign = receipt.currency.upper() != self._company.currency.upper()
        return {
            "FINANCIALENTITY": bank or None,
            "UNDEPOSITEDACCOUNTNO": None if bank else receipt.clearing.strip(),
            "PAYMENTMETHOD": self._company.payment_method,
            "CUSTOMERID": receipt.account,
            "DOCNUMBER": codes.check("payment reference", receipt.reference, REFERENCE),
            "DESCRIPTION": codes.check("Tidegate's key", receipt.key, KEY),
            "EXCH_RATE_TYPE_ID": DAILY if foreign else None,
            "RECEIPTDATE": receipt.day,
            "TRX_AMOUNTTOPAY": receipt.amount,
            "CURRENCY": receipt.currency.upper(),
            "BASECURR": self._company.currency.upper(),
            "ACTION": "Submit",
        }

    def _bank(self, clearing: str) -> str | Failure:
        """A bank by its id, or by the account that only it posts to."""
        with self._lock:
            if self._banks is None:
                rows = self._client.read(BANKS)
                if isinstance(rows, Failure):
                    return rows
                self._banks = rows
            banks = self._banks
        for field in ("BANKACCOUNTID", "GLACCOUNTNO"):
            same = [one for one in banks if field_of(one, field).casefold() == clearing.strip().casefold()]
            if len(same) == 1:
                return field_of(same[0], "BANKACCOUNTID")
        with self._lock:
            self._banks = None  # it may be opened later
        text = f"Intacct has no bank account {clearing!r}"
        return Failure(Code.UNKNOWN_REFERENCE, text, missing=f"bank:{clearing}", sent=False)

    def forget(self) -> None:
        """Read the banks again."""
        with self._lock:
            self._banks = None

    # Apply

    def allocate(self, allocation: NewAllocation) -> Outcome:
        """Apply a payment or credit to an invoice, which gets another record number when its document changes."""
        invoice = self._open(allocation.debit_entry)
        if isinstance(invoice, Failure):
            return invoice
        credit = self._open(allocation.credit_entry)
        if isinstance(credit, Failure):
            return credit
        for row, what in ((invoice, allocation.debit_entry), (credit, allocation.credit_entry)):
            failure = _exceeds(row, what, allocation.amount)
            if failure is not None:
                return failure
        paid, of = field_of(credit, "RECORDNO"), field_of(invoice, "RECORDNO")
        call = element(
            "apply_arpayment",
            {
                "arpaymentkey": paid,
                "paymentdate": legacy_day(allocation.day),
                "memo": allocation.key,
                "arpaymentitems": {"arpaymentitem": {"invoicekey": of, "amount": allocation.amount}},
            },
        )
        content = [allocation.debit_entry, allocation.credit_entry, allocation.amount, allocation.day]
        control_id = f"{allocation.key}/{payload_hash(content)[:32]}"
        made = self._client.write_one(Function(control_id, call))
        return made if isinstance(made, Failure) else Accepted(paid, field_of(credit, "RECORDID"))

    def _open(self, entry: str) -> Row | Failure:
        """A ledger entry as it is now, by the id that `Ledgers` gave it."""
        kind_name, _, number = entry.partition("/")
        for kind, object, _ in OBJECTS:
            if kind.value != kind_name:
                continue
            field = "RECORDNO" if kind is EntryKind.RECEIPT else "RECORDID"
            query = Query(object, ("RECORDNO", "RECORDID", "TRX_TOTALDUE"), equals(field, number))
            rows = self._client.read(query)
            if isinstance(rows, Failure):
                return rows
            if len(rows) == 1:
                return rows[0]
            text = f"Intacct has {len(rows)} entries {entry!r}"
            return Failure(Code.REFUSED, text, sent=False)
        raise ValueError(f"no entry of the sales ledger has the id {entry!r}")


def _exceeds(row: Row, what: str, amount: Decimal) -> Failure | None:
    try:
        due = abs(money_of(row, "TRX_TOTALDUE"))
    except Unreadable as error:
        return Failure(Code.UNREADABLE, f"{what}: {error}", sent=False)
    if amount <= due:
        return None
    text = f"{shown(amount)} is more than the open amount {shown(due)} of {what}"
    return Failure(Code.REFUSED, text, sent=False)

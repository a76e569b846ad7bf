"""What was paid at checkout: a payment on account, which is set against its invoice later.

Source: contract §8.4. The key of a receipt is a mark in its reference. No call searches for references of payments: those
of a business are kept in memory, and changes are read before every answer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from tidegate.domain.books.bookkeeping import LedgerEntry, NewAllocation, NewReceipt
from tidegate.domain.errors import Code, Failure
from tidegate.domain.money import shown
from tidegate.reading.document import Unreadable
from tidegate.sage.business_cloud.client import BusinessCloudClient
from tidegate.sage.business_cloud.deltas import Stream
from tidegate.sage.business_cloud.directory import Directory
from tidegate.sage.business_cloud.ledgers import NAMES, PAYMENTS, Ledgers, on_account
from tidegate.sage.business_cloud.lengths import Codes
from tidegate.sage.business_cloud.receipt_marks import mark_of, marked, marks_in
from tidegate.sage.business_cloud.reference import ALL, Reference
from tidegate.sage.business_cloud.rows import Row, id_of, inside, text_of
from tidegate.sage.business_cloud.settings import BusinessCloudSettings
from tidegate.sage.business_cloud.web_documents import CREDITS, INVOICES, outstanding
from tidegate.sage.business_cloud.wire_names import ALLOCATION, CARD, RECEIPT
from tidegate.sage.business_cloud.writing import REFERENCE, repeat_id
from tidegate.sage.port.outcomes import Accepted, Outcome


class Receipts:
    """Posts receipts and allocates them."""

    def __init__(
        self,
        client: BusinessCloudClient,
        reference: Reference,
        ledgers: Ledgers,
        company: BusinessCloudSettings,
        now: Callable[[], datetime],
    ) -> None:
        self._client = client
        self._reference = reference
        self._ledgers = ledgers
        self._company = company
        query = (*ALL, ("transaction_type_id", RECEIPT))
        self._read = Directory(client, Stream(PAYMENTS, query, sort="created_at"), now)

    def forget(self) -> None:
        """Ask for deletions before the next answer."""
        self._read.doubt()

    # Find

    def find(self, keys: Sequence[str]) -> dict[str, LedgerEntry | Failure | None] | Failure:
        """Receipts with our marks; an entry for every key."""
        failure = self._read.refresh()
        if failure is not None:
            return failure
        rows = self._read.rows()
        if isinstance(rows, Failure):
            return rows
        by_mark = {mark: row for row in rows.values() if (mark := marks_in(text_of(row, "reference")))}
        found: dict[str, LedgerEntry | Failure | None] = {}
        for key in keys:
            row = by_mark.get(mark_of(key))
            found[key] = None if row is None else self._entry(row)
        return found

    def _entry(self, row: Row) -> LedgerEntry | Failure:
        accounts = self._ledgers.accounts_of([row])
        if isinstance(accounts, Failure):
            return accounts
        try:
            return self._ledgers.entry(row, PAYMENTS, accounts)
        except Unreadable as error:
            return Failure(Code.UNREADABLE, f"Sage's receipt cannot be read: {error}", sent=False)

    # Post

    def post(self, receipt: NewReceipt) -> Outcome:
        """One payment on account."""
        bank = self._bank(receipt.clearing)
        if isinstance(bank, Failure):
            return bank
        contact = self._contact(receipt)
        if isinstance(contact, Failure):
            return contact
        codes = Codes()
        codes.check("payment reference", receipt.reference, REFERENCE)
        failure = codes.failure()
        if failure is not None:
            return failure
        reference = marked(receipt.reference, receipt.key)
        body: dict[str, Any] = {
            "transaction_type_id": RECEIPT,
            "contact_id": contact,
            "bank_account_id": bank,
            "date": f"{receipt.day:%Y-%m-%d}",
            "total_amount": receipt.amount,
            "payment_method_id": CARD,
            "reference": reference,
            "idempotency_id": repeat_id(
                self._company.identity,
                "receipt",
                receipt.key,
                str(receipt.amount),
                receipt.day,
                bank,
                contact,
            ),
        }
        made = self._client.create(PAYMENTS, "contact_payment", body)
        if isinstance(made, Failure):
            return made
        if text_of(made, "reference") != reference:
            return Failure(Code.UNCLEAR_ANSWER, "Sage's answer is about another payment, or about none")
        self._read.add(made)
        urn = id_of(made, "transaction") or text_of(made, "id")
        return Accepted(f"payment:{text_of(made, 'id')}", urn)

    def _contact(self, receipt: NewReceipt) -> str | Failure:
        contacts = self._reference.contacts([receipt.account])
        if isinstance(contacts, Failure):
            return contacts
        contact = contacts.get(receipt.account)
        if contact is None:
            text = f"Sage has no contact {receipt.account!r}"
            return Failure(Code.UNKNOWN_CUSTOMER, text, missing=f"customer:{receipt.account}", sent=False)
        if contact.currency and contact.currency.upper() != receipt.currency.upper():
            text = (
                f"the payment is in {receipt.currency}, but contact {receipt.account} is in "
                f"{contact.currency}"
            )
            return Failure(Code.UNMAPPED_CURRENCY, text, missing=f"currency:{receipt.currency}", sent=False)
        return contact.id

    def _bank(self, clearing: str) -> str | Failure:
        """A bank account by its code, or by its name where only one has it."""
        banks = self._reference.banks()
        if isinstance(banks, Failure):
            return banks
        wanted = clearing.strip().casefold()
        for names in ({one.id: one.code for one in banks}, {one.id: one.name for one in banks}):
            same = [id for id, name in names.items() if name.casefold() == wanted]
            if len(same) == 1:
                return same[0]
        self._reference.forget_banks()
        text = f"Sage has no bank account {clearing!r}"
        return Failure(Code.UNKNOWN_REFERENCE, text, missing=f"bank:{clearing}", sent=False)

    # Allocate

    def allocate(self, allocation: NewAllocation) -> Outcome:
        """Allocate a receipt to an invoice, as far as both have an open amount."""
        invoice_id, receipt_id = _id(allocation.debit_entry), _id(allocation.credit_entry)
        invoice = self._client.entry(INVOICES, invoice_id, {"mark_as_sent": "false"})
        if isinstance(invoice, Failure):
            return invoice
        if invoice is None:
            return _gone("the invoice")
        credit = allocation.credit_entry.startswith(f"{NAMES[CREDITS]}:")
        query = {"mark_as_sent": "false"} if credit else None
        receipt = self._client.entry(CREDITS if credit else PAYMENTS, receipt_id, query)
        if isinstance(receipt, Failure):
            return receipt
        if receipt is None:
            return _gone("the receipt")
        rest = receipt if credit else inside(receipt, "payment_on_account")
        try:
            open_of_it = outstanding(receipt) if credit else on_account(receipt)
            least = min(outstanding(invoice), open_of_it)
        except Unreadable as error:
            return Failure(Code.UNREADABLE, f"what is open cannot be read: {error}", sent=False)
        if allocation.amount > least or not rest:
            text = f"{shown(allocation.amount)} is more than the {shown(least)} that is open"
            return Failure(Code.REFUSED, text, sent=False)
        body = {
            "transaction_type_id": ALLOCATION,
            "contact_id": id_of(invoice, "contact"),
            "date": f"{allocation.day:%Y-%m-%d}",
            "allocated_artefacts": [
                {"artefact_id": invoice_id, "amount": allocation.amount},
                {"artefact_id": text_of(rest, "id"), "amount": Decimal(0) - allocation.amount},
            ],
            "idempotency_id": repeat_id(
                self._company.identity, "allocation", allocation.key, str(allocation.amount), allocation.day
            ),
        }
        made = self._client.create("contact_allocations", "contact_allocation", body)
        if isinstance(made, Failure):
            return made
        return Accepted(text_of(made, "id"), text_of(receipt, "reference"))


def _id(entry: str) -> str:
    """The document behind an entry of the ledger."""
    return entry.rpartition(":")[2]


def _gone(what: str) -> Failure:
    return Failure(Code.REFUSED, f"Sage no longer has {what}: it was deleted there", sent=False)

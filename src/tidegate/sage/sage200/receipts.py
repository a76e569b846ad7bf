"""Receipts for what was paid at checkout, and their allocation to invoices.

Source: contract §9.9, §9.11, §10. Sage has no idempotency key and twenty characters of room: our key
is in `second_reference` as a fingerprint, and a receipt is looked for by it before it is sent
again. `reference` is the number that users see.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Sequence

from tidegate.domain.books.bookkeeping import EntryKind, LedgerEntry, NewAllocation, NewReceipt
from tidegate.domain.errors import Code, Failure
from tidegate.sage.port.outcomes import Accepted, Outcome
from tidegate.sage.sage200 import answers
from tidegate.sage.sage200.client import IDS, Sage200Client
from tidegate.sage.sage200.code_books import CodeBook
from tidegate.sage.sage200.fields import Row, id_of, text_of, unreadable_row
from tidegate.sage.sage200.ledgers import ENTRY, Ledgers
from tidegate.sage.sage200.lengths import Codes
from tidegate.sage.sage200.payloads import as_document_date
from tidegate.sage.sage200.queries import equals
from tidegate.sage.sage200.reference import Asked, Customer, Lists, Reference

REFERENCE = 20  #: characters


def fingerprint(key: str) -> str:
    """What of a key fits `second_reference`: `TG-` and 80 bits of its SHA-256, 19 characters."""
    digest = hashlib.sha256(key.encode()).digest()[:10]
    return f"TG-{base64.b32encode(digest).decode()}"


class Receipts:
    """The receipts that the hub posts to one company, for one session."""

    def __init__(
        self,
        client: Sage200Client,
        reference: Reference,
        *,
        ledgers: Ledgers,
        banks: CodeBook,
        currency: str,
        asked: Asked,
    ) -> None:
        """`banks` knows every field of them; `currency` is the company's own; `asked` is the session's memory."""
        self._asked = asked
        self._client = client
        self._reference = reference
        self._ledgers = ledgers
        self._banks = banks
        self._currency = currency.upper()

    def find(self, keys: Sequence[str]) -> dict[str, LedgerEntry | Failure | None] | Failure:
        """Receipts by our keys, pooled; the oldest where there are two. A Failure: there, but unreadable."""
        lists = self._reference.lists()
        if isinstance(lists, Failure):
            return lists
        terms = {key: (equals("second_reference", fingerprint(key)),) for key in dict.fromkeys(keys)}
        read = self._client.read_pooled("/sales_posted_transactions", terms, select=ENTRY, most=IDS)
        if isinstance(read, Failure):
            return read
        rows, bad = read
        if bad:
            return next(iter(bad.values()))
        rows = sorted(rows, key=lambda row: id_of(row) or 0)
        entries = self._ledgers.entries_of(rows, lists.currencies)
        if isinstance(entries, Failure):
            return entries
        readable, unread = entries
        why = {one.key: one for one in unread}
        by_fingerprint: dict[str, LedgerEntry | Failure] = {
            text_of(row, "second_reference").strip(): unreadable_row(str(why[number]))
            for row in rows
            if (number := id_of(row)) in why
        }
        for entry in readable:
            if entry.kind is EntryKind.RECEIPT:
                by_fingerprint.setdefault(entry.second_reference, entry)
        return {key: by_fingerprint.get(fingerprint(key)) for key in terms}

    def post(self, receipt: NewReceipt) -> Outcome:
        """Post one receipt; `Accepted.number` is its URN. Its ledger id is known from the look-up alone."""
        body = self._body(receipt)
        if isinstance(body, Failure):
            return body
        answer = self._client.write("POST", "/sales_receipts", body)
        if isinstance(answer, Failure):
            if answer.code is Code.REFUSED:
                self._reference.doubt(products=(), account=receipt.account)
            return answer
        row = answers.row(answer)
        urn = text_of(row, "urn").strip() if row is not None else ""
        # The contract's answer is the URN alone (§9.9); a fingerprint in it must be ours.
        if not urn.isdecimal() or _fingerprint_in(row) not in ("", fingerprint(receipt.key)):
            return answers.unreadable(answer)
        return Accepted("", urn, details={"key": receipt.key, "second_reference": fingerprint(receipt.key)})

    def _body(self, receipt: NewReceipt) -> Row | Failure:
        lists = self._reference.lists()
        if isinstance(lists, Failure):
            return lists
        customer = self._customer(receipt.account)
        if isinstance(customer, Failure):
            return customer
        bank = self._bank(receipt.clearing)
        if isinstance(bank, Failure):
            return bank
        failure = self._other_currency(receipt, customer, bank, lists)
        if failure:
            return failure
        codes = Codes()
        body = {
            "customer_id": customer.id,
            "bank_id": id_of(bank),
            "cheque_value": receipt.amount,
            "transaction_date": as_document_date(receipt.day),
            "reference": codes.check("the receipt's reference", receipt.reference, REFERENCE),
            "second_reference": fingerprint(receipt.key),
        }
        return codes.failure() or body

    def _customer(self, account: str) -> Customer | Failure:
        customers = self._reference.customers([account], self._asked)
        if isinstance(customers, Failure):
            return customers
        found = customers.get(account)
        if found is None:
            text = f"Sage has no account {account!r}"
            return Failure(Code.UNKNOWN_CUSTOMER, text, missing=f"customer:{account}", sent=False)
        return found

    def _bank(self, name: str) -> Row | Failure:
        """A bank by its code, its name, or the nominal code that it posts to if only one does."""
        known = self._banks.of(())
        found = None if isinstance(known, Failure) else _bank(name, known.values())
        if found is not None:
            return found
        banks = self._banks.all()
        if isinstance(banks, Failure):
            return banks
        found = _bank(name, banks.values())
        if found is not None:
            return found
        text = f"Sage has no bank {name!r}, or more than one with this nominal code: name it by its code"
        return Failure(Code.UNKNOWN_REFERENCE, text, missing=f"bank:{name}", sent=False)

    def _other_currency(
        self, receipt: NewReceipt, customer: Customer, bank: Row, lists: Lists
    ) -> Failure | None:
        """A receipt is in the currency of its account and its bank: the hub converts nothing."""
        for what, number in (
            (f"account {customer.reference}", customer.currency_id),
            (f"bank {text_of(bank, 'code')}", id_of(bank, "account_currency_id")),
        ):
            currency = self._currency if number is None else lists.currencies.get(number, "")
            if currency != receipt.currency.upper():
                return Failure(
                    Code.UNMAPPED_CURRENCY,
                    (
                        f"the receipt is in {receipt.currency}, but {what} is in "
                        f"{currency or 'an unnamed currency'}"
                    ),
                    missing=f"currency:{receipt.currency}",
                    sent=False,
                )
        return None

    def allocate(self, allocation: NewAllocation) -> Outcome:
        """Set a receipt against an invoice (§9.9, signs A); nothing of ours is stored with it."""
        customer = self._customer(allocation.account)
        if isinstance(customer, Failure):
            return customer
        body = {
            "customer_id": customer.id,
            "allocation_date": as_document_date(allocation.day),
            "allocation_lines": [
                {"posted_tran_id": int(allocation.debit_entry), "value_to_allocate": allocation.amount},
                {"posted_tran_id": int(allocation.credit_entry), "value_to_allocate": -allocation.amount},
            ],
        }
        answer = self._client.write("POST", "/sales_allocations", body)
        if isinstance(answer, Failure):
            return answer
        # The shape of the answer is not public: nothing or any JSON record will do, a web page will not,
        # nor another customer's allocation.
        found = answers.row(answer)
        is_empty = not answer.body.strip() and (answer.is_json or not answer.content_type)
        if not is_empty and (found is None or answers.message(answer)):
            return answers.unreadable(answer)
        if found is not None and id_of(found, "customer_id") not in (None, customer.id):
            return answers.unreadable(answer)
        return Accepted("", "", details={"key": allocation.key})


def _fingerprint_in(row: Row | None) -> str:
    return text_of(row, "second_reference").strip() if row is not None else ""


#: What a bank may be named by, the surest first.
BANK_NAMES = ("code", "description", "bank_account_nominal_reference")


def bank_aliases(banks: Sequence[Row]) -> dict[str, str]:
    """Every name but the code that `_bank` accepts -> the code of its bank."""
    named = {text_of(row, field).strip() for row in banks for field in BANK_NAMES[1:]} - {""}
    found = {name: _bank(name, banks) for name in sorted(named)}
    return {name: text_of(bank, "code") for name, bank in found.items() if bank is not None}


def _bank(name: str, banks: Iterable[Row]) -> Row | None:
    wanted = name.strip().casefold()
    for field in BANK_NAMES:
        found = [row for row in banks if wanted and text_of(row, field).strip().casefold() == wanted]
        if len(found) == 1:
            return found[0]
    return None

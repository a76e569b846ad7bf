"""The desks of the books: receipts, the sales ledger, nominal postings."""

from __future__ import annotations

from collections.abc import Sequence

from tidegate.conformance.memory.inside import Inside
from tidegate.domain.books.bookkeeping import (
    AccountBalance,
    LedgerEntry,
    NewAllocation,
    NewReceipt,
    Posting,
)
from tidegate.domain.delta import Delta
from tidegate.domain.errors import Code, Failure
from tidegate.sage.port.outcomes import Accepted, Outcome
from tidegate.sage.port.parcels import Scope

KEYS_A_CALL = 25


class Receipts:
    """Posts money and sets it against invoices."""

    def __init__(self, company: Inside) -> None:
        self._company = company
        self._books = company.books

    def find(self, keys: Sequence[str]) -> dict[str, LedgerEntry | Failure | None] | Failure:
        """The receipts with these keys of ours, by key."""
        found: dict[str, LedgerEntry | Failure | None] = {}
        for start in range(0, len(keys), KEYS_A_CALL):
            part = keys[start : start + KEYS_A_CALL]
            answer = self._company.calls_made.read(
                "find receipt",
                lambda part=part: {key: self._ours(key) for key in part},  # type: ignore[misc]
            )
            if isinstance(answer, Failure):
                return answer
            found |= answer
        return found

    def post(self, receipt: NewReceipt) -> Outcome:
        """A receipt against the clearing account, which may be named by its nominal code."""
        books = self._books
        if len(receipt.reference) > self._company.switches.reference_length:
            return Failure(Code.TOO_LONG, f"the reference {receipt.reference} is too long", sent=False)
        known = books.accounts.get(receipt.account)
        nominal = books.banks.get(receipt.clearing, receipt.clearing)
        if known is None:
            return _lacks(Code.UNKNOWN_CUSTOMER, "customer", receipt.account)
        if nominal not in books.nominal:
            return _lacks(Code.UNKNOWN_REFERENCE, "bank", receipt.clearing)
        if known.currency != receipt.currency:
            return _lacks(Code.UNMAPPED_CURRENCY, "currency", receipt.currency)
        return self._company.write(
            Scope.RECEIPTS, "post receipt", lambda: self._posted(receipt, nominal), receipt.key
        )

    def allocate(self, allocation: NewAllocation) -> Outcome:
        """Both entries lose the amount."""
        return self._company.write(
            Scope.ALLOCATIONS, "allocate", lambda: self._allocated(allocation), allocation.key
        )

    def _ours(self, key: str) -> LedgerEntry | None:
        return next((one.record for one in self._books.entries.values() if one.key == key), None)

    def _posted(self, receipt: NewReceipt, nominal: str) -> Outcome:
        if receipt.day in self._books.closed_days:
            return Failure(Code.PERIOD_CLOSED, f"the period of {receipt.day} is closed")
        entry = self._books.enter_receipt(
            account=receipt.account,
            reference=receipt.reference,
            amount=receipt.amount,
            nominal=nominal,
            currency=receipt.currency,
            day=receipt.day,
            key=receipt.key,
        )
        return Accepted(entry.record.id, entry.record.urn)

    def _allocated(self, allocation: NewAllocation) -> Outcome:
        pair = [self._books.entries[one] for one in (allocation.debit_entry, allocation.credit_entry)]
        if any(one.record.outstanding < allocation.amount for one in pair):
            return Failure(Code.REFUSED, f"{allocation.amount} is more than is outstanding")
        for one in pair:
            self._books.settle(one, allocation.amount, allocation.day)
        return Accepted(allocation.key, "")


class Ledgers:
    """The sales ledger."""

    def __init__(self, company: Inside) -> None:
        self._company = company

    def read(self, since: str | None) -> Delta[LedgerEntry] | Failure:
        """Entries by the tick of their last change."""
        return self._company.calls_made.read("read ledger", lambda: self._changed(since))

    def _changed(self, since: str | None) -> Delta[LedgerEntry]:
        books = self._company.books
        rows = [one.record for one in books.entries.values() if since is None or one.changed > int(since)]
        return Delta(tuple(rows), str(books.tick), full=since is None)


class Postings:
    """The nominal ledger."""

    def __init__(self, company: Inside) -> None:
        self._company = company

    def read(self, urns: Sequence[str]) -> dict[str, list[Posting] | Failure] | Failure:
        """All in one call."""
        return self._company.calls_made.read("read postings", lambda: self._lines(urns))

    def balances(self) -> list[AccountBalance] | Failure:
        """The sum of all postings."""
        return self._company.calls_made.read("read balances", self._sums)

    def _lines(self, urns: Sequence[str]) -> dict[str, list[Posting] | Failure]:
        by_urn = {one.record.urn: one.postings for one in self._company.books.entries.values()}
        return {urn: list(by_urn.get(urn, ())) for urn in urns}

    def _sums(self) -> list[AccountBalance]:
        books = self._company.books
        return [AccountBalance(code, name, books.balance(code)) for code, name in books.nominal.items()]


def _lacks(code: Code, kind: str, name: str) -> Failure:
    return Failure(code, f"The company has no {kind} {name}.", missing=f"{kind}:{name}", sent=False)

"""The desks for customers: found by account and e-mail, created once."""

from __future__ import annotations

from collections.abc import Sequence

from tidegate.conformance.memory.inside import Inside
from tidegate.conformance.memory.records import Account
from tidegate.domain.delta import Delta
from tidegate.domain.errors import Code, Failure
from tidegate.domain.masters.master import CustomerRecord
from tidegate.domain.money import total
from tidegate.sage.port.customers import CustomerMatch, CustomerQuery, NewCustomer
from tidegate.sage.port.outcomes import Accepted, Outcome
from tidegate.sage.port.parcels import Scope


class Customers:
    """Knows the accounts, and opens new ones."""

    def __init__(self, company: Inside) -> None:
        self._company = company
        self._books = company.books

    def find(self, queries: Sequence[CustomerQuery]) -> dict[str, list[CustomerMatch]] | Failure:
        """All in one call; account and e-mail are compared without regard to case."""
        return self._company.calls_made.read(
            "find customer", lambda: {one.key: self._matches(one) for one in queries}
        )

    def read(self, since: str | None) -> Delta[CustomerRecord] | Failure:
        """Accounts by the tick of their last change."""
        return self._company.calls_made.read("read customers", lambda: self._changed(since))

    def find_created(self, keys: Sequence[str]) -> dict[str, CustomerMatch | None] | Failure:
        """The accounts that carry our keys, by key."""
        return self._company.calls_made.read("find customer", lambda: {key: self._ours(key) for key in keys})

    def create(self, new: NewCustomer) -> Outcome:
        """Open an account. One that exists is answered again; a reference that another account has is named."""
        found = self.find_created([new.key])
        if isinstance(found, Failure):
            return found
        there = found[new.key]
        if there is not None:
            return Accepted(there.id, there.account)
        if len(new.account) > self._company.switches.account_length:
            return Failure(Code.TOO_LONG, f"the account {new.account} is too long", sent=False)
        return self._company.write(Scope.CUSTOMERS, "create customer", lambda: self._opened(new), new.key)

    def _matches(self, query: CustomerQuery) -> list[CustomerMatch]:
        return [
            _match(one)
            for one in self._books.accounts.values()
            if (query.account and query.account.lower() == one.account.lower())
            or (query.email and query.email.lower() == one.email.lower())
        ]

    def _ours(self, key: str) -> CustomerMatch | None:
        return next((_match(one) for one in self._books.accounts.values() if one.key == key), None)

    def _opened(self, new: NewCustomer) -> Outcome:
        if self._books.account_of(new.account) is not None:
            details = {"taken": new.account}
            return Failure(Code.REFUSED, f"{new.account} is taken", details=details)
        made = self._books.open_account(
            new.account,
            new.name,
            email=new.email,
            key=new.key,
            on_hold=new.on_hold,
            vat_number=new.vat_number,
            **({"currency": new.currency} if new.currency else {}),
        )
        return Accepted(made.id, made.account)

    def _changed(self, since: str | None) -> Delta[CustomerRecord]:
        rows = [
            self._record(one)
            for one in self._books.accounts.values()
            if since is None or one.changed > int(since)
        ]
        return Delta(tuple(rows), str(self._books.tick), full=since is None)

    def _record(self, one: Account) -> CustomerRecord:
        owed = [each for each in self._books.entries.values() if each.record.account == one.account]
        return CustomerRecord(
            id=one.id,
            account=one.account,
            name=one.name,
            email=one.email,
            price_list=one.price_list,
            vat_number=one.vat_number,
            currency=one.currency,
            credit_limit=one.credit_limit,
            balance=total(each.owed for each in owed),
            on_hold=one.on_hold,
            hidden=one.hidden,
            key=one.key,
        )


def _match(one: Account) -> CustomerMatch:
    return CustomerMatch(one.id, one.account, one.name, one.email, one.on_hold, one.currency, one.key)

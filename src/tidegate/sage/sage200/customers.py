"""Customers: look for, create.

Source: contract §9.1, §10. Sage refuses a second account with the same reference (C); it does not know
our key, so it is looked for before an account is created, and again when the reference is taken.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from tidegate.domain.delta import Delta
from tidegate.domain.errors import Code, Failure
from tidegate.domain.masters.master import CustomerRecord
from tidegate.sage.port.customers import CustomerMatch, CustomerQuery, NewCustomer
from tidegate.sage.port.outcomes import Accepted, Outcome
from tidegate.sage.sage200 import answers
from tidegate.sage.sage200.client import Sage200Client
from tidegate.sage.sage200.fields import Row, id_of, text_of
from tidegate.sage.sage200.masters import CustomerRecords
from tidegate.sage.sage200.payloads import customer_body
from tidegate.sage.sage200.queries import either, equals
from tidegate.sage.sage200.reference import Customer, Reference, customer_fields, customer_of

POOL = 25  #: names that one look-up carries


class Customers:
    """The customer calls of one company."""

    def __init__(
        self, client: Sage200Client, reference: Reference, records: CustomerRecords, *, key_field: str
    ) -> None:
        self._client = client
        self._reference = reference
        self._records = records
        self._key_field = key_field

    def read(self, since: str | None) -> Delta[CustomerRecord] | Failure:
        """Accounts, hidden ones included."""
        return self._records.read(since)

    def find(self, queries: Sequence[CustomerQuery]) -> dict[str, list[CustomerMatch]] | Failure:
        """Accounts by reference, and by the e-mail address of any contact; at most four calls a pool.

        What Sage refuses to be asked for (an odd e-mail address) counts as not found: it must not
        stop the others.
        """
        found: dict[str, list[CustomerMatch]] = {query.key: [] for query in queries}
        lists = self._reference.lists()
        if isinstance(lists, Failure):
            return lists
        accounts = {one.account.strip() for one in queries if one.account.strip()}
        by_account = self._by("reference", accounts | {account.upper() for account in accounts})
        if isinstance(by_account, Failure):
            return by_account
        by_email = self._by_email({one.email.strip() for one in queries if one.email.strip()})
        if isinstance(by_email, Failure):
            return by_email
        for query in queries:
            matches: dict[int, CustomerMatch] = {}
            for customer in by_account:
                if query.account and customer.reference.upper() == query.account.strip().upper():
                    matches[customer.id] = _match(customer, lists.currencies, "")
            email = query.email.strip().casefold()
            for customer in by_email.get(email, ()) if email else ():
                matches[customer.id] = _match(customer, lists.currencies, email)
            found[query.key] = list(matches.values())
        return found

    def find_created(self, keys: Sequence[str]) -> dict[str, CustomerMatch | None] | Failure:
        """Accounts by the key that the hub wrote on them."""
        lists = self._reference.lists()
        if isinstance(lists, Failure):
            return lists
        customers = self._by(self._key_field, set(keys))
        if isinstance(customers, Failure):
            return customers
        found: dict[str, CustomerMatch | None] = dict.fromkeys(keys)
        for customer in customers:
            if customer.key in found and found[customer.key] is None:
                found[customer.key] = _match(customer, lists.currencies, "")
        return found

    def create(self, new: NewCustomer) -> Outcome:
        """Create the account unless our key is on one already. REFUSED with `taken` for the next try.

        The look-up goes first because with generated account numbers (§1) Sage would not notice.
        """
        there = self.find_created([new.key])
        if isinstance(there, Failure):
            return there
        ours = there[new.key]
        if ours is not None:
            return _accepted(ours.id, ours.account, new.key)
        lists = self._reference.lists()
        if isinstance(lists, Failure):
            return lists
        body = customer_body(new, lists, key_field=self._key_field)
        if isinstance(body, Failure):
            return body
        answer = self._client.write("POST", "/customers", body)
        if isinstance(answer, Failure):
            return self._refused(answer, new) if answer.code is Code.REFUSED else answer
        row = answers.row(answer)
        customer = customer_of(row, self._key_field) if row is not None else None
        if customer is None or not _is(customer, new):
            return answers.unreadable(answer)
        self._reference.keep(customer)
        return _accepted(str(customer.id), customer.reference, new.key)

    def _refused(self, refused: Failure, new: NewCustomer) -> Outcome:
        """Whether the reference is taken: the company is asked, its wording is not trusted (§13)."""
        there = self._by("reference", {new.account.strip().upper()})
        if isinstance(there, Failure):
            return there
        for customer in there:
            if customer.key == new.key:
                return _accepted(str(customer.id), customer.reference, new.key)
            if customer.reference.upper() == new.account.strip().upper():
                return Failure(
                    Code.REFUSED,
                    f"account {customer.reference} belongs to {customer.name or 'another customer'}",
                    sent=False,
                    details={"taken": customer.reference},
                )
        return refused

    def _by(self, field: str, values: Iterable[str]) -> list[Customer] | Failure:
        terms = {value: (equals(field, value),) for value in sorted(values)}
        read = self._client.read_pooled(
            "/customers", terms, select=customer_fields(self._key_field), most=POOL
        )
        rows = _rows(read)
        if isinstance(rows, Failure):
            return rows
        found = (customer_of(row, self._key_field) for row in rows)
        return [customer for customer in found if customer is not None]

    def _by_email(self, emails: Iterable[str]) -> dict[str, list[Customer]] | Failure:
        """E-mail -> contact -> customer (§10): three pooled reads; the e-mail as casefold text."""
        terms = {email: either("email", email, email.lower()) for email in sorted(emails)}
        select = ("id", "email", "customer_contact_id")
        rows = _rows(self._client.read_pooled("/customer_emails", terms, select=select, most=POOL))
        if isinstance(rows, Failure):
            return rows
        contacts = self._related("/customer_contacts", rows, "customer_contact_id", ("id", "customer_id"))
        if isinstance(contacts, Failure):
            return contacts
        customers = self._related(
            "/customers", contacts.values(), "customer_id", customer_fields(self._key_field)
        )
        if isinstance(customers, Failure):
            return customers
        found: dict[str, dict[int, Customer]] = {}
        for row in rows:
            contact = contacts.get(id_of(row, "customer_contact_id") or 0, {})
            owner = customers.get(id_of(contact, "customer_id") or 0, {})
            customer = customer_of(owner, self._key_field)
            if customer is not None:
                found.setdefault(text_of(row, "email").strip().casefold(), {})[customer.id] = customer
        return {email: list(owners.values()) for email, owners in found.items()}

    def _related(
        self, path: str, rows: Iterable[Row], field: str, select: Sequence[str]
    ) -> dict[int, Row] | Failure:
        ids = sorted({number for row in rows if (number := id_of(row, field)) is not None})
        terms = {str(number): (equals("id", number),) for number in ids}
        found = _rows(self._client.read_pooled(path, terms, select=select, most=POOL))
        if isinstance(found, Failure):
            return found
        return {number: row for row in found if (number := id_of(row)) is not None}


def _rows(read: tuple[list[Row], dict[str, Failure]] | Failure) -> list[Row] | Failure:
    return read if isinstance(read, Failure) else read[0]


def _is(customer: Customer, new: NewCustomer) -> bool:
    """Whether an answer is about the new account: by our key, or by its reference where no key came back."""
    return (
        customer.key == new.key if customer.key else customer.reference.upper() == new.account.strip().upper()
    )


def _match(customer: Customer, currencies: Mapping[int, str], email: str) -> CustomerMatch:
    return CustomerMatch(
        id=str(customer.id),
        account=customer.reference,
        name=customer.name,
        email=email,
        on_hold=customer.on_hold,
        currency=currencies.get(customer.currency_id or 0, ""),
        key=customer.key,
    )


def _accepted(customer_id: str, account: str, key: str) -> Accepted:
    return Accepted(customer_id, account, details={"key": key})

"""Customers: looked for, read with their terms, and created as contacts.

Source: contract §7. A contact has one currency and a reference of ten characters, unique also against deleted ones, which
guards against a second contact. Our key is in `source_guid`, which no call can search for: contacts are kept in
memory, and changes are read before every answer. Sage has no hold of its own: a line of the contact's notes
says so.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from tidegate.domain.delta import Delta
from tidegate.domain.errors import Code, Failure
from tidegate.domain.masters.master import CustomerRecord
from tidegate.domain.money import ZERO
from tidegate.sage.business_cloud.answers import TAKEN
from tidegate.sage.business_cloud.client import BusinessCloudClient
from tidegate.sage.business_cloud.deltas import Stream, changes
from tidegate.sage.business_cloud.lengths import EMAIL, LINE, NAME, POSTCODE, Codes
from tidegate.sage.business_cloud.reference import ALL, Reference
from tidegate.sage.business_cloud.rows import Row, each, id_of, inside, name_of, number_of, text_of
from tidegate.sage.business_cloud.settings import BusinessCloudSettings
from tidegate.sage.business_cloud.wire_names import CUSTOMER, HELD
from tidegate.sage.business_cloud.writing import ACCOUNT, repeat_id
from tidegate.sage.fitting_texts import one_line, street_lines
from tidegate.sage.port.customers import CustomerMatch, CustomerQuery, NewCustomer
from tidegate.sage.port.outcomes import Accepted, Outcome

BALANCES = Stream("contacts", (*ALL, ("show_balance", "true")))
KEY = 255  #: characters of source_guid


class Customers:
    """The contacts of a business."""

    def __init__(
        self,
        client: BusinessCloudClient,
        reference: Reference,
        company: BusinessCloudSettings,
        now: Callable[[], datetime],
    ) -> None:
        self._client = client
        self._reference = reference
        self._company = company
        self._now = now

    # Look for

    def find(self, queries: Sequence[CustomerQuery]) -> dict[str, list[CustomerMatch]] | Failure:
        """Accounts by reference or e-mail, regardless of case."""
        matches = self._matches()
        if isinstance(matches, Failure):
            return matches
        by_name: dict[str, dict[str, CustomerMatch]] = {}
        for one in matches:
            for name in {f"account {one.account}".casefold(), f"email {one.email}".casefold()}:
                by_name.setdefault(name, {})[one.id] = one
        found = {}
        for query in queries:
            account, email = query.account.strip().casefold(), query.email.strip().casefold()
            met: dict[str, CustomerMatch] = {}
            met |= by_name.get(f"account {account}", {}) if account else {}
            met |= by_name.get(f"email {email}", {}) if email else {}
            found[query.key] = list(met.values())
        return found

    def _matches(self) -> list[CustomerMatch] | Failure:
        """All contacts, with the latest changes."""
        failure = self._reference.contacts_read.refresh()
        if failure is not None:
            return failure
        rows = self._reference.contacts_read.rows()
        return rows if isinstance(rows, Failure) else [self._match(row) for row in rows.values()]

    def _match(self, row: Row) -> CustomerMatch:
        return CustomerMatch(
            id=text_of(row, "id"),
            account=text_of(row, "reference") or text_of(row, "id"),
            name=text_of(row, "name"),
            email=_email(row),
            on_hold=_on_hold(row),
            currency=id_of(row, "currency") or self._company.currency,
            key=text_of(row, "source_guid"),
        )

    # Read

    def read(self, since: str | None) -> Delta[CustomerRecord] | Failure:
        """Contacts that changed since the cursor; deleted ones are missing where all is read."""
        found = changes(self._client, BALANCES, since, self._now())
        if isinstance(found, Failure):
            return found
        made, bad = each(found.rows, self._record, _shown)
        names = {one.name for one in bad}
        parked = [text_of(row, "id") for row in found.rows if _shown(row) in names]
        return Delta(tuple(made), found.parking(parked), found.full, tuple(bad))

    def _record(self, row: Row) -> CustomerRecord:
        limit = number_of(row, "credit_limit")
        days = text_of(row, "credit_days")
        return CustomerRecord(
            id=name_of(row, "id"),
            account=text_of(row, "reference") or name_of(row, "id"),
            name=text_of(row, "name"),
            email=_email(row),
            price_list=text_of(inside(row, "product_sales_price_type"), "displayed_as"),
            vat_number=text_of(row, "tax_number"),
            currency=id_of(row, "currency") or self._company.currency,
            credit_limit=limit or None,
            balance=number_of(row, "balance") or ZERO,
            terms=f"{days} days" if days else "",
            on_hold=_on_hold(row),
            hidden=bool(text_of(row, "deleted_at")),
            key=text_of(row, "source_guid"),
        )

    # Create

    def find_created(self, keys: Sequence[str]) -> dict[str, CustomerMatch | None] | Failure:
        """Contacts with our keys; an entry for every key."""
        matches = self._matches()
        if isinstance(matches, Failure):
            return matches
        by_key = {one.key: one for one in matches if one.key}
        return {key: by_key.get(key) for key in keys}

    def create(self, new: NewCustomer) -> Outcome:
        """A contact; one that is there already is Accepted again."""
        created = self.find_created([new.key])
        if isinstance(created, Failure):
            return created
        there = created[new.key]
        if there is not None:
            return Accepted(there.id, there.account)
        codes = Codes()
        body = self._new(new, codes)
        failure = codes.failure()
        if failure is not None:
            return failure
        made = self._client.create("contacts", "contact", body)
        if isinstance(made, Failure):
            return self._refused(new, made)
        if text_of(made, "source_guid") != new.key:
            return Failure(Code.UNCLEAR_ANSWER, "Sage's answer is about another contact, or about none")
        self._reference.contacts_read.add(made)
        return Accepted(text_of(made, "id"), text_of(made, "reference"))

    def _new(self, new: NewCustomer, codes: Codes) -> dict[str, Any]:
        """The place of delivery is said, else it is copied from the main one (F)."""
        address = new.address
        account = codes.check("account", new.account, ACCOUNT)
        lines, _ = street_lines(address.street, LINE, 2)
        place = {
            **{f"address_line_{at}": line for at, line in enumerate(lines, 1)},
            "city": one_line(address.city, LINE),
            "region": one_line(address.region, LINE),
            "postal_code": codes.check("postcode", address.postcode, POSTCODE),
            "country_id": address.country or self._company.country,
        }
        place = {name: value for name, value in place.items() if value}
        email = codes.check("e-mail", new.email, EMAIL)
        person = {
            "name": one_line(address.name or new.name, LINE),
            "email": email,
            "telephone": one_line(address.telephone, LINE),
            "is_main_contact": True,
        }
        body = {
            "name": one_line(new.name or new.email, NAME),
            "contact_type_ids": [CUSTOMER],
            "reference": account,
            "source_guid": codes.check("Tidegate's key", new.key, KEY),
            "email": email,
            "tax_number": new.vat_number,
            "currency_id": new.currency or None,
            "main_address": place,
            "delivery_address": place,
            "main_contact_person": {name: value for name, value in person.items() if value},
            "notes": HELD if new.on_hold else None,
            "idempotency_id": repeat_id(self._company.identity, "contact", new.key, account),
        }
        return {name: value for name, value in body.items() if value}

    def _refused(self, new: NewCustomer, failure: Failure) -> Outcome:
        """The outcome for a reference that is taken: by us, if an earlier answer was lost, or by others, maybe deleted."""
        if TAKEN not in failure.details:
            return failure
        created = self.find_created([new.key])
        if isinstance(created, Failure):
            return created
        there = created[new.key]
        if there is not None:
            return Accepted(there.id, there.account)
        text = f"the account {new.account} already exists: {failure.text}"
        return Failure(Code.REFUSED, text, sent=False, details={"taken": new.account})


def _email(row: Row) -> str:
    return text_of(row, "email") or text_of(inside(row, "main_contact_person"), "email")


def _on_hold(row: Row) -> bool:
    return HELD in text_of(row, "notes").splitlines()


def _shown(row: Row) -> str:
    return text_of(row, "reference") or text_of(row, "displayed_as") or text_of(row, "id")

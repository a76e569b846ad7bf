"""Customers: looked for, read with their terms, and created.

Source: contract §12. CustomerNumber is unique, which guards against a second account. Optional fields cannot be
looked up, so that our key is in a text property besides (`customer_key`). Balances do not change
DateLastMaintained; that they change DateOfLastActivity is assumed, and a nightly full read makes up for it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from tidegate.domain.delta import Delta
from tidegate.domain.errors import Code, Failure
from tidegate.domain.masters.master import CustomerRecord
from tidegate.domain.money import ZERO
from tidegate.sage.fitting_texts import one_line, street_lines
from tidegate.sage.port.customers import CustomerMatch, CustomerQuery, NewCustomer
from tidegate.sage.port.outcomes import Accepted, Outcome
from tidegate.sage.sage300 import answers
from tidegate.sage.sage300.client import Sage300Client
from tidegate.sage.sage300.deltas import Stream, changes
from tidegate.sage.sage300.lengths import Codes
from tidegate.sage.sage300.queries import equals
from tidegate.sage.sage300.rows import Row, each, flag_of, name_of, number_of, option_of, text_of
from tidegate.sage.sage300.settings import Sage300Settings
from tidegate.sage.sage300.web_orders import ORDER_KEY_PREFIX
from tidegate.sage.sage300.wire_names import ACTIVITY, CUSTOMER_OPTIONS
from tidegate.sage.sage300.writing import ACCOUNT

RESOURCE = "ARCustomers"
NUMBER = "CustomerNumber"
STREAM = Stream(RESOURCE, ("DateLastMaintained", ACTIVITY), name=NUMBER)
EMAILS = ("Email", "ContactsEmail")
KEY = 60  #: characters of an optional field's text, and no more than `customer_key` keeps
LINE, CITY, ZIP, PHONE, EMAIL, TAX_NUMBER = 60, 30, 20, 30, 50, 20


class Customers:
    """The company's customers."""

    def __init__(self, client: Sage300Client, company: Sage300Settings, today: Callable[[], date]) -> None:
        self._client = client
        self._company = company
        self._today = today

    # Look for

    def find(self, queries: Sequence[CustomerQuery]) -> dict[str, list[CustomerMatch]] | Failure:
        """Accounts by number (upper case), or by e-mail as written or in lower case; pooled."""
        terms: dict[str, list[str]] = {}
        for one in queries:
            asked = [equals(NUMBER, one.account.strip().upper())] if one.account.strip() else []
            for address in dict.fromkeys((one.email.strip(), one.email.strip().lower())):
                asked += [equals(field, address) for field in EMAILS if address]
            if asked:
                terms[one.key] = asked
        rows = self._client.read_pooled(RESOURCE, terms)
        if isinstance(rows, Failure):
            return rows
        found = {text_of(row, NUMBER): row for row in rows}
        return {one.key: [self._match(row) for row in found.values() if _meets(row, one)] for one in queries}

    def _match(self, row: Row) -> CustomerMatch:
        return CustomerMatch(
            id=text_of(row, NUMBER),
            account=text_of(row, NUMBER),
            name=text_of(row, "CustomerName"),
            email=_email(row),
            on_hold=flag_of(row, "OnHold"),
            currency=text_of(row, "CurrencyCode") or self._company.currency,
            key=self._key(row),
        )

    def _key(self, row: Row) -> str:
        key = text_of(row, self._company.customer_key)
        return (
            key
            if key.startswith(ORDER_KEY_PREFIX)
            else option_of(row, CUSTOMER_OPTIONS, self._company.customer_option)
        )

    # Read

    def read(self, since: str | None) -> Delta[CustomerRecord] | Failure:
        """Customers that changed since the cursor, inactive ones included."""
        found = changes(self._client, STREAM, since, self._today())
        if isinstance(found, Failure):
            return found
        made, bad = each(found.rows, self._record, lambda row: text_of(row, NUMBER))
        return Delta(tuple(made), found.parking(one.name for one in bad), found.full, tuple(bad))

    def _record(self, row: Row) -> CustomerRecord:
        limit = number_of(row, "CreditLimitCustomerCurrency")
        checked = text_of(row, "CheckCreditLimit") != "No"
        return CustomerRecord(
            id=name_of(row, NUMBER),
            account=name_of(row, NUMBER),
            name=text_of(row, "CustomerName"),
            email=_email(row),
            price_list=text_of(row, "CustomerPriceList"),
            tax_code=text_of(row, "TaxGroup"),
            vat_number=text_of(row, "TaxRegistrationNumber1"),
            currency=text_of(row, "CurrencyCode") or self._company.currency,
            credit_limit=limit if limit and checked else None,
            balance=number_of(row, "BalanceDueInCustomerCurrency") or ZERO,
            terms=text_of(row, "Terms"),
            on_hold=flag_of(row, "OnHold"),
            hidden=text_of(row, "Status") == "Inactive",
            sales_rep=text_of(row, "Salesperson1"),
            key=self._key(row),
        )

    # Create

    def find_created(self, keys: Sequence[str]) -> dict[str, CustomerMatch | None] | Failure:
        """Customers with our keys; an entry for every key."""
        found: dict[str, CustomerMatch | None] = dict.fromkeys(keys)
        terms = {key: (equals(self._company.customer_key, key),) for key in found}
        rows = self._client.read_pooled(RESOURCE, terms)
        if isinstance(rows, Failure):
            return rows
        for match in map(self._match, rows):
            if match.key in found:
                found[match.key] = match
        return found

    def create(self, new: NewCustomer) -> Outcome:
        """A customer; one that is there already is Accepted again."""
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
        return self._enter(new, body)

    def _enter(self, new: NewCustomer, body: Mapping[str, Any]) -> Outcome:
        made = self._client.insert(RESOURCE, body)
        if isinstance(made, Failure):
            return self._refused(new, made)
        account = text_of(made, NUMBER)
        if account != body[NUMBER]:
            return Failure(Code.UNCLEAR_ANSWER, f"Sage's answer is about another customer, {account!r}")
        return Accepted(account, account)

    def _new(self, new: NewCustomer, codes: Codes) -> dict[str, Any]:
        """Group and tax group fill in the rest: they overwrite what comes before them."""
        company, address = self._company, new.address
        account = codes.check("account", new.account, ACCOUNT).upper()
        lines, rest = street_lines(address.street, LINE, 4)
        if rest:
            codes.over.append(rest)
        body: dict[str, Any] = {
            NUMBER: account,
            "ShortName": one_line(new.name, 10) or account[:10],
            "GroupCode": company.customer_group,
            "TaxGroup": company.customer_tax_group or company.tax_group,
            "CustomerName": one_line(new.name or new.email, LINE),
            **{f"AddressLine{at}": line for at, line in enumerate(lines, 1)},
            "City": one_line(address.city, CITY),
            "StateProvince": one_line(address.region, CITY),
            "ZipPostalCode": codes.check("postcode", address.postcode, ZIP),
            "Country": address.country,
            "ContactName": one_line(address.name, LINE),
            "PhoneNumber": one_line(address.telephone, PHONE),
            "Email": codes.check("e-mail", new.email, EMAIL),
            "TaxRegistrationNumber1": codes.check("VAT number", new.vat_number, TAX_NUMBER),
            "CurrencyCode": new.currency or None,
            "OnHold": "Yes" if new.on_hold else None,
            company.customer_key: codes.check("Tidegate's key", new.key, KEY),
        }
        if company.customer_option:
            body[CUSTOMER_OPTIONS] = [{"OptionalField": company.customer_option, "Value": new.key}]
        return {name: value for name, value in body.items() if value}

    def _refused(self, new: NewCustomer, failure: Failure) -> Outcome:
        """The outcome for a number that is taken: by us, when an earlier answer was lost, or by others."""
        if answers.DUPLICATE not in failure.details:
            return failure
        holder = self._holder(new, new.account.strip().upper())
        return holder or self._taken(new, failure.text)

    def _holder(self, new: NewCustomer, account: str) -> Outcome | None:
        """The outcome where somebody has this number: we, for this very customer, or another; None: it is free."""
        there = self._client.entry(RESOURCE, f"'{account}'")
        if there is None or isinstance(there, Failure):
            return there
        if self._key(there) == new.key:
            return Accepted(account, account)
        return self._taken(new, f"it is {text_of(there, 'CustomerName')}")

    def _taken(self, new: NewCustomer, why: str) -> Failure:
        text = f"the account {new.account} already exists: {why}"
        return Failure(Code.REFUSED, text, sent=False, details={"taken": new.account})


def _email(row: Row) -> str:
    return text_of(row, "Email") or text_of(row, "ContactsEmail")


def _meets(row: Row, query: CustomerQuery) -> bool:
    account, email = query.account.strip().casefold(), query.email.strip().casefold()
    same = bool(account) and text_of(row, NUMBER).casefold() == account
    return same or (bool(email) and email in {text_of(row, field).casefold() for field in EMAILS})

"""Customers: looked for, read with their terms, and created through the agent.

Source: contract §4, §6.3, §7.5. Balances do not always stamp their row (A): the flows' nightly full read makes up for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tidegate.domain.delta import Delta
from tidegate.domain.errors import Code, Failure
from tidegate.domain.masters.master import CustomerRecord
from tidegate.domain.money import ZERO
from tidegate.reading.document import Unreadable
from tidegate.sage.fitting_texts import one_line, street_lines
from tidegate.sage.port.customers import CustomerMatch, CustomerQuery, NewCustomer
from tidegate.sage.port.outcomes import Accepted, Outcome
from tidegate.sage.sage100.accounts import LONGEST_NUMBER, parts_of, spelled
from tidegate.sage.sage100.client import Sage100Client
from tidegate.sage.sage100.deltas import changes
from tidegate.sage.sage100.lengths import Codes
from tidegate.sage.sage100.payloads import EMAIL, ZIP, country_of
from tidegate.sage.sage100.places import state_of
from tidegate.sage.sage100.prices import STANDARD
from tidegate.sage.sage100.reference import customer_of
from tidegate.sage.sage100.rows import Row, each, number_of, text_of
from tidegate.sage.sage100.settings import Sage100Settings
from tidegate.sage.sage100.wire_names import ACTIVE, CUSTOMER_NUMBER, CUSTOMERS, DIVISION
from tidegate.sage.sage100.writer import Writer
from tidegate.sage.sage100.writing import KEY

PHONE = 17  #: characters of a telephone number
AGES = ("CurrentBalance", "AgingCategory1", "AgingCategory2", "AgingCategory3", "AgingCategory4")
COLUMNS = (
    *(DIVISION, CUSTOMER_NUMBER, "CustomerName", "EmailAddress", "CreditHold", "CustomerStatus", "TermsCode"),
    *(
        "TaxSchedule",
        "TaxExemptNo",
        "PriceLevel",
        "SalespersonDivisionNo",
        "SalespersonNo",
        "CreditLimit",
        *AGES,
    ),
)


class Customers:
    """The company's customers."""

    def __init__(self, client: Sage100Client, writer: Writer | None, company: Sage100Settings) -> None:
        """`writer`: None where the connection cannot write accounts; then `create` is not offered."""
        self._client = client
        self._writer = writer
        self._company = company
        self._columns = (*COLUMNS, company.customer_field)
        self._known: dict[str, Row] = {}
        self._high = ""

    def forget(self) -> None:
        """Read all again."""
        self._known, self._high = {}, ""

    # Look for

    def find(self, queries: Sequence[CustomerQuery]) -> dict[str, list[CustomerMatch]] | Failure:
        """Accounts by number or e-mail, regardless of case, among all customers; changes are read first."""
        rows = self._rows()
        if isinstance(rows, Failure):
            return rows
        by_account: dict[str, Row] = {}
        by_email: dict[str, list[Row]] = {}
        for account, row in rows.items():
            by_account[account.casefold()] = row
            for address in emails_of(row):
                by_email.setdefault(address.casefold(), []).append(row)
        found = {}
        for one in queries:
            account = spelled(one.account, self._company.division).casefold() if one.account.strip() else ""
            listed = [by_account[account]] if account in by_account else []
            email = one.email.strip().casefold()
            listed += [row for row in by_email.get(email, []) if row not in listed] if email else []
            found[one.key] = [self._match(row) for row in listed]
        return found

    def _rows(self) -> dict[str, Row] | Failure:
        """All customers, by account."""
        read = self._client.rows(CUSTOMERS, self._columns, since=self._high)
        if isinstance(read, Failure):
            return read
        rows, high = read
        self._known = {**self._known, **{self._account(row): row for row in rows}}
        self._high = high
        return self._known

    def _account(self, row: Row) -> str:
        return customer_of(row, self._company.division)

    def _match(self, row: Row) -> CustomerMatch:
        return CustomerMatch(
            id=self._account(row),
            account=self._account(row),
            name=text_of(row, "CustomerName"),
            email=next(iter(emails_of(row)), ""),
            on_hold=text_of(row, "CreditHold") == "Y",
            currency=self._company.currency,
            key=text_of(row, self._company.customer_field),
        )

    # Read

    def read(self, since: str | None) -> Delta[CustomerRecord] | Failure:
        """Customers that changed since the cursor, inactive ones included."""
        found = changes(self._client, CUSTOMERS, self._columns, self._account, since)
        if isinstance(found, Failure):
            return found
        made, bad = each(found.rows, self._record, self._account)
        return Delta(tuple(made), found.parking(one.name for one in bad), found.full, tuple(bad))

    def _record(self, row: Row) -> CustomerRecord:
        account = self._account(row)
        if not account:
            raise Unreadable("Sage states none", CUSTOMER_NUMBER)
        person = text_of(row, "SalespersonNo")
        return CustomerRecord(
            id=account,
            account=account,
            name=text_of(row, "CustomerName"),
            email=next(iter(emails_of(row)), ""),
            price_list=text_of(row, "PriceLevel") or STANDARD,
            tax_code=text_of(row, "TaxSchedule"),
            vat_number=text_of(row, "TaxExemptNo"),
            currency=self._company.currency,
            credit_limit=number_of(row, "CreditLimit") or None,  # 0 is no limit (A)
            balance=sum((number_of(row, name) or ZERO for name in AGES), ZERO),
            terms=text_of(row, "TermsCode"),
            on_hold=text_of(row, "CreditHold") == "Y",
            hidden=text_of(row, "CustomerStatus") not in ("", ACTIVE),
            sales_rep=f"{text_of(row, 'SalespersonDivisionNo')}-{person}" if person else "",
            key=text_of(row, self._company.customer_field),
        )

    # Create

    def find_created(self, keys: Sequence[str]) -> dict[str, CustomerMatch | None] | Failure:
        """Customers with our keys; an entry for every key."""
        rows = self._rows()
        if isinstance(rows, Failure):
            return rows
        found: dict[str, CustomerMatch | None] = dict.fromkeys(keys)
        for match in map(self._match, rows.values()):
            if match.key in found:
                found[match.key] = match
        return found

    def create(self, new: NewCustomer) -> Outcome:
        """A customer; one that is there already is Accepted again."""
        rows = self._rows()
        if isinstance(rows, Failure):
            return rows
        account = spelled(new.account, self._company.division)
        for row in rows.values():
            if text_of(row, self._company.customer_field) == new.key:
                return Accepted(self._account(row), self._account(row))
        if account in rows:
            text = f"the account {new.account} already exists"
            return Failure(Code.REFUSED, text, sent=False, details={"taken": new.account})
        if self._writer is None:
            raise ValueError("accounts cannot be created with this writer")
        codes = Codes()
        body = self._new(new, codes)
        failure = codes.failure()
        if failure is not None:
            return failure
        return self._writer.open_account(new, body)

    def _new(self, new: NewCustomer, codes: Codes) -> dict[str, Any]:
        company, address = self._company, new.address
        division, number = parts_of(new.account, company.division)
        state = state_of(address.country, address.region)
        street = [*address.street, *([address.region] if address.region.strip() and not state else [])]
        lines, _ = street_lines(street, company.width("address"), 3)
        body = {
            "key": codes.check("Tidegate's key", new.key, KEY),
            "division": division,
            "customer": codes.check("account", number, LONGEST_NUMBER),
            "name": one_line(new.name or new.email or new.account, company.width("name")),
            **{f"address{at}": line for at, line in enumerate(lines, 1)},
            "zip": codes.check("postcode", address.postcode, ZIP),
            "city": one_line(address.city, company.width("city")),
            "state": state,
            "country": country_of(address.country, company.countries),
            "email": codes.check("e-mail", new.email, EMAIL),
            "telephone": one_line(address.telephone, PHONE),
            "terms": company.customer_terms,
            "tax_schedule": company.customer_tax_schedule,
            "credit_hold": "Y" if new.on_hold else "",
        }
        return {name: value for name, value in body.items() if value}


def emails_of(row: Row) -> list[str]:
    """The field may hold several, separated by semicolons."""
    return [one.strip() for one in text_of(row, "EmailAddress").split(";") if one.strip()]

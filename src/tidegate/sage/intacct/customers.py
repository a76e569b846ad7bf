"""Customers: looked for, read with their terms, and created.

Source: contract §7, §11.5. CUSTOMERID is unique, and a control id follows from our key and the content: a
second creation is refused twice over, and is then looked up by our key.
"""

from __future__ import annotations

from collections.abc import Sequence

from tidegate.domain.delta import Delta
from tidegate.domain.errors import Code, Failure
from tidegate.domain.masters.master import CustomerRecord
from tidegate.domain.money import ZERO
from tidegate.domain.orders.keys import payload_hash
from tidegate.sage.fitting_texts import one_line
from tidegate.sage.intacct import answers
from tidegate.sage.intacct.client import IntacctClient
from tidegate.sage.intacct.contacts import contact_fields
from tidegate.sage.intacct.deltas import changes
from tidegate.sage.intacct.elements import element
from tidegate.sage.intacct.elements import text_of as child_text
from tidegate.sage.intacct.envelope import Function
from tidegate.sage.intacct.lengths import Codes
from tidegate.sage.intacct.queries import Query, among, in_parts
from tidegate.sage.intacct.rows import Row, each, flag_of, name_of, number_of, text_of
from tidegate.sage.intacct.settings import IntacctSettings
from tidegate.sage.intacct.writing import ACCOUNT, KEY
from tidegate.sage.port.customers import CustomerMatch, CustomerQuery, NewCustomer
from tidegate.sage.port.outcomes import Accepted, Outcome

EMAIL = "DISPLAYCONTACT.EMAIL1"
MATCH = ("RECORDNO", "CUSTOMERID", "NAME", "ONHOLD", "CURRENCY", EMAIL)
RECORD = (*MATCH, "STATUS", "CREDITLIMIT", "TOTALDUE", "TERMNAME", "PRICELIST", "TAXID", "CUSTREPID")
NAME = 100  #: characters of NAME (A)


class Customers:
    """The company's customers."""

    def __init__(self, client: IntacctClient, company: IntacctSettings) -> None:
        self._client = client
        self._company = company
        self._key = company.customer_field

    # Look for

    def find(self, queries: Sequence[CustomerQuery]) -> dict[str, list[CustomerMatch]] | Failure:
        """Accounts by reference or e-mail, regardless of case; pooled."""
        accounts = {one.account.strip() for one in queries if one.account.strip()}
        emails = {one.email.strip() for one in queries if one.email.strip()}
        asked = [self._query("CUSTOMERID", part) for part in in_parts(sorted(accounts))]
        asked += [self._query(EMAIL, part) for part in in_parts(sorted(emails))]
        found: dict[str, CustomerMatch] = {}
        for rows in self._client.read_many(asked) if asked else ():
            if isinstance(rows, Failure):
                return rows
            found |= {text_of(row, "RECORDNO"): self._match(row) for row in rows}
        return {one.key: [each for each in found.values() if _meets(each, one)] for one in queries}

    def _query(self, field: str, values: Sequence[str]) -> Query:
        return Query("CUSTOMER", self._fields(MATCH), among(field, values), any_case=True)

    def _fields(self, fields: tuple[str, ...]) -> tuple[str, ...]:
        return (*fields, self._key) if self._key else fields

    def _match(self, row: Row) -> CustomerMatch:
        return CustomerMatch(
            id=text_of(row, "RECORDNO"),
            account=text_of(row, "CUSTOMERID"),
            name=text_of(row, "NAME"),
            email=text_of(row, EMAIL),
            on_hold=flag_of(row, "ONHOLD"),
            currency=text_of(row, "CURRENCY") or self._company.currency,
            key=text_of(row, self._key),
        )

    # Read

    def read(self, since: str | None) -> Delta[CustomerRecord] | Failure:
        """Customers that changed since the cursor, inactive ones included."""
        found = changes(self._client, (Query("CUSTOMER", self._fields(RECORD)),), since)
        if isinstance(found, Failure):
            return found
        made, bad = each(found.rows[0], self._record, lambda row: text_of(row, "CUSTOMERID"))
        return Delta(tuple(made), found.parking({0: bad}), found.full, tuple(bad))

    def _record(self, row: Row) -> CustomerRecord:
        return CustomerRecord(
            id=text_of(row, "RECORDNO"),
            account=name_of(row, "CUSTOMERID"),
            name=text_of(row, "NAME"),
            email=text_of(row, EMAIL),
            price_list=text_of(row, "PRICELIST"),
            vat_number=text_of(row, "TAXID"),
            currency=text_of(row, "CURRENCY") or self._company.currency,
            credit_limit=number_of(row, "CREDITLIMIT"),
            balance=number_of(row, "TOTALDUE") or ZERO,
            terms=text_of(row, "TERMNAME"),
            on_hold=flag_of(row, "ONHOLD"),
            hidden=text_of(row, "STATUS") == "inactive",
            sales_rep=text_of(row, "CUSTREPID"),
            key=text_of(row, self._key),
        )

    # Create

    def find_created(self, keys: Sequence[str]) -> dict[str, CustomerMatch | None] | Failure:
        """Customers with our keys; an entry for every key."""
        found: dict[str, CustomerMatch | None] = dict.fromkeys(keys)
        for part in in_parts(keys):
            rows = self._client.read(Query("CUSTOMER", self._fields(MATCH), among(self._key, part)))
            if isinstance(rows, Failure):
                return rows
            for match in map(self._match, rows):
                if match.key in found:
                    found[match.key] = match
        return found

    def create(self, new: NewCustomer) -> Outcome:
        """A customer with its display contact; one that is there already is Accepted again."""
        created = self.find_created([new.key])
        if isinstance(created, Failure):
            return created
        there = created[new.key]
        if there is not None:
            return Accepted(there.id, there.account)
        codes = Codes()
        record = self._new(new, codes)
        failure = codes.failure()
        if failure is not None:
            return failure
        control_id = f"{new.key}/customer/{payload_hash(record)[:32]}"
        made = self._client.write_one(Function(control_id, element("create", element("CUSTOMER", record))))
        if isinstance(made, Failure):
            return self._refused(new, made)
        number, account = (
            child_text(made, "data/customer/RECORDNO"),
            child_text(made, "data/customer/CUSTOMERID"),
        )
        if not number or account.casefold() != new.account.strip().casefold():
            return Failure(Code.UNCLEAR_ANSWER, f"Intacct's answer is about another customer, {account!r}")
        return Accepted(number, account)

    def _new(self, new: NewCustomer, codes: Codes) -> dict[str, object]:
        contact = contact_fields(new.address, codes)
        contact["EMAIL1"] = codes.check("e-mail", new.email, 200)
        return {
            "CUSTOMERID": codes.check("account", new.account, ACCOUNT).upper(),
            "NAME": one_line(new.name or new.email, NAME),
            "DISPLAYCONTACT": contact,
            "STATUS": "active",
            "COMMENTS": "\n".join(codes.over) or None,
            "TERMNAME": self._company.term or None,
            "TAXID": codes.check("VAT number", new.vat_number, 40) or None,
            "ONHOLD": True if new.on_hold else None,
            "CURRENCY": self._company.currency if self._company.multi_currency else None,
            self._key: codes.check("Tidegate's key", new.key, KEY),
        }

    def _refused(self, new: NewCustomer, failure: Failure) -> Failure:
        if answers.DUPLICATE not in failure.details:
            return failure
        text = f"the account {new.account} already exists: {failure.text}"
        return Failure(Code.REFUSED, text, sent=False, details={"taken": new.account})


def _meets(match: CustomerMatch, query: CustomerQuery) -> bool:
    account, email = query.account.strip().casefold(), query.email.strip().casefold()
    same = bool(account) and match.account.casefold() == account
    return same or (bool(email) and match.email.casefold() == email)

"""Customers: looked for, read with their terms, and opened by SOAP.

Source: contract §14 and additions. BPCNUM is unique, which guards against a second account; our key is in a field
that the site has added. Balances are the open due dates; they do not change a customer's stamp, so that customers
whose due dates changed are reported again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import msgspec

from tidegate.domain.delta import Delta
from tidegate.domain.errors import Code, Failure
from tidegate.domain.masters.master import CustomerRecord
from tidegate.domain.money import ZERO
from tidegate.reading.document import Unreadable
from tidegate.sage.fitting_texts import FittingTexts, one_line, street_lines
from tidegate.sage.port.customers import CustomerMatch, CustomerQuery, NewCustomer
from tidegate.sage.port.outcomes import Accepted, Outcome
from tidegate.sage.x3 import answers, objects
from tidegate.sage.x3.client import X3Client
from tidegate.sage.x3.deltas import Stream, changes
from tidegate.sage.x3.ledgers import DUE_DATES
from tidegate.sage.x3.objects import Screen
from tidegate.sage.x3.queries import both, equals, is_number
from tidegate.sage.x3.reader import Reader
from tidegate.sage.x3.reference import Reference
from tidegate.sage.x3.rows import Row, each, money_of, name_of, number_of, text_of
from tidegate.sage.x3.settings import X3Settings
from tidegate.sage.x3.wire_names import CREDIT_FREE, CREDIT_HELD, YES
from tidegate.sage.x3.writing import ACCOUNT

STREAM = Stream("BPCUSTOMER", "BPCNUM")
ADDRESS_FIELD = "CODADR"  #: how the table of addresses is recognised
MAIN = "MAIN"
CUSTOMER_KEY = 50  #: characters of the field that the site has added, A
NAME, PLACE, STREET, POSTCODE, CITY, REGION, PHONE, EMAIL, TAX_NUMBER = 35, 30, 50, 10, 40, 35, 40, 80, 20


class Customers:
    """The folder's customers."""

    def __init__(self, client: X3Client, reader: Reader, reference: Reference, company: X3Settings) -> None:
        """`reader`: by which the master data are read. An account is looked for by REST alone, as it is now."""
        self._client = client
        self._reader = reader
        self._reference = reference
        self._company = company

    # Look for

    def find(self, queries: Sequence[CustomerQuery]) -> dict[str, list[CustomerMatch]] | Failure:
        """Accounts by code, or by an address's e-mail as written or in lower case; pooled."""
        mails = self._by_mail(queries)
        if isinstance(mails, Failure):
            return mails
        asked = {one.account.strip() for one in queries}
        accounts = asked | {one.upper() for one in asked} | {one for some in mails.values() for one in some}
        rows = self._client.read_pooled(
            "BPCUSTOMER", {one: (equals("BPCNUM", one),) for one in sorted(accounts) if one}
        )
        if isinstance(rows, Failure):
            return rows
        addresses = self._mails(self._client, [text_of(row, "BPCNUM") for row in rows])
        if isinstance(addresses, Failure):
            return addresses
        found = {text_of(row, "BPCNUM"): self._match(row, addresses) for row in rows}

        def meets(account: str, query: CustomerQuery) -> bool:
            same = account.casefold() == query.account.strip().casefold()
            return same or account in mails.get(query.email.strip().lower(), ())

        return {
            one.key: [match for account, match in found.items() if meets(account, one)] for one in queries
        }

    def _by_mail(self, queries: Sequence[CustomerQuery]) -> dict[str, set[str]] | Failure:
        """Accounts by e-mail in small letters."""
        asked = {one.email.strip() for one in queries if one.email.strip()}
        terms = {one: tuple(equals("WEB1", each) for each in {one, one.lower()}) for one in sorted(asked)}
        rows = self._client.read_pooled("BPADDRESS", terms)
        if isinstance(rows, Failure):
            return rows
        found: dict[str, set[str]] = {}
        for row in rows:
            found.setdefault(text_of(row, "WEB1").lower(), set()).add(text_of(row, "BPANUM"))
        return found

    def _mails(self, reader: Reader, accounts: Sequence[str] | None) -> dict[str, str] | Failure:
        """The e-mail of each account's first address that has one; None: of all accounts."""
        if accounts is None:
            rows = reader.read("BPADDRESS")
        else:
            terms = {one: (equals("BPANUM", one),) for one in accounts if one}
            rows = reader.read_pooled("BPADDRESS", terms)
        if isinstance(rows, Failure):
            return rows
        found: dict[str, str] = {}
        for row in rows:
            if text_of(row, "WEB1"):
                found.setdefault(text_of(row, "BPANUM"), text_of(row, "WEB1"))
        return found

    def _match(self, row: Row, mails: Mapping[str, str]) -> CustomerMatch:
        account = text_of(row, "BPCNUM")
        return CustomerMatch(
            id=account,
            account=account,
            name=text_of(row, "BPCNAM"),
            email=mails.get(account, ""),
            on_hold=text_of(row, "OSTCTL") == CREDIT_HELD,
            currency=text_of(row, "CUR") or self._company.currency,
            key=self._key(row),
        )

    def _key(self, row: Row) -> str:
        return text_of(row, self._company.customer_field) if self._company.customer_field else ""

    # Read

    def read(self, since: str | None) -> Delta[CustomerRecord] | Failure:
        """Customers that changed since the cursor, inactive ones included."""
        before = _cursors(since)
        found = changes(self._reader, STREAM, before[0])
        if isinstance(found, Failure):
            return found
        moved = changes(self._client, DUE_DATES, before[1])
        if isinstance(moved, Failure):
            return moved
        rows = self._with(found.rows, moved.rows, full=found.full)
        if isinstance(rows, Failure):
            return rows
        mails: dict[str, str] | Failure = {}
        owed: dict[str, Decimal] | Failure = {}
        if rows:
            accounts = None if found.full else [text_of(row, "BPCNUM") for row in rows]
            mails = self._mails(self._reader, accounts)
            owed = self._owed(accounts)
        if isinstance(mails, Failure):
            return mails
        if isinstance(owed, Failure):
            return owed
        emails, balances = mails, owed
        made, bad = each(
            rows, lambda row: self._record(row, emails, balances), lambda row: text_of(row, "BPCNUM")
        )
        cursors = [found.parking(one.name for one in bad), moved.cursor]
        return Delta(tuple(made), msgspec.json.encode(cursors).decode(), found.full, tuple(bad))

    def _with(self, rows: list[Row], moved: Iterable[Row], *, full: bool) -> list[Row] | Failure:
        """These customers, and the ones of `moved` entries, whose due dates changed."""
        there = {text_of(row, "BPCNUM") for row in rows}
        more = {text_of(row, "BPR") for row in moved} - there - {""}
        if full or not more:
            return rows
        again = self._reader.read_pooled(
            "BPCUSTOMER", {one: (equals("BPCNUM", one),) for one in sorted(more)}
        )
        return again if isinstance(again, Failure) else [*rows, *again]

    def _owed(self, accounts: Sequence[str] | None) -> dict[str, Decimal] | Failure:
        """What is open by account; one whose due dates cannot be read is left out, and then not reported."""
        is_open = is_number("FLGCLE", "1")
        if accounts is None:
            rows = self._client.read("GACCDUDATE", (is_open,))
        else:
            terms = {one: (both(is_open, equals("BPR", one)),) for one in accounts if one}
            rows = self._client.read_pooled("GACCDUDATE", terms)
        if isinstance(rows, Failure):
            return rows
        found: dict[str, Decimal] = {}
        for row in rows:
            try:
                left = money_of(row, "AMTCUR") - money_of(row, "PAYCUR")
            except Unreadable:
                continue
            sign = -1 if text_of(row, "SNS") == "-1" else 1
            account = text_of(row, "BPR")
            found[account] = found.get(account, ZERO) + sign * left
        return found

    def _record(self, row: Row, mails: Mapping[str, str], owed: Mapping[str, Decimal]) -> CustomerRecord:
        account = name_of(row, "BPCNUM")
        limit = number_of(row, "OSTAUZ")
        control = text_of(row, "OSTCTL")
        return CustomerRecord(
            id=account,
            account=account,
            name=text_of(row, "BPCNAM"),
            email=mails.get(account, ""),
            price_list=self._company.category_lists.get(text_of(row, "BCGCOD"), ""),
            tax_code=text_of(row, "VACBPR"),
            vat_number=text_of(row, "CRN"),
            currency=text_of(row, "CUR") or self._company.currency,
            credit_limit=limit if limit and control != CREDIT_FREE else None,
            balance=owed.get(account, ZERO),
            terms=text_of(row, "PTE"),
            on_hold=control == CREDIT_HELD,
            hidden=text_of(row, "BPCSTA") not in ("", YES),
            key=self._key(row),
        )

    # Open

    def find_created(self, keys: Sequence[str]) -> dict[str, CustomerMatch | None] | Failure:
        """Customers with our keys; an entry for every key."""
        found: dict[str, CustomerMatch | None] = dict.fromkeys(keys)
        terms = {key: (equals(self._company.customer_field, key),) for key in found}
        rows = self._client.read_pooled("BPCUSTOMER", terms)
        if isinstance(rows, Failure):
            return rows
        for row in rows:
            match = self._match(row, {})
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
        screen = self._reference.screen(self._company.customer_object, line_field=ADDRESS_FIELD)
        if isinstance(screen, Failure):
            return screen
        codes = FittingTexts("X3")
        content = self._new(new, codes, screen)
        failure = codes.failure()
        if failure is not None:
            return failure
        returned = self._client.call(
            "save",
            self._company.customer_object,
            {"objectXml": content},
            reading=False,
            ours=(new.account, new.name, self._company.customer_category),
        )
        if isinstance(returned, Failure):
            return self._refused(new, returned)
        made = objects.stored(returned.result)
        account = text_of(made.header, "BPCNUM") if made is not None else ""
        if account != new.account.strip():
            return Failure(Code.UNCLEAR_ANSWER, f"X3's answer is about another customer, {account!r}")
        return Accepted(account, account)

    def _new(self, new: NewCustomer, codes: FittingTexts, screen: Screen) -> str:
        company, address = self._company, new.address
        lines, rest = street_lines(address.street, STREET, 3)
        if rest:
            codes.refuse(f"the street {' '.join(address.street)!r} does not fit into three lines of {STREET}")
        name = one_line(new.name or new.email, 2 * NAME)
        header: dict[str, Any] = {
            "BCGCOD": company.customer_category,
            "BPCNUM": codes.check("account", new.account, ACCOUNT),
            "BPCSTA": YES,
            "BPRNAM": [name[:NAME], name[NAME:]],
            "CRN": codes.check("VAT number", new.vat_number, TAX_NUMBER),
            "CUR": new.currency,
            "OSTCTL": CREDIT_HELD if new.on_hold else "",
            company.customer_field: codes.check("Tidegate's key", new.key, CUSTOMER_KEY),
        }
        place = {
            ADDRESS_FIELD: MAIN,
            "BPADES": one_line(address.city or name, PLACE),
            **{f"ADDLIG{at}": line for at, line in enumerate(lines, 1)},
            "POSCOD": codes.check("postcode", address.postcode, POSTCODE),
            "CTY": one_line(address.city, CITY),
            "SAT": one_line(address.region, REGION),
            "BPACRY": address.country or company.customer_country,
            "TEL1": one_line(address.telephone, PHONE),
            "WEB1": codes.check("e-mail", new.email, EMAIL),
            "BPAADDFLG": YES,
        }
        return objects.written(screen, header, [(ADDRESS_FIELD, [place])])

    def _refused(self, new: NewCustomer, failure: Failure) -> Outcome:
        """The outcome for a number that is taken: by us, when an earlier answer was lost, or by others."""
        if answers.DUPLICATE not in failure.details:
            return failure
        account = new.account.strip()
        rows = self._client.read("BPCUSTOMER", (equals("BPCNUM", account),))
        if isinstance(rows, Failure):
            return rows
        if any(self._key(row) == new.key for row in rows):
            return Accepted(account, account)
        text = f"the account {new.account} already exists: {failure.text}"
        return Failure(Code.REFUSED, text, sent=False, details={"taken": new.account})


def _cursors(since: str | None) -> Sequence[str | None]:
    if since:
        try:
            found = msgspec.json.decode(since, type=list[str])
            if len(found) == 2:
                return found
        except msgspec.MsgspecError:
            pass
    return (None, None)

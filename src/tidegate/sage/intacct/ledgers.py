"""Accounts receivable, and the general ledger behind it.

Source: contract §10. Record numbers of AR invoices change when their document does, so an entry is known by
its kind and number. The tie to the general ledger is that number, too (A): RECORDID of `GLDETAIL`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from tidegate.domain.bad_row import BadRow
from tidegate.domain.books.bookkeeping import AccountBalance, EntryKind, LedgerEntry, Posting
from tidegate.domain.delta import Delta
from tidegate.domain.errors import Failure
from tidegate.domain.money import ZERO
from tidegate.reading.document import Unreadable
from tidegate.sage.intacct.client import IntacctClient
from tidegate.sage.intacct.elements import element
from tidegate.sage.intacct.first_read import in_parts_by_number
from tidegate.sage.intacct.queries import Query, among, in_parts
from tidegate.sage.intacct.rows import Row, bad_row, day_of, money_of, name_of, number_of, text_of
from tidegate.sage.intacct.settings import IntacctSettings

FIELDS = (
    "RECORDID",
    "CUSTOMERID",
    "DOCNUMBER",
    "WHENCREATED",
    "TRX_TOTALENTERED",
    "TRX_TOTALDUE",
    "CURRENCY",
    "STATE",
    "WHENPAID",
    "DESCRIPTION",
)
OBJECTS = (
    (EntryKind.INVOICE, "ARINVOICE", (*FIELDS, "WHENDUE")),
    (EntryKind.CREDIT, "ARADJUSTMENT", FIELDS),
    (EntryKind.RECEIPT, "ARPYMT", FIELDS),
)
UNPOSTED = ("Draft", "Submitted")
BEGINNING = date(1900, 1, 1)  #: the view is slow without a filter: a date that leaves nothing out


class Ledgers:
    """The sales ledger: invoices, adjustments and payments."""

    def __init__(self, client: IntacctClient, company: IntacctSettings) -> None:
        self._client = client
        self._company = company

    def read(self, since: str | None) -> Delta[LedgerEntry] | Failure:
        """Entries that changed; a payment changes the invoice that it pays. First all of them, part by part."""
        queries = [Query(object, fields) for _, object, fields in OBJECTS]
        found = in_parts_by_number(self._client, queries, since)
        if isinstance(found, Failure):
            return found
        entries: list[LedgerEntry] = []
        bad: dict[int, list[BadRow]] = defaultdict(list)
        for at, ((kind, _, _), rows) in enumerate(zip(OBJECTS, found.rows, strict=True)):
            for row in rows:
                try:
                    if text_of(row, "STATE") not in UNPOSTED:
                        entries.append(self.entry(kind, row))
                except Unreadable as error:
                    bad[at].append(bad_row(row, f"{kind.value} {text_of(row, 'RECORDID')}", error))
        every = tuple(row for rows in bad.values() for row in rows)
        return Delta(tuple(entries), found.parking(bad), found.full, every, more=found.more)

    def entry(self, kind: EntryKind, row: Row) -> LedgerEntry:
        """A row of one of the objects. Raises Unreadable."""
        number = text_of(row, "RECORDID") or name_of(row, "RECORDNO")
        gross, due = money_of(row, "TRX_TOTALENTERED"), money_of(row, "TRX_TOTALDUE")
        return LedgerEntry(
            id=f"{kind.value}/{number}"
            if kind is not EntryKind.RECEIPT
            else f"receipt/{text_of(row, 'RECORDNO')}",
            urn=number,
            kind=kind,
            account=text_of(row, "CUSTOMERID"),
            reference=number,
            second_reference=text_of(row, "DOCNUMBER"),
            day=day_of(row, "WHENCREATED"),
            gross=abs(gross),
            outstanding=abs(due),
            due=day_of(row, "WHENDUE"),
            settled=day_of(row, "WHENPAID") if not due else None,
            currency=text_of(row, "CURRENCY") or self._company.currency,
        )


class Postings:
    """The general ledger."""

    def __init__(self, client: IntacctClient) -> None:
        self._client = client

    def read(self, urns: Sequence[str]) -> dict[str, list[Posting] | Failure] | Failure:
        """Lines by the number of their entry; pooled."""
        fields = (
            "RECORDNO",
            "BATCHKEY",
            "RECORDID",
            "ACCOUNTNO",
            "DEBITAMOUNT",
            "CREDITAMOUNT",
            "ENTRY_DATE",
            "BATCH_TITLE",
            "DESCRIPTION",
            "SYMBOL",
        )
        found: dict[str, list[Posting] | Failure] = {urn: [] for urn in urns}
        for part in in_parts(urns):
            rows = self._client.read(Query("GLDETAIL", fields, among("RECORDID", part)))
            if isinstance(rows, Failure):
                return rows
            for row in rows:
                lines = found.get(text_of(row, "RECORDID"))
                if isinstance(lines, list):
                    lines.append(_posting(row))
        return found

    def balances(self) -> list[AccountBalance] | Failure:
        """The trial balance: all that was ever posted, by account."""
        since = element("greaterthanorequalto", {"field": "ENTRY_DATE", "value": BEGINNING})
        query = Query("GLDETAIL", ("ACCOUNTNO", "ACCOUNTTITLE"), since, sums=("AMOUNT",), key="ACCOUNTNO")
        rows = self._client.read(query)
        if isinstance(rows, Failure):
            return rows
        return [
            AccountBalance(
                text_of(row, "ACCOUNTNO"), text_of(row, "ACCOUNTTITLE"), number_of(row, "AMOUNT") or ZERO
            )
            for row in rows
        ]


def _posting(row: Row) -> Posting:
    debit: Decimal = number_of(row, "DEBITAMOUNT") or ZERO
    day = day_of(row, "ENTRY_DATE")
    return Posting(
        urn=text_of(row, "RECORDID"),
        account=text_of(row, "ACCOUNTNO"),
        debit=debit,
        credit=number_of(row, "CREDITAMOUNT") or ZERO,
        period="" if day is None else f"{day:%Y-%m}",
        day=day,
        reference=text_of(row, "BATCH_TITLE"),
        narrative=text_of(row, "DESCRIPTION"),
    )

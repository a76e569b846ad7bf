"""Open items and payments, and the accounting entries behind them.

Source: contract §11. Open items are due dates: an invoice with several of them is one entry. A payment is known by its
number, and what it has paid by its lines. The tie to the general ledger is the source document of an entry, else its
number (A).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal

import msgspec

from tidegate.domain.bad_row import BadRow
from tidegate.domain.books.bookkeeping import AccountBalance, EntryKind, LedgerEntry, Posting
from tidegate.domain.delta import Delta
from tidegate.domain.errors import Code, Failure
from tidegate.domain.money import ZERO
from tidegate.reading.document import Unreadable
from tidegate.sage.x3.client import X3Client
from tidegate.sage.x3.deltas import Stream, changes
from tidegate.sage.x3.queries import equals
from tidegate.sage.x3.rows import Row, day_of, each, money_of, name_of, text_of
from tidegate.sage.x3.settings import X3Settings
from tidegate.sage.x3.wire_names import REFUND, YES

DUE_DATES = Stream("GACCDUDATE", "NUM", more=("TYP", "DUDLIG"))
PAYMENTS = Stream("PAYMENTH", "NUM")


class Ledgers:
    """The sales ledger."""

    def __init__(self, client: X3Client, company: X3Settings) -> None:
        self._client = client
        self._company = company

    def read(self, since: str | None) -> Delta[LedgerEntry] | Failure:
        """Entries of which anything changed; a payment shows as a changed `outstanding`."""
        cursors = _cursors(since)
        owed = changes(self._client, DUE_DATES, cursors[0])
        if isinstance(owed, Failure):
            return owed
        paid = changes(self._client, PAYMENTS, cursors[1])
        if isinstance(paid, Failure):
            return paid
        due = self._whole(owed.rows, full=owed.full)
        if isinstance(due, Failure):
            return due
        lines = self._lines(paid.rows, full=paid.full)
        if isinstance(lines, Failure):
            return lines
        made: list[LedgerEntry] = []
        bad: list[BadRow] = []
        for number, rows in due.items():
            try:
                made.append(self._owed(number, rows))
            except Unreadable as error:
                bad.append(BadRow(f"open item {number}", str(error)))
        parked_due = [one.name.removeprefix("open item ") for one in bad]
        payments, unread = each(
            paid.rows, lambda row: self._paid(row, lines), lambda row: text_of(row, "NUM")
        )
        cursor = msgspec.json.encode([owed.parking(parked_due), paid.parking(one.name for one in unread)])
        return Delta((*made, *payments), cursor.decode(), owed.full and paid.full, (*bad, *unread))

    def _whole(self, rows: Iterable[Row], *, full: bool) -> dict[str, list[Row]] | Failure:
        """All due dates of the documents of which one changed."""
        found: dict[str, list[Row]] = {}
        for row in rows:
            found.setdefault(text_of(row, "NUM"), []).append(row)
        if full or not found:
            return found
        again = self._client.read_pooled("GACCDUDATE", {one: (equals("NUM", one),) for one in found if one})
        if isinstance(again, Failure):
            return again
        whole: dict[str, list[Row]] = {}
        for row in again:
            whole.setdefault(text_of(row, "NUM"), []).append(row)
        return {**found, **whole}

    def _lines(self, payments: Sequence[Row], *, full: bool) -> dict[str, list[Row]] | Failure:
        """The payments' lines by number."""
        if not payments:
            return {}
        terms = {name: (equals("NUM", name),) for row in payments if (name := text_of(row, "NUM"))}
        rows = self._client.read("PAYMENTD") if full else self._client.read_pooled("PAYMENTD", terms)
        if isinstance(rows, Failure):
            return rows
        found: dict[str, list[Row]] = {}
        for row in rows:
            found.setdefault(text_of(row, "NUM"), []).append(row)
        return found

    def _owed(self, number: str, rows: Sequence[Row]) -> LedgerEntry:
        """An invoice or credit note: all its due dates together. What is paid by entries not yet final is still open."""
        first = rows[0]
        gross = sum((money_of(row, "AMTCUR") for row in rows), ZERO)
        paid = sum((money_of(row, "PAYCUR") for row in rows), ZERO)
        closed = all(text_of(row, "FLGCLE") == YES for row in rows) or paid >= gross
        days = [day for row in rows if (day := day_of(row, "DUDDAT")) is not None]
        account = name_of(first, "BPR")
        return LedgerEntry(
            id=f"{account}/{number}",
            urn=number,
            kind=EntryKind.CREDIT if text_of(first, "SNS") == "-1" else EntryKind.INVOICE,
            account=account,
            reference=number,
            second_reference="",
            day=None,
            gross=abs(gross),
            outstanding=ZERO if closed else abs(gross) - abs(paid),
            due=max(days, default=None),
            settled=_last(rows, "PAYDAT") if closed else None,
            currency=text_of(first, "CUR") or self._company.currency,
        )

    def _paid(self, row: Row, lines: Mapping[str, list[Row]]) -> LedgerEntry:
        """A payment: what its lines have not matched is on account."""
        number, account = name_of(row, "NUM"), name_of(row, "BPR")
        amount = money_of(row, "AMTCUR")
        used = sum((money_of(line, "AMTLIN2") for line in lines.get(number, ())), ZERO)
        return LedgerEntry(
            id=f"{account}/{number}",
            urn=number,
            kind=EntryKind.REFUND if text_of(row, "PAYTYP") == REFUND else EntryKind.RECEIPT,
            account=account,
            reference=text_of(row, "REF"),
            second_reference=text_of(row, "DES"),
            day=day_of(row, "ACCDAT"),
            gross=abs(amount),
            outstanding=abs(amount) - abs(used),
            settled=day_of(row, "ACCDAT") if abs(used) >= abs(amount) else None,
            currency=text_of(row, "CUR") or self._company.currency,
        )


def _cursors(since: str | None) -> Sequence[str | None]:
    if since:
        try:
            found = msgspec.json.decode(since, type=list[str])
            if len(found) == 2:
                return found
        except msgspec.MsgspecError:
            pass
    return (None, None)


def _last(rows: Iterable[Row], name: str) -> date | None:
    return max((day for row in rows if (day := day_of(row, name)) is not None), default=None)


class Postings:
    """The general ledger."""

    def __init__(self, client: X3Client) -> None:
        self._client = client

    def read(self, urns: Sequence[str]) -> dict[str, list[Posting] | Failure] | Failure:
        """Lines by the number of their document; pooled."""
        terms = {urn: (equals("BPRVCR", urn), equals("NUM", urn)) for urn in urns}
        heads = self._client.read_pooled("GACCENTRY", terms)
        if isinstance(heads, Failure):
            return heads
        found: dict[str, list[Posting] | Failure] = {urn: [] for urn in urns}
        entries: dict[tuple[str, str], tuple[str, Row]] = {}
        for head in heads:
            source, number = text_of(head, "BPRVCR"), text_of(head, "NUM")
            urn = source if source in found else number
            if urn in found:
                entries[text_of(head, "TYP"), number] = (urn, head)
        numbers = {number: (equals("NUM", number),) for _, number in entries}
        rows = self._client.read_pooled("GACCENTRYD", numbers)
        if isinstance(rows, Failure):
            return rows
        for row in rows:
            entry = entries.get((text_of(row, "TYP"), text_of(row, "NUM")))
            lines = found.get(entry[0]) if entry is not None else None
            if entry is None or not isinstance(lines, list):
                continue
            try:
                lines.append(_posting(entry[0], entry[1], row))
            except Unreadable as error:
                found[entry[0]] = _unreadable(entry[0], error)
        return found

    def balances(self) -> list[AccountBalance] | Failure:
        """The trial balance: the sum of all lines of each account."""
        rows = self._client.read("GACCENTRYD")
        if isinstance(rows, Failure):
            return rows
        sums: dict[str, Decimal] = {}
        try:
            for row in rows:
                account = name_of(row, "ACC")
                sums[account] = sums.get(account, ZERO) + _signed(row)
        except Unreadable as error:
            return _unreadable("the trial balance", error)
        return [AccountBalance(account, "", balance) for account, balance in sums.items()]


def _unreadable(what: str, error: Unreadable) -> Failure:
    return Failure(Code.UNREADABLE, f"{what} cannot be read: {error}", sent=False)


def _signed(row: Row) -> Decimal:
    amount = money_of(row, "AMTLOC")
    return -amount if text_of(row, "SNS") == "-1" else amount


def _posting(urn: str, head: Row, row: Row) -> Posting:
    amount, day = _signed(row), day_of(head, "ACCDAT")
    return Posting(
        urn=urn,
        account=text_of(row, "ACC"),
        debit=max(amount, ZERO),
        credit=max(-amount, ZERO),
        period=f"{day:%Y-%m}" if day is not None else "",
        day=day,
        reference=text_of(head, "FNLPSTNUM"),
        narrative=text_of(row, "DES"),
    )

"""The general ledger. Source: contract §7.2.

The daily transaction register brings postings there; before it there are none. The tie is the document's number, within
its journal and register; a receipt's document is its check (A).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from tidegate.domain.books.bookkeeping import AccountBalance, Posting
from tidegate.domain.calendar import zone
from tidegate.domain.errors import Code, Failure
from tidegate.domain.money import ZERO
from tidegate.reading.document import Unreadable
from tidegate.sage.sage100.client import Sage100Client
from tidegate.sage.sage100.rows import Row, day_of, money_of, text_of
from tidegate.sage.sage100.settings import Sage100Settings
from tidegate.sage.sage100.wire_names import ACCOUNTS, JOURNAL, POSTINGS

DEBIT, CREDIT = "DebitAmount", "CreditAmount"
COLUMNS = (
    "AccountKey",
    "PostingDate",
    JOURNAL,
    "JournalRegisterNo",
    "DocumentNo",
    "PostingComment",
    DEBIT,
    CREDIT,
)
DATED_EARLIER = timedelta(days=45)  #: how far a posting may be dated before its document


class _Tie(NamedTuple):
    journal: str
    register: str
    document: str
    day: date


def urn_of(journal: str, register: str, document: str, day: date | None) -> str:
    """What ties an entry to its postings; "" where a part is not known."""
    return f"{journal}|{register}|{document}|{day.isoformat()}" if day is not None and document else ""


class Postings:
    """The general ledger."""

    def __init__(self, client: Sage100Client, company: Sage100Settings) -> None:
        self._client = client
        self._company = company
        self._accounts: dict[str, tuple[str, str]] | None = None

    def forget(self) -> None:
        """Read the accounts again."""
        self._accounts = None

    def read(self, urns: Sequence[str]) -> dict[str, list[Posting] | Failure] | Failure:
        """Lines by entry, of many in one call: from the day of the oldest one on."""
        ties = {urn: tie for urn in urns if (tie := _tie(urn)) is not None}
        found: dict[str, list[Posting] | Failure] = {urn: [] for urn in urns}
        if not ties:
            return found
        accounts = self._known()
        if isinstance(accounts, Failure):
            return accounts
        first = min(tie.day for tie in ties.values()) - DATED_EARLIER
        since = datetime(first.year, first.month, first.day, tzinfo=zone(self._company.time_zone)).isoformat()
        documents = [tie.document for tie in ties.values()]
        rows = self._client.narrowed(POSTINGS, "DocumentNo", documents, COLUMNS, since=since)
        if isinstance(rows, Failure):
            return rows
        for urn, tie in ties.items():
            lines = [row for row in rows if _is_of(row, tie)]
            try:
                found[urn] = [_posting(row, urn, accounts) for row in lines]
            except Unreadable as error:
                found[urn] = Failure(
                    Code.UNREADABLE, f"postings of {urn} cannot be read: {error}", sent=False
                )
        return found

    def balances(self) -> list[AccountBalance] | Failure:
        """The trial balance: all postings added up (A: detail is kept from the beginning)."""
        accounts = self._known()
        if isinstance(accounts, Failure):
            return accounts
        read = self._client.rows(POSTINGS, ("AccountKey", DEBIT, CREDIT))
        if isinstance(read, Failure):
            return read
        sums: dict[str, Decimal] = {}
        try:
            for row in read[0]:
                key = text_of(row, "AccountKey")
                sums[key] = sums.get(key, ZERO) + money_of(row, DEBIT) - money_of(row, CREDIT)
        except Unreadable as error:
            return Failure(Code.UNREADABLE, f"the trial balance cannot be read: {error}", sent=False)
        named = ((accounts.get(key, (key, "")), balance) for key, balance in sums.items())
        return [AccountBalance(account, name, balance) for (account, name), balance in named]

    def _known(self) -> dict[str, tuple[str, str]] | Failure:
        """Accounts and their names, by key."""
        if self._accounts is None:
            read = self._client.rows(ACCOUNTS, ("AccountKey", "Account", "AccountDesc"))
            if isinstance(read, Failure):
                return read
            self._accounts = {
                text_of(row, "AccountKey"): (text_of(row, "Account"), text_of(row, "AccountDesc"))
                for row in read[0]
            }
        return self._accounts


def _tie(urn: str) -> _Tie | None:
    parts = urn.split("|")
    try:
        journal, register, document, day = parts
        return _Tie(journal, register, document, date.fromisoformat(day))
    except ValueError:
        return None


def _is_of(row: Row, tie: _Tie) -> bool:
    """The register decides; a receipt has none, and its day does."""
    if (text_of(row, JOURNAL), text_of(row, "DocumentNo")) != (tie.journal, tie.document):
        return False
    if tie.register:
        return text_of(row, "JournalRegisterNo") == tie.register
    return day_of(row, "PostingDate") == tie.day


def _posting(row: Row, urn: str, accounts: dict[str, tuple[str, str]]) -> Posting:
    key, day = text_of(row, "AccountKey"), day_of(row, "PostingDate")
    return Posting(
        urn=urn,
        account=accounts.get(key, (key, ""))[0],
        debit=money_of(row, DEBIT),
        credit=money_of(row, CREDIT),
        period=f"{day:%Y-%m}" if day is not None else "",
        day=day,
        reference=text_of(row, "JournalRegisterNo"),
        narrative=text_of(row, "PostingComment"),
    )

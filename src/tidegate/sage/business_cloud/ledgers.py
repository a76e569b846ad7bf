"""The sales ledger, which is three lists here, and the ledger entries behind it.

Source: contract §7, §8.4. The posting behind a document is its `transaction`. Entries are read by one call for all that was
made since the oldest document that is asked for, where this process knows when that was; else one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal
from functools import partial

import msgspec

from tidegate.domain.bad_row import BadRow
from tidegate.domain.books.bookkeeping import AccountBalance, EntryKind, LedgerEntry, Posting
from tidegate.domain.delta import Delta
from tidegate.domain.errors import Code, Failure
from tidegate.domain.money import ZERO, rounded
from tidegate.reading.document import Unreadable
from tidegate.sage.business_cloud.client import BusinessCloudClient
from tidegate.sage.business_cloud.deltas import Stream, changes, deleted
from tidegate.sage.business_cloud.receipt_marks import reference_of
from tidegate.sage.business_cloud.reference import ALL, Reference
from tidegate.sage.business_cloud.rows import (
    Row,
    day_of,
    each,
    id_of,
    inside,
    money_of,
    name_of,
    number_of,
    rows_of,
    text_of,
)
from tidegate.sage.business_cloud.settings import BusinessCloudSettings
from tidegate.sage.business_cloud.web_documents import (
    CREDITS,
    INVOICES,
    is_void,
    number_of_document,
    outstanding,
    state_of,
)
from tidegate.sage.business_cloud.wire_names import DRAFT, PRO_FORMA, REFUND

PAYMENTS = "contact_payments"
LISTED = tuple(Stream(name, ALL, sort="updated_at") for name in (INVOICES, CREDITS, PAYMENTS))
FEW = 2  #: the most entries that are read one by one
NAMES = {INVOICES: "invoice", CREDITS: "credit", PAYMENTS: "payment"}


class Ledgers:
    """The sales ledger. An entry's id is its document's, with what kind it is of before it."""

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
        self.made_at: dict[str, str] = {}  #: transaction -> when its document was made, as Sage writes it

    def read(self, since: str | None) -> Delta[LedgerEntry] | Failure:
        """Documents that changed since the cursor; a payment shows as a changed `outstanding`.

        Voided documents and deleted payments are left out.
        """
        before = _cursors(since)
        made: list[LedgerEntry] = []
        bad: list[BadRow] = []
        cursors: list[str] = []
        gone: list[str] = []
        full = True
        for stream, cursor in zip(LISTED, before, strict=True):
            found = changes(self._client, stream, cursor, self._now())
            if isinstance(found, Failure):
                return found
            posted = [
                row for row in found.rows if state_of(row) not in (DRAFT, PRO_FORMA) and not is_void(row)
            ]
            removed = deleted(self._client, PAYMENTS, cursor) if stream.resource == PAYMENTS else []
            if isinstance(removed, Failure):
                return removed
            voided = [text_of(row, "id") for row in found.rows if is_void(row)]
            gone += [f"{NAMES[stream.resource]}:{id}" for id in (*removed, *voided)]
            accounts = self.accounts_of(posted)
            if isinstance(accounts, Failure):
                return accounts
            entries, broken = each(posted, partial(self._entry, stream.resource, accounts), _shown)
            listed = {one.id for one in entries}
            parked = [
                text_of(row, "id")
                for row in posted
                if f"{NAMES[stream.resource]}:{text_of(row, 'id')}" not in listed
            ]
            made += entries
            bad += broken
            cursors.append(found.parking(parked))
            full = full and found.full
        cursor = msgspec.json.encode(cursors).decode()
        return Delta(tuple(made), cursor, full, tuple(bad), gone=tuple(gone))

    def accounts_of(self, rows: Sequence[Row]) -> dict[str, str] | Failure:
        """The accounts of payments, by contact: they name no reference."""
        named = {id_of(row, "contact") for row in rows if "contact_reference" not in row}
        found = self._reference.contacts(named)
        return found if isinstance(found, Failure) else {id: one.account for id, one in found.items()}

    def _entry(self, resource: str, accounts: dict[str, str], row: Row) -> LedgerEntry:
        return self.entry(row, resource, accounts)

    def entry(self, row: Row, resource: str, accounts: dict[str, str]) -> LedgerEntry:
        """A document as an entry. Raises Unreadable."""
        payment = resource == PAYMENTS
        urn = id_of(row, "transaction") or name_of(row, "id")
        self.made_at[urn] = text_of(row, "created_at")
        gross = abs(money_of(row, "total_amount"))
        left = on_account(row) if payment else outstanding(row)
        contact = id_of(row, "contact")
        return LedgerEntry(
            id=f"{NAMES[resource]}:{name_of(row, 'id')}",
            urn=urn,
            kind=_kind(row, resource),
            account=text_of(row, "contact_reference") or accounts.get(contact, contact),
            reference=reference_of(text_of(row, "reference")) if payment else number_of_document(row),
            second_reference=text_of(row, "reference"),
            day=day_of(row, "date"),
            gross=gross,
            outstanding=left,
            net=None if payment else abs(money_of(row, "net_amount")),
            tax=None if payment else abs(money_of(row, "tax_amount")),
            due=day_of(row, "due_date"),
            settled=None if left else day_of(row, "last_paid") or day_of(row, "updated_at"),
            currency=id_of(row, "currency") or self._company.currency,
        )


def on_account(row: Row) -> Decimal:
    """What of a payment is not allocated. Raises Unreadable."""
    rest = inside(row, "payment_on_account")
    if rest:
        return abs(money_of(rest, "outstanding_amount"))
    allocated = sum(
        (abs(number_of(one, "amount") or ZERO) for one in rows_of(row, "allocated_artefacts")), ZERO
    )
    return max(abs(money_of(row, "total_amount")) - rounded(allocated, 2), ZERO)


def _shown(row: Row) -> str:
    return number_of_document(row) or text_of(row, "reference") or text_of(row, "id")


def _kind(row: Row, resource: str) -> EntryKind:
    if resource == INVOICES:
        return EntryKind.INVOICE
    if resource == CREDITS:
        return EntryKind.CREDIT
    return EntryKind.REFUND if id_of(row, "transaction_type") == REFUND else EntryKind.RECEIPT


def _cursors(since: str | None) -> Sequence[str | None]:
    if since:
        try:
            found = msgspec.json.decode(since, type=list[str])
            if len(found) == len(LISTED):
                return found
        except msgspec.MsgspecError:
            pass
    return [None] * len(LISTED)


class Postings:
    """The ledger entries."""

    def __init__(self, client: BusinessCloudClient, ledgers: Ledgers) -> None:
        self._client = client
        self._ledgers = ledgers
        self._codes: dict[str, str] | None = None

    def forget(self) -> None:
        """Read the ledger accounts again."""
        self._codes = None

    def read(self, urns: Sequence[str]) -> dict[str, list[Posting] | Failure] | Failure:
        """Lines by transaction."""
        codes = self._accounts()
        if isinstance(codes, Failure):
            return codes
        found: dict[str, list[Posting] | Failure] = {urn: [] for urn in urns}
        rows = self._rows(urns)
        if isinstance(rows, Failure):
            return rows
        for row in rows:
            urn = id_of(row, "transaction")
            lines = found.get(urn)
            if isinstance(lines, list) and row.get("deleted") is not True:
                try:
                    lines.append(_posting(row, urn, codes))
                except Unreadable as error:
                    text = f"{urn} cannot be read: {error}"
                    found[urn] = Failure(Code.UNREADABLE, text, sent=False)
        return found

    def _rows(self, urns: Sequence[str]) -> list[Row] | Failure:
        known = [self._ledgers.made_at[urn] for urn in urns if self._ledgers.made_at.get(urn)]
        found: list[Row] = []
        alone = [urn for urn in urns if urn not in self._ledgers.made_at]
        if len(known) > FEW:
            since = min(known).replace("Z", "+00:00")
            rows = self._client.read(
                "ledger_entries", {"attributes": "all", "updated_or_created_since": since}
            )
            if isinstance(rows, Failure):
                return rows
            found += rows
        else:
            alone = list(urns)
        for urn in alone:
            rows = self._client.read("ledger_entries", {"attributes": "all", "transaction_id": urn})
            if isinstance(rows, Failure):
                return rows
            found += rows
        return found

    def _accounts(self) -> dict[str, str] | Failure:
        """Codes of all ledger accounts, by id."""
        if self._codes is None:
            rows = self._client.read("ledger_accounts", {"attributes": "nominal_code"})
            if isinstance(rows, Failure):
                return rows
            self._codes = {text_of(row, "id"): text_of(row, "nominal_code") for row in rows}
        return self._codes

    def balances(self) -> list[AccountBalance] | Failure:
        """The trial balance."""
        query = {"attributes": "nominal_code,name,balance_details", "show_balance_details": "true"}
        rows = self._client.read("ledger_accounts", query)
        if isinstance(rows, Failure):
            return rows
        try:
            return [_balance(row) for row in rows]
        except Unreadable as error:
            return Failure(Code.UNREADABLE, f"the trial balance cannot be read: {error}", sent=False)


def _balance(row: Row) -> AccountBalance:
    details = inside(row, "balance_details")
    balance = (number_of(details, "debits") or ZERO) - (number_of(details, "credits") or ZERO)
    return AccountBalance(name_of(row, "nominal_code"), text_of(row, "name"), balance)


def _posting(row: Row, urn: str, codes: dict[str, str]) -> Posting:
    account = id_of(row, "ledger_account")
    day = day_of(row, "date")
    return Posting(
        urn=urn,
        account=codes.get(account, account),
        debit=money_of(row, "debit"),
        credit=money_of(row, "credit"),
        period=f"{day:%Y-%m}" if day is not None else "",
        day=day,
        reference=text_of(row, "displayed_as"),
        narrative=text_of(row, "description"),
    )

"""Open quotes and drafts with our key: orders that hold goods which Sage takes off its stock only with their invoice.

Drafts are listed by their status. Quotes cannot be, since the words of their statuses are not known (contract §7): open
ones are kept in memory, and what changed is read. Deleted ones stand in no list: what we delete is dropped at once, and
once a day open ones are read again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal

from tidegate.domain.errors import Failure
from tidegate.domain.money import ZERO
from tidegate.domain.stock.stock_level import WebLine
from tidegate.reading.document import Unreadable
from tidegate.sage.business_cloud.client import BusinessCloudClient
from tidegate.sage.business_cloud.deltas import Stream
from tidegate.sage.business_cloud.directory import Directory
from tidegate.sage.business_cloud.reference import ALL, Reference
from tidegate.sage.business_cloud.rows import Row, text_of
from tidegate.sage.business_cloud.settings import Form
from tidegate.sage.business_cloud.still_open import read_again
from tidegate.sage.business_cloud.trace import trace_of
from tidegate.sage.business_cloud.web_documents import (
    INVOICES,
    QUOTES,
    DocumentLine,
    document_lines,
    is_open,
    number_of_document,
    resource_of,
    sku_of,
)
from tidegate.sage.business_cloud.wire_names import DRAFT, WAREHOUSE


class OpenDocuments:
    """The open documents of one business. Where orders are invoices at once, there are none, and nothing is read."""

    def __init__(
        self, client: BusinessCloudClient, reference: Reference, form: Form, now: Callable[[], datetime]
    ) -> None:
        self._client = client
        self._reference = reference
        self._form = form
        self._now = now
        self._quotes = Directory(client, Stream(QUOTES, ALL, sort="created_at"), now, keep=_is_ours)
        self._looked: date | None = None  #: when open quotes were all read last

    def read(self) -> list[Row] | Failure:
        """All of them with our key."""
        match self._form:
            case "invoice":
                return []
            case "draft":
                return self._drafts()
        return self._open_quotes()

    def _drafts(self) -> list[Row] | Failure:
        query = {"attributes": "all", "status_id": DRAFT}
        rows = self._client.read(INVOICES, query, sort="created_at")
        return rows if isinstance(rows, Failure) else [row for row in rows if _is_ours(row)]

    def _open_quotes(self) -> list[Row] | Failure:
        failure = self._quotes.refresh()
        if failure is not None:
            return failure
        today = self._now().date()
        if self._looked is not None and self._looked < today:
            failure = self._look_again()
            if failure is not None:
                return failure
        self._looked = today
        rows = self._quotes.rows()
        return rows if isinstance(rows, Failure) else list(rows.values())

    def _look_again(self) -> Failure | None:
        """Read those that are open again: one that was deleted, or converted without a change, is open no more."""
        known = self._quotes.rows()
        if isinstance(known, Failure):
            return known
        dates = {id: text_of(row, "date") for id, row in known.items()}
        there = read_again(self._client, QUOTES, dates)
        if isinstance(there, Failure):
            return there
        self._quotes.replace(dates, there)
        return None

    def drop(self, id: str) -> None:
        """A document that was deleted: it is kept in memory no longer."""
        self._quotes.replace([id], {})

    def held(self) -> Mapping[str, Decimal] | Failure:
        """Pieces that they hold, by the item's id."""
        rows = self.read()
        if isinstance(rows, Failure):
            return rows
        found: dict[str, Decimal] = {}
        for row in rows:
            try:
                lines = self._lines(row)
            except Unreadable:
                continue  # its order's line says so
            for line in lines:
                found[line.item_id] = found.get(line.item_id, ZERO) + line.quantity
        return found

    def _lines(self, row: Row) -> list[DocumentLine]:
        trace = trace_of(text_of(row, "notes"))
        lines = document_lines(row, resource_of(self._form), trace)
        return [line for line in lines if line.item_id]

    def web_lines(self) -> list[WebLine] | Failure:
        """Their lines of goods."""
        rows = self.read()
        if isinstance(rows, Failure):
            return rows
        codes = self._reference.codes() if rows else {}
        if isinstance(codes, Failure):
            return codes
        return [one for row in rows for one in self._of(row, codes)]

    def _of(self, row: Row, codes: Mapping[str, str]) -> list[WebLine]:
        trace = trace_of(text_of(row, "notes"))
        key = trace.key if trace is not None else ""
        try:
            lines = self._lines(row)
        except Unreadable as error:
            return [self._line(row, key, "", "", "", ZERO, str(error))]
        found = []
        for line in lines:
            try:
                sku, why = sku_of(line, codes), ""
            except Unreadable as error:
                sku, why = "", str(error)
            found.append(self._line(row, key, line.id, line.key, sku, line.quantity, why))
        return found

    @staticmethod
    def _line(
        row: Row, key: str, id: str, line_key: str, sku: str, pieces: Decimal, unreadable: str
    ) -> WebLine:
        return WebLine(
            order_id=text_of(row, "id"),
            order_number=number_of_document(row),
            order_key=key,
            line_id=id,
            line_key=line_key,
            sku=sku,
            warehouse=WAREHOUSE,
            ordered=pieces,
            allocated=pieces,
            despatched=ZERO,
            invoiced=ZERO,
            unreadable=unreadable,
        )


def _is_ours(row: Row) -> bool:
    """Whether a document is open and has our key."""
    return is_open(row) and trace_of(text_of(row, "notes")) is not None

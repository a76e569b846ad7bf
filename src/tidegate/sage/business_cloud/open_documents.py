"""Open quotes and drafts with our key: orders that hold goods which Sage takes off its stock only with their invoice."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from tidegate.domain.errors import Failure
from tidegate.domain.money import ZERO
from tidegate.domain.stock.stock_level import WebLine
from tidegate.reading.document import Unreadable
from tidegate.sage.business_cloud.client import BusinessCloudClient
from tidegate.sage.business_cloud.reference import Reference
from tidegate.sage.business_cloud.rows import Row, text_of
from tidegate.sage.business_cloud.settings import Form
from tidegate.sage.business_cloud.trace import trace_of
from tidegate.sage.business_cloud.web_documents import (
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

    def __init__(self, client: BusinessCloudClient, reference: Reference, form: Form) -> None:
        self._client = client
        self._reference = reference
        self._form = form

    def read(self) -> list[Row] | Failure:
        """All of them with our key."""
        if self._form == "invoice":
            return []
        query = {"attributes": "all"}
        if self._form == "draft":
            query["status_id"] = DRAFT
        rows = self._client.read(resource_of(self._form), query, sort="created_at")
        if isinstance(rows, Failure):
            return rows
        return [row for row in rows if is_open(row) and trace_of(text_of(row, "notes")) is not None]

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

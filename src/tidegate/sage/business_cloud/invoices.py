"""Invoices and credit notes of orders with our key: two lists under one cursor. Source: contract §8, §9.

A credit note has no tie to its invoice but its texts: our key in notes that were copied, the same reference, or the
invoice's number in its notes. Its lines are recognised by product, and by text where goods did not come back.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

import msgspec

from tidegate.domain.bad_row import BadRow
from tidegate.domain.delta import Delta
from tidegate.domain.errors import Failure
from tidegate.domain.fulfilment.sage_documents import InvoiceLine, SalesInvoice
from tidegate.domain.money import ZERO
from tidegate.reading.document import Unreadable
from tidegate.sage.business_cloud.client import BusinessCloudClient
from tidegate.sage.business_cloud.deltas import Stream, changes
from tidegate.sage.business_cloud.reference import ALL, Reference
from tidegate.sage.business_cloud.rows import (
    Row,
    day_of,
    id_of,
    money_of,
    name_of,
    number_of,
    text_of,
)
from tidegate.sage.business_cloud.settings import BusinessCloudSettings
from tidegate.sage.business_cloud.trace import Trace, trace_of
from tidegate.sage.business_cloud.web_documents import (
    CREDITS,
    INVOICES,
    QUOTES,
    DocumentLine,
    document_lines,
    is_void,
    number_of_document,
    sku_of,
    state_of,
)
from tidegate.sage.business_cloud.wire_names import DRAFT, PRO_FORMA

LISTED = (
    Stream(INVOICES, ALL, sort="updated_at"),
    Stream(CREDITS, ALL, sort="updated_at"),
)
_NUMBER = re.compile(r"\b[A-Z]{1,6}-?\d+\b")


class Invoices:
    """Reads both kinds."""

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

    def read(self, since: str | None) -> Delta[SalesInvoice] | Failure:
        """Posted documents that are new or changed, and invoices that were voided."""
        before = _cursors(since)
        made: list[SalesInvoice] = []
        bad: list[BadRow] = []
        cursors: list[str] = []
        full = True
        for stream, cursor in zip(LISTED, before, strict=True):
            found = changes(self._client, stream, cursor, self._now())
            if isinstance(found, Failure):
                return found
            parked: list[str] = []
            for row in found.rows:
                try:
                    stated = self._document(row, stream.resource)
                except Unreadable as error:
                    bad.append(BadRow(f"invoice {number_of_document(row)}", str(error)))
                    parked.append(text_of(row, "id"))
                    continue
                if isinstance(stated, Failure):
                    return stated
                made += [stated] if stated is not None else []
            cursors.append(found.parking(parked))
            full = full and found.full
        return Delta(tuple(made), msgspec.json.encode(cursors).decode(), full, tuple(bad))

    def _document(self, row: Row, resource: str) -> SalesInvoice | Failure | None:
        if state_of(row) in (DRAFT, PRO_FORMA) or (is_void(row) and resource == CREDITS):
            return None
        source = self._source(row, resource)
        if isinstance(source, Failure) or source is None:
            return source
        order_id, trace, sent = source
        if is_void(row):
            return _voided(row, order_id, trace)
        codes = self._codes(row, resource)
        if isinstance(codes, Failure):
            return codes
        credit = resource == CREDITS
        lines = document_lines(row, resource, None if credit else trace)
        if credit:
            lines = [_credited(line, sent) for line in lines]
        stated = [self._line(line, trace, codes) for line in lines]
        carriage = money_of(row, "shipping_net_amount") if row.get("shipping_net_amount") else ZERO
        if carriage:
            tax = number_of(row, "shipping_tax_amount") or ZERO
            stated.append(InvoiceLine("shipping", "", "", Decimal(1), abs(carriage), abs(tax), trace.key))
        return SalesInvoice(
            id=name_of(row, "id"),
            number=number_of_document(row),
            credit=credit,
            day=day_of(row, "date"),
            account=text_of(row, "contact_reference") or id_of(row, "contact"),
            order_ids=(order_id,),
            order_keys=(trace.key,),
            net=abs(money_of(row, "net_amount")),
            tax=abs(money_of(row, "tax_amount")),
            gross=abs(money_of(row, "total_amount")),
            currency=id_of(row, "currency") or self._company.currency,
            lines=tuple(stated),
            returned=credit and any(line.item_id for line in lines),
        )

    def _codes(self, row: Row, resource: str) -> Mapping[str, str] | Failure:
        """Codes of the items; new ones are read when a line names an unknown item."""
        codes = self._reference.codes()
        if isinstance(codes, Failure):
            return codes
        named = {line.item_id for line in document_lines(row, resource, None) if line.item_id}
        if named <= codes.keys():
            return codes
        for each in (self._reference.products_read, self._reference.services_read):
            failure = each.refresh()
            if failure is not None:
                return failure
        return self._reference.codes()

    def _source(self, row: Row, resource: str) -> tuple[str, Trace, Sequence[DocumentLine]] | Failure | None:
        """The order that a document is of: its id, its trace and its lines; None for a document that is not ours."""
        trace = trace_of(text_of(row, "notes"))
        if resource == INVOICES:
            quote = id_of(row, "original_quote_estimate")
            if not quote:
                return None if trace is None else (name_of(row, "id"), trace, ())
            if trace is not None:
                return quote, trace, ()
            there = self._client.entry(QUOTES, quote)
            if isinstance(there, Failure) or there is None:
                return there
            trace = trace_of(text_of(there, "notes"))
            return None if trace is None else (quote, trace, ())
        return self._credited_invoice(row, trace)

    def _credited_invoice(
        self, row: Row, trace: Trace | None
    ) -> tuple[str, Trace, Sequence[DocumentLine]] | Failure | None:
        """The invoice that a credit note takes back: of the same contact, by key, reference or number."""
        reference = text_of(row, "reference")
        texts = {reference} if reference else set(_NUMBER.findall(text_of(row, "notes")))
        for query in _where(row, reference) if texts else ():
            rows = self._client.read(INVOICES, query, sort="created_at")
            if isinstance(rows, Failure):
                return rows
            for one in rows:
                name = text_of(one, "reference") if reference else number_of_document(one)
                if name not in texts or is_void(one):
                    continue
                source = self._source(one, INVOICES)
                if isinstance(source, Failure):
                    return source
                if source is not None and (trace is None or source[1].key == trace.key):
                    order_id, found, _ = source
                    return order_id, found, document_lines(one, INVOICES, found)
        return None

    def _line(self, line: DocumentLine, trace: Trace, codes: Mapping[str, str]) -> InvoiceLine:
        return InvoiceLine(
            line_id=line.id,
            line_key=line.key,
            sku=sku_of(line, codes),
            quantity=abs(line.quantity),
            net=line.net,
            tax=line.tax,
            order_key=trace.key,
        )


def _voided(row: Row, order_id: str, trace: Trace) -> SalesInvoice:
    return SalesInvoice(
        id=name_of(row, "id"),
        number=number_of_document(row),
        credit=False,
        day=None,
        account="",
        order_ids=(order_id,),
        order_keys=(trace.key,),
        net=ZERO,
        tax=ZERO,
        gross=ZERO,
        void=True,
    )


def _where(credit: Row, reference: str) -> list[dict[str, str]]:
    """Where to look for the invoice of a credit note: a guest's contact may have thousands, so by its day first."""
    query = {"attributes": "all", "contact_id": id_of(credit, "contact")}
    if reference:
        return [{**query, "search": reference}]
    day, before = text_of(credit, "original_invoice_date"), text_of(credit, "date")
    stated = [{**query, "from_date": day, "to_date": day}] if day else []
    return [*stated, {**query, "to_date": before} if before else query]


def _credited(line: DocumentLine, sent: Sequence[DocumentLine]) -> DocumentLine:
    """A line of a credit note with the key of the invoice's line that it takes back: by product, else by text."""
    same = [one for one in sent if line.item_id and one.item_id == line.item_id]
    same = same or [one for one in sent if one.text == line.text]
    return replace(line, key=same[0].key) if len(same) == 1 else line


def _cursors(since: str | None) -> Sequence[str | None]:
    if since:
        try:
            found = msgspec.json.decode(since, type=list[str])
            if len(found) == len(LISTED):
                return found
        except msgspec.MsgspecError:
            pass
    return [None] * len(LISTED)

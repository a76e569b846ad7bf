"""Invoices and credit notes of orders with our key: two resources under one cursor. Source: contract §9.2."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import msgspec

from tidegate.domain.bad_row import BadRow
from tidegate.domain.delta import Delta
from tidegate.domain.errors import Failure
from tidegate.domain.fulfilment.sage_documents import InvoiceLine, SalesInvoice
from tidegate.domain.money import ZERO, rounded
from tidegate.reading.document import Unreadable
from tidegate.sage.sage300.documents import Document, Documents
from tidegate.sage.sage300.rows import Row, day_of, figure_of, money_of, name_of, number_of, text_of
from tidegate.sage.sage300.web_orders import line_of
from tidegate.sage.sage300.wire_names import (
    CREDIT_KIND,
    CREDIT_NOTE,
    LINE_ORDER,
    LINE_ORDER_LINE,
    RETURN_TYPE,
    RETURNED,
)


class Invoices:
    """Reads both kinds."""

    def __init__(self, kinds: Sequence[Documents], currency: str) -> None:
        self._kinds = kinds
        self._currency = currency

    def read(self, since: str | None) -> Delta[SalesInvoice] | Failure:
        """Documents that are new or changed."""
        before = _cursors(since, len(self._kinds))
        made: list[SalesInvoice] = []
        bad: list[BadRow] = []
        cursors: list[str] = []
        full = True
        for documents, cursor in zip(self._kinds, before, strict=True):
            read = documents.read(cursor)
            if isinstance(read, Failure):
                return read
            found, position = read
            parked: list[str] = []
            for one in found:
                try:
                    sales_invoice = self._invoice(one, documents)
                    made += [sales_invoice] if sales_invoice is not None else []
                except Unreadable as error:
                    id = text_of(one.row, documents.names.id)
                    name = f"invoice {text_of(one.row, documents.names.number)}"
                    bad.append(BadRow(name, str(error), int(id) if id.isdigit() else None))
                    parked.append(id)
            cursors.append(position.parking(parked))
            full = full and position.full
        return Delta(tuple(made), msgspec.json.encode(cursors).decode(), full, tuple(bad))

    def _invoice(self, document: Document, documents: Documents) -> SalesInvoice | None:
        if document.broken:
            raise Unreadable(document.broken)
        names, row = documents.names, document.row
        if names.credit and text_of(row, CREDIT_KIND) not in ("", CREDIT_NOTE):
            return None  # a debit note is none of a shop's
        tax = sum(
            (abs(number_of(row, each) or ZERO) for each in (names.added_tax, names.contained_tax)), ZERO
        )
        gross = abs(money_of(row, names.gross))
        lines = [_line(one, document, names.pieces) for one in document.lines]
        kinds = {text_of(one, RETURN_TYPE) for one in document.lines} - {""}
        orders = list(document.orders.values())
        return SalesInvoice(
            id=name_of(row, names.number),
            number=name_of(row, names.number),
            credit=names.credit,
            day=day_of(row, names.day),
            account=text_of(row, "CustomerNumber"),
            order_ids=tuple(one.id for one in orders),
            order_keys=tuple(one.key for one in orders),
            net=gross - rounded(tax, 2),
            tax=rounded(tax, 2),
            gross=gross,
            currency=text_of(row, names.currency) or self._currency,
            lines=tuple(line for line, _ in lines),
            returned=names.credit and RETURNED in kinds,
            bills_others=not all(ours for _, ours in lines),
        )


def _cursors(since: str | None, count: int) -> Sequence[str | None]:
    if since:
        try:
            found = msgspec.json.decode(since, type=list[str])
            if len(found) == count:
                return found
        except msgspec.MsgspecError:
            pass
    return [None] * count


def _line(row: Row, document: Document, pieces: str) -> tuple[InvoiceLine, bool]:
    """A line, and whether one of our orders asked for it."""
    number = text_of(row, LINE_ORDER) or text_of(document.row, LINE_ORDER)
    order = document.orders.get(number)
    goods = text_of(row, "LineType") != "Miscellaneous"
    sku = name_of(row, "Item") if goods else ""
    line = line_of(order, text_of(row, LINE_ORDER_LINE), sku) if order is not None else None
    net, tax = number_of(row, "ExtendedAmount"), number_of(row, "TaxAmount1")
    made = InvoiceLine(
        line_id=line.id if line is not None else text_of(row, LINE_ORDER_LINE),
        line_key=line.key if line is not None else "",
        sku=sku,
        quantity=abs(figure_of(row, pieces)) if goods else Decimal(1),
        net=None if net is None else abs(net),
        tax=None if tax is None else abs(tax),
        order_key=order.key if order is not None and line is not None else "",
        amount=not goods,
    )
    return made, line is not None

"""Despatches: shippers of orders with our key, or invoices where the company ships by them.

Source: contract §14. Tracking numbers may come later than the document, and change: the document is then read
again, whole.
"""

from __future__ import annotations

from collections.abc import Sequence

from tidegate.domain.delta import Delta
from tidegate.domain.errors import Failure
from tidegate.domain.fulfilment.sage_documents import Despatch, DespatchLine, TrackedParcel
from tidegate.reading.document import Unreadable
from tidegate.sage.intacct.documents import by_document, changed_documents
from tidegate.sage.intacct.queries import equals
from tidegate.sage.intacct.rows import Row, day_of, each, figure_of, name_of, text_of
from tidegate.sage.intacct.web_orders import HEADER, WebOrder, WebOrders, source_line

FIELDS = (*HEADER, "WHENCREATED", "SHIPPEDDATE", "SHIPVIA", "TRACKINGNUMBER")


class Despatches:
    """Reads despatches."""

    def __init__(self, orders: WebOrders) -> None:
        self._orders = orders
        self._definition = orders.company.shipper or orders.company.sales_invoice

    def read(self, since: str | None) -> Delta[Despatch] | Failure:
        """Whole despatches of which any header or tracking number changed."""
        changed = changed_documents(self._orders, FIELDS, equals("DOCPARID", self._definition), since)
        if isinstance(changed, Failure):
            return changed
        lines = self._orders.lines_of(text_of(row, "DOCID") for row in changed.rows)
        if isinstance(lines, Failure):
            return lines
        listed = by_document(lines)

        def made_of(row: Row) -> Despatch:
            docid = text_of(row, "DOCID")
            return _despatch(row, changed.orders[docid], listed.get(docid, ()))

        def name(row: Row) -> str:
            return f"despatch {text_of(row, 'DOCNO')} of order {changed.orders[text_of(row, 'DOCID')].number}"

        made, bad = each(changed.rows, made_of, name)  # a despatch goes whole or not at all
        return Delta(tuple(made), changed.changes.parking({0: bad}), changed.changes.full, tuple(bad))


def _despatch(row: Row, order: WebOrder, lines: Sequence[Row]) -> Despatch:
    if not lines:
        raise Unreadable("it has no lines")
    return Despatch(
        id=name_of(row, "DOCID"),
        number=name_of(row, "DOCNO"),
        day=day_of(row, "SHIPPEDDATE") or day_of(row, "WHENCREATED"),
        order_id=order.id,
        order_number=order.number,
        order_key=order.key,
        lines=tuple(_line(line, order) for line in lines),
        parcels=parcels_of(text_of(row, "SHIPVIA"), text_of(row, "TRACKINGNUMBER")),
    )


def parcels_of(carrier: str, numbers: str) -> tuple[TrackedParcel, ...]:
    """Tracking numbers, separated by commas."""
    listed = dict.fromkeys(number.strip() for number in numbers.split(","))
    return tuple(TrackedParcel(carrier, number) for number in listed if number)


def _line(row: Row, order: WebOrder) -> DespatchLine:
    line = source_line(row, order, {})
    return DespatchLine(
        line_id=line.id if line is not None else text_of(row, "RECORDNO"),
        line_key=line.key if line is not None else "",
        sku=name_of(row, "ITEMID"),
        warehouse=text_of(row, "WAREHOUSE.LOCATION_NO"),
        quantity=figure_of(row, "QUANTITY"),
    )

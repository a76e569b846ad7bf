"""Despatches: shippers of orders with our key, or invoices where the company ships by them.

Source: contract §14. Tracking numbers may come later than the document, and change: the document is then read
again, whole.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from tidegate.domain.bad_row import BadRow
from tidegate.domain.delta import Delta
from tidegate.domain.errors import Failure
from tidegate.domain.fulfilment.sage_documents import Despatch, DespatchLine, Parcel
from tidegate.reading.document import Unreadable
from tidegate.sage.intacct.deltas import changes
from tidegate.sage.intacct.queries import Query, equals
from tidegate.sage.intacct.rows import Row, bad_row, day_of, figure_of, name_of, text_of
from tidegate.sage.intacct.web_orders import HEADER, WebOrder, WebOrders, source_line

FIELDS = (*HEADER, "WHENCREATED", "SHIPPEDDATE", "SHIPVIA", "TRACKINGNUMBER")


class Despatches:
    """Reads despatches."""

    def __init__(self, orders: WebOrders) -> None:
        self._orders = orders
        self._definition = orders.company.shipper or orders.company.sales_invoice

    def read(self, since: str | None) -> Delta[Despatch] | Failure:
        """Whole despatches of which any header or tracking number changed."""
        query = Query("SODOCUMENT", FIELDS, equals("DOCPARID", self._definition))
        found = changes(self._orders.client, (query,), since)
        if isinstance(found, Failure):
            return found
        [rows] = found.rows
        origins = self._orders.origins(rows)
        if isinstance(origins, Failure):
            return origins
        orders = self._orders.of(origins.values())
        if isinstance(orders, Failure):
            return orders
        ours = [row for row in rows if origins.get(text_of(row, "DOCID")) in orders]
        lines = self._orders.lines_of(text_of(row, "DOCID") for row in ours)
        if isinstance(lines, Failure):
            return lines
        by_document: defaultdict[str, list[Row]] = defaultdict(list)
        for line in lines:
            by_document[text_of(line, "DOCHDRID")].append(line)
        made, bad = _despatches(ours, origins, orders, by_document)
        return Delta(tuple(made), found.parking({0: bad}), found.full, tuple(bad))


def _despatches(
    rows: Sequence[Row],
    origins: Mapping[str, str],
    orders: Mapping[str, WebOrder],
    lines: Mapping[str, Sequence[Row]],
) -> tuple[list[Despatch], list[BadRow]]:
    """The despatches, and those that cannot be read: a despatch goes whole or not at all."""
    made, bad = [], []
    for row in rows:
        docid = text_of(row, "DOCID")
        order = orders[origins[docid]]
        try:
            made.append(_despatch(row, order, lines.get(docid, ())))
        except Unreadable as error:
            bad.append(bad_row(row, f"despatch {text_of(row, 'DOCNO')} of order {order.number}", error))
    return made, bad


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


def parcels_of(carrier: str, numbers: str) -> tuple[Parcel, ...]:
    """Tracking numbers, separated by commas."""
    listed = dict.fromkeys(number.strip() for number in numbers.split(","))
    return tuple(Parcel(carrier, number) for number in listed if number)


def _line(row: Row, order: WebOrder) -> DespatchLine:
    line = source_line(row, order, {})
    return DespatchLine(
        line_id=line.id if line is not None else text_of(row, "RECORDNO"),
        line_key=line.key if line is not None else "",
        sku=name_of(row, "ITEMID"),
        warehouse=text_of(row, "WAREHOUSE.LOCATION_NO"),
        quantity=figure_of(row, "QUANTITY"),
    )

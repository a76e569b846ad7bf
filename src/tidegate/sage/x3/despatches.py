"""Despatches: validated deliveries of orders with our key (contract §11)."""

from __future__ import annotations

from tidegate.domain.bad_row import BadRow
from tidegate.domain.delta import Delta
from tidegate.domain.errors import Failure
from tidegate.domain.fulfilment.sage_documents import Despatch, DespatchLine, TrackedParcel
from tidegate.reading.document import Unreadable
from tidegate.sage.x3.deltas import Stream
from tidegate.sage.x3.documents import Document, Documents
from tidegate.sage.x3.reader import Reader
from tidegate.sage.x3.rows import Row, day_of, figure_of, name_of, text_of
from tidegate.sage.x3.web_orders import WebOrder, WebOrders
from tidegate.sage.x3.wire_names import YES


class Despatches:
    """Reads despatches."""

    def __init__(self, orders: WebOrders, reader: Reader | None = None) -> None:
        """`reader`: where deliveries are exported; None: they are read by REST."""
        self._tracking = orders.company.tracking_field
        self._documents = Documents(
            orders,
            Stream("SDELIVERY", "SDHNUM"),
            "SDELIVERYD",
            lambda row: text_of(row, "CFMFLG") == YES,
            reader=reader,
        )

    def read(self, since: str | None) -> Delta[Despatch] | Failure:
        """Whole deliveries of which anything changed; one of several orders is reported once for each."""
        read = self._documents.read(since)
        if isinstance(read, Failure):
            return read
        documents, found = read
        made: list[Despatch] = []
        bad: list[BadRow] = []
        parked: list[str] = []
        for one in documents:
            number = text_of(one.row, "SDHNUM")
            try:
                made += [each for order in one.orders.values() if (each := self._despatch(one, order))]
            except Unreadable as error:
                bad.append(BadRow(f"delivery {number}", str(error)))
                parked.append(number)
        return Delta(tuple(made), found.parking(parked), found.full, tuple(bad))

    def _despatch(self, document: Document, order: WebOrder) -> Despatch | None:
        rows = [row for row in document.lines if text_of(row, "SOHNUM") == order.number]
        lines = tuple(line for line in (_line(row, order, document.row) for row in rows) if line.quantity > 0)
        if not lines:
            return None
        number = name_of(document.row, "SDHNUM")
        return Despatch(
            id=number if len(document.orders) == 1 else f"{number}/{order.number}",
            number=number,
            day=day_of(document.row, "SHIDAT"),
            order_id=order.number,
            order_number=order.number,
            order_key=order.key,
            lines=lines,
            parcels=parcels_of(text_of(document.row, "BPTNUM"), text_of(document.row, self._tracking)),
        )


def _line(row: Row, order: WebOrder, header: Row) -> DespatchLine:
    sku = name_of(row, "ITMREF")
    line = order.line(text_of(row, "SOPLIN"), sku)
    return DespatchLine(
        line_id=line.id if line is not None else text_of(row, "SOPLIN"),
        line_key=line.key if line is not None else "",
        sku=sku,
        warehouse=text_of(row, "STOFCY") or text_of(header, "STOFCY"),
        quantity=figure_of(row, "QTY"),
    )


def parcels_of(carrier: str, numbers: str) -> tuple[TrackedParcel, ...]:
    """Tracking numbers, separated by commas: users put several into one field."""
    listed = dict.fromkeys(number.strip() for number in numbers.split(","))
    return tuple(TrackedParcel(carrier, number) for number in listed if number)

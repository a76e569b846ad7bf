"""Despatches: shipments of orders with our key, or their invoices if shipments cannot be read (contract §9.1)."""

from __future__ import annotations

from tidegate.domain.bad_row import BadRow
from tidegate.domain.delta import Delta
from tidegate.domain.errors import Failure
from tidegate.domain.fulfilment.sage_documents import Despatch, DespatchLine, TrackedParcel
from tidegate.domain.money import ZERO
from tidegate.reading.document import Unreadable
from tidegate.sage.sage300.documents import Document, Documents
from tidegate.sage.sage300.rows import Row, day_of, name_of, number_of, text_of
from tidegate.sage.sage300.web_orders import WebOrder, line_of
from tidegate.sage.sage300.wire_names import CARRIER, LINE_ORDER, LINE_ORDER_LINE, TRACKING


class Despatches:
    """Reads despatches."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents

    def read(self, since: str | None) -> Delta[Despatch] | Failure:
        """Changed despatches, each as a whole; a despatch of several orders is returned once for each order."""
        read = self._documents.read(since)
        if isinstance(read, Failure):
            return read
        documents, found = read
        made: list[Despatch] = []
        bad: list[BadRow] = []
        parked: list[str] = []
        for one in documents:
            try:
                made += self._despatches(one)
            except Unreadable as error:
                id = text_of(one.row, self._documents.names.id)
                number = text_of(one.row, self._documents.names.number)
                bad.append(BadRow(f"despatch {number}", str(error), int(id) if id.isdigit() else None))
                parked.append(id)
        return Delta(tuple(made), found.parking(parked), found.full, tuple(bad))

    def _despatches(self, document: Document) -> list[Despatch]:
        if document.broken:
            raise Unreadable(document.broken)
        made = []
        for order in document.orders.values():
            lines = [self._line(line, order) for line in document.lines if _is_of(line, order, document)]
            despatched = tuple(line for line in lines if line.quantity > 0)
            if despatched:
                made.append(self._despatch(document, order, despatched))
        return made

    def _despatch(self, document: Document, order: WebOrder, lines: tuple[DespatchLine, ...]) -> Despatch:
        names, row = self._documents.names, document.row
        id = name_of(row, names.id)
        return Despatch(
            id=id if len(document.orders) == 1 else f"{id}/{order.id}",
            number=name_of(row, names.number),
            day=day_of(row, names.day),
            order_id=order.id,
            order_number=order.number,
            order_key=order.key,
            lines=lines,
            parcels=parcels_of(text_of(row, CARRIER), text_of(row, TRACKING)),
        )

    def _line(self, row: Row, order: WebOrder) -> DespatchLine:
        goods = text_of(row, "LineType") != "Miscellaneous"
        line = line_of(order, text_of(row, LINE_ORDER_LINE), text_of(row, "Item"))
        return DespatchLine(
            line_id=line.id if line is not None else text_of(row, LINE_ORDER_LINE),
            line_key=line.key if line is not None else "",
            sku=name_of(row, "Item") if goods else "",
            warehouse=text_of(row, "Location"),
            quantity=(number_of(row, self._documents.names.pieces) or ZERO) if goods else ZERO,
        )


def _is_of(line: Row, order: WebOrder, document: Document) -> bool:
    number = text_of(line, LINE_ORDER) or text_of(document.row, LINE_ORDER)
    return number == order.number


def parcels_of(carrier: str, numbers: str) -> tuple[TrackedParcel, ...]:
    """Tracking numbers, separated by commas: the field has 36 characters, and users put several into it."""
    listed = dict.fromkeys(number.strip() for number in numbers.split(","))
    return tuple(TrackedParcel(carrier, number) for number in listed if number)

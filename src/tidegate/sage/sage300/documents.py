"""Shipments, invoices and credit notes that changed, tied to the orders they were made of.

Source: contract §9. A shipment's tracking number may come days later, and an invoice is corrected: days of `reread_days`
are read again. Which order a line is of, each line says for itself: several orders may share an invoice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date

from tidegate.domain.errors import Failure
from tidegate.reading.document import Unreadable
from tidegate.sage.sage300.deltas import Changes, ListSource, Stream, changed
from tidegate.sage.sage300.queries import equals
from tidegate.sage.sage300.rows import Row, details_of, text_of
from tidegate.sage.sage300.table_documents import TableDocuments
from tidegate.sage.sage300.web_orders import WebOrder, WebOrders
from tidegate.sage.sage300.wire_names import LINE_ORDER, DocumentNames


@dataclass(frozen=True, slots=True)
class Document:
    """A document of which at least one order is ours. `orders` by number; `broken` says why it cannot be read."""

    row: Row
    lines: list[Row]
    orders: Mapping[str, WebOrder]
    broken: str = ""


class Documents:
    """Reads one kind of document."""

    def __init__(
        self,
        orders: WebOrders,
        names: DocumentNames,
        today: Callable[[], date],
        tables: TableDocuments | None = None,
    ) -> None:
        """`today` is the day in the company's time zone; `tables`: where they are read there, and not from a list."""
        self._tables = tables
        self._orders = orders
        self.names = names
        self._today = today
        self._stream = Stream(
            names.resource, (names.day,), number=names.id, overlap=orders.company.reread_days
        )

    def read(self, since: str | None) -> tuple[list[Document], Changes] | Failure:
        """Documents of our orders that are new or changed, with how far that brings the reader."""
        source = self._tables or ListSource(self._orders.client, self._stream)
        found = changed(source, self._stream, since, self._today())
        if isinstance(found, Failure):
            return found
        whole = []
        for row in found.rows:
            one = self._whole(row)
            if isinstance(one, Failure):
                return one
            if one is not None:
                whole.append(one)
        named = {number for row in whole for number in self._numbers(row)}
        orders = self._orders.by_numbers(sorted(named)) if named else {}
        if isinstance(orders, Failure):
            return orders
        return [made for row in whole if (made := self._document(row, orders)) is not None], found

    def of(self, numbers: list[str]) -> list[Row] | Failure:
        """All documents of these orders, with their lines."""
        if self._tables is not None:
            return self._tables.of_orders(numbers)
        terms = {one: (equals(LINE_ORDER, one),) for one in numbers}
        rows = self._orders.client.read_pooled(self.names.resource, terms, key=self.names.id)
        if isinstance(rows, Failure):
            return rows
        found = []
        for row in rows:
            one = self._whole(row)
            if isinstance(one, Failure):
                return one
            if one is not None:
                found.append(one)
        return found

    def _whole(self, row: Row) -> Row | Failure | None:
        """The document with its lines, which a list may leave out."""
        if self._tables is not None or (self.names.lines in row and row[self.names.lines] != []):
            return row
        id = text_of(row, self.names.id)
        return self._orders.client.entry(self.names.resource, id) if id else row

    def _numbers(self, row: Row) -> set[str]:
        """The orders that the document, or a line of it, names."""
        named = {text_of(row, LINE_ORDER)}
        with suppress(Unreadable):
            named |= {text_of(line, LINE_ORDER) for line in details_of(row, self.names.lines)}
        return named - {""}

    def _document(self, row: Row, orders: Mapping[str, WebOrder]) -> Document | None:
        ours = {number: orders[number] for number in sorted(self._numbers(row)) if number in orders}
        if not ours:
            return None
        try:
            return Document(row, details_of(row, self.names.lines), ours)
        except Unreadable as error:
            return Document(row, [], ours, str(error))

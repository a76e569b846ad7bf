"""Deliveries and invoices that changed, with their lines, tied to the orders they were made of. Source: contract §11.

Which order a line is of, each line says for itself: a delivery or an invoice may serve several orders.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tidegate.domain.errors import Failure
from tidegate.sage.x3.deltas import Changes, Stream, changes
from tidegate.sage.x3.queries import equals
from tidegate.sage.x3.reader import Reader
from tidegate.sage.x3.rows import Row, text_of
from tidegate.sage.x3.web_orders import WebOrder, WebOrders


@dataclass(frozen=True, slots=True)
class Document:
    """A document of which at least one order is ours. `orders` by number."""

    row: Row
    lines: list[Row]
    orders: Mapping[str, WebOrder]


class Documents:
    """Reads one kind of document."""

    def __init__(
        self,
        orders: WebOrders,
        stream: Stream,
        lines: str,
        counts: Callable[[Row], bool],
        origins: str = "",
        reader: Reader | None = None,
    ) -> None:
        """`lines` is the class of its lines; `counts` says whether a header is valid at all.

        `origins`: a class of the same key that names the order of a document without lines. `reader`: where documents are
        exported; None: they are read by REST, as orders always are.
        """
        self._orders = orders
        self._stream = stream
        self._lines = lines
        self._counts = counts
        self._origins = origins
        self.reader = reader if reader is not None else orders.client

    @property
    def id(self) -> str:
        """The field of its number."""
        return self._stream.id

    def read(self, cursor: str | None) -> tuple[list[Document], Changes] | Failure:
        """Documents of our orders that are new or changed, with how far that brings the reader."""
        found = changes(self.reader, self._stream, cursor)
        if isinstance(found, Failure):
            return found
        valid = {text_of(row, self.id): row for row in found.rows if self._counts(row)}
        if not valid:
            return [], found
        terms = {number: (equals(self.id, number),) for number in valid if number}
        rows = self.reader.read_pooled(self._lines, terms)
        if isinstance(rows, Failure):
            return rows
        lines: dict[str, list[Row]] = {number: [] for number in valid}
        for row in rows:
            if text_of(row, self.id) in lines:
                lines[text_of(row, self.id)].append(row)
        named = {number: {text_of(row, "SOHNUM") for row in some} - {""} for number, some in lines.items()}
        bare = {number: terms[number] for number, some in lines.items() if not some and number in terms}
        if bare and self._origins:
            origins = self.reader.read_pooled(self._origins, bare)
            if isinstance(origins, Failure):
                return origins
            for row in origins:
                named[text_of(row, self.id)] = {text_of(row, "SIHORINUM")} - {""}
        orders = self._orders.by_numbers(sorted({one for some in named.values() for one in some}))
        if isinstance(orders, Failure):
            return orders
        made = []
        for number, row in valid.items():
            ours = {one: orders[one] for one in sorted(named[number]) if one in orders}
            if ours:
                made.append(Document(row, lines[number], ours))
        return made, found

"""Orders that carry our key, with their lines: the tie from X3's documents back to the store. Source: contract §9, §11."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from tidegate.domain.errors import Failure
from tidegate.domain.money import ZERO
from tidegate.reading.document import Unreadable
from tidegate.sage.x3.queries import Where, begins, equals
from tidegate.sage.x3.reader import Reader
from tidegate.sage.x3.rows import Row, figure_of, number_of, text_of
from tidegate.sage.x3.settings import X3Settings


@dataclass(frozen=True, slots=True)
class WebOrderLine:
    """A line of such an order: a product. `id` is the line's number in its order."""

    id: str
    key: str
    sku: str
    site: str
    ordered: Decimal
    allocated: Decimal
    delivered: Decimal
    invoiced: Decimal
    unreadable: str = ""


@dataclass(frozen=True, slots=True)
class WebOrder:
    """An order that carries our key; `row` is its header."""

    number: str
    key: str
    row: Row
    lines: Mapping[str, WebOrderLine] = field(default_factory=dict)

    def line(self, id: str, sku: str) -> WebOrderLine | None:
        """The line that a later document's line goes back to: by its number, else the only one of that product."""
        if id in self.lines:
            return self.lines[id]
        same = [line for line in self.lines.values() if line.sku == sku and sku]
        return same[0] if len(same) == 1 else None


class WebOrders:
    """The orders with our key of one sales site."""

    def __init__(self, client: Reader, company: X3Settings) -> None:
        self.client = client
        self.company = company

    @property
    def ours(self) -> str:
        """The term that all of them meet."""
        return begins("CUSORDREF", self.company.key_prefix)

    def headers(self, where: Where) -> dict[str, Row] | Failure:
        """Headers that meet a condition, by their number."""
        rows = self.client.read("SORDER", where)
        return rows if isinstance(rows, Failure) else self._ours(rows)

    def headers_by_number(self, numbers: Iterable[str]) -> dict[str, Row] | Failure:
        """The headers of existing orders with these numbers and our key, by number."""
        terms = {one: (equals("SOHNUM", one),) for one in dict.fromkeys(numbers) if one}
        rows = self.client.read_pooled("SORDER", terms)
        return rows if isinstance(rows, Failure) else self._ours(rows)

    def _ours(self, rows: Iterable[Row]) -> dict[str, Row]:
        prefix = self.company.key_prefix
        return {text_of(row, "SOHNUM"): row for row in rows if text_of(row, "CUSORDREF").startswith(prefix)}

    def listed(self, where: Where) -> dict[str, WebOrder] | Failure:
        """Orders that meet a condition, with their lines, by their number."""
        headers = self.headers(where)
        return headers if isinstance(headers, Failure) else self._whole(headers)

    def by_numbers(self, numbers: Iterable[str]) -> dict[str, WebOrder] | Failure:
        """The orders with these numbers and our key, with their lines."""
        headers = self.headers_by_number(numbers)
        return headers if isinstance(headers, Failure) else self._whole(headers)

    def _whole(self, headers: Mapping[str, Row]) -> dict[str, WebOrder] | Failure:
        terms = {number: (equals("SOHNUM", number),) for number in headers}
        rows = self.client.read_pooled("SORDERQ", terms)
        if isinstance(rows, Failure):
            return rows
        lines: dict[str, dict[str, WebOrderLine]] = {number: {} for number in headers}
        for row in rows:
            if text_of(row, "SOHNUM") in lines:
                self._add(lines[text_of(row, "SOHNUM")], row)
        return {
            number: WebOrder(number, text_of(row, "CUSORDREF"), row, lines[number])
            for number, row in headers.items()
        }

    def _add(self, lines: dict[str, WebOrderLine], row: Row) -> None:
        """A line; an allocation may split it in several rows of one number, which count together."""
        made = self._line(row)
        there = lines.get(made.id)
        if there is not None:
            made = WebOrderLine(
                made.id,
                there.key or made.key,
                made.sku,
                there.site,
                there.ordered + made.ordered,
                there.allocated + made.allocated,
                there.delivered + made.delivered,
                there.invoiced + made.invoiced,
                there.unreadable or made.unreadable,
            )
        lines[made.id] = made

    def _line(self, row: Row) -> WebOrderLine:
        ordered, allocated, delivered, invoiced, why = ZERO, ZERO, ZERO, ZERO, ""
        try:
            ordered = figure_of(row, "QTY")
            allocated = number_of(row, "ALLQTY") or ZERO
            delivered, invoiced = number_of(row, "DLVQTY") or ZERO, number_of(row, "INVQTY") or ZERO
        except Unreadable as error:
            why = str(error)
        key = text_of(row, self.company.line_field) if self.company.line_field else ""
        return WebOrderLine(
            id=text_of(row, "SOPLIN"),
            key=key,
            sku=text_of(row, "ITMREF"),
            site=text_of(row, "STOFCY"),
            ordered=ordered,
            allocated=allocated,
            delivered=delivered,
            invoiced=invoiced,
            unreadable=why,
        )

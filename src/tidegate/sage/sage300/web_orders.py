"""Orders that carry our key, with their lines: the tie from Sage's documents back to the store.

Source: contract §3, §7, §9. Whether a list carries the lines is doubted in public code: an order without them is read
again as an entry.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from tidegate.domain.errors import Failure
from tidegate.domain.money import ZERO
from tidegate.reading.document import Unreadable
from tidegate.sage.sage300.client import Sage300Client
from tidegate.sage.sage300.exported_orders import ExportedOrders
from tidegate.sage.sage300.queries import Where, equals, number_equals, text
from tidegate.sage.sage300.rows import Row, details_of, figure_of, number_of, option_of, text_of
from tidegate.sage.sage300.settings import Sage300Settings
from tidegate.sage.sage300.wire_names import (
    COMMITTED,
    COMPLETED,
    LINE_ID,
    LINE_OPTIONS,
    LINES_ON_ORDER,
    OPEN_STATES,
    ORDER_ID,
    ORDER_LINES,
    ORDER_NUMBER,
    ORDER_TYPE,
    ORDERED,
    OUR_KEY,
    QUOTE,
    SHIPPED,
)

ORDER_KEY_PREFIX = "magento:"  #: how every key begins (`domain.orders.keys.order_key`)
OURS = f"startswith({OUR_KEY},{text(ORDER_KEY_PREFIX)})"
OPEN: Where = tuple(f"{OURS} and {equals(COMPLETED, state)}" for state in OPEN_STATES)


@dataclass(frozen=True, slots=True)
class WebOrderLine:
    """A line of such an order; `sku` is "" where it is no goods."""

    id: str
    key: str
    sku: str
    location: str
    ordered: Decimal
    shipped: Decimal
    committed: Decimal | None
    unreadable: str = ""


@dataclass(frozen=True, slots=True)
class WebOrder:
    """An order that carries our key; `row` is its header."""

    id: str
    number: str
    key: str
    row: Row
    lines: Mapping[str, WebOrderLine] = field(default_factory=dict)

    @property
    def goods(self) -> list[WebOrderLine]:
        """The lines of goods."""
        return [line for line in self.lines.values() if line.sku]


class WebOrders:
    """The orders with our key of one company."""

    def __init__(
        self, client: Sage300Client, company: Sage300Settings, exported: ExportedOrders | None = None
    ) -> None:
        """`exported`: where open orders are read there, and not from the list."""
        self.client = client
        self.company = company
        self._exported = exported

    def open(self) -> dict[str, WebOrder] | Failure:
        """The orders of which something is still to be shipped, by id."""
        if self._exported is None:
            return self.listed(OPEN)
        rows = self._exported.open()
        return rows if isinstance(rows, Failure) else self.made(rows)

    def listed(self, where: Where) -> dict[str, WebOrder] | Failure:
        """The orders that meet a filter, by id."""
        rows = self.client.read("OEOrders", where, key=ORDER_ID)
        return rows if isinstance(rows, Failure) else self.made(rows)

    def by_ids(self, ids: Iterable[str]) -> dict[str, WebOrder] | Failure:
        """The orders with these ids that still exist, by id."""
        terms = {id: (number_equals(ORDER_ID, int(id)),) for id in ids}
        rows = self.client.read_pooled("OEOrders", terms, key=ORDER_ID)
        return rows if isinstance(rows, Failure) else self.made(rows)

    def by_numbers(self, numbers: Iterable[str]) -> dict[str, WebOrder] | Failure:
        """The orders with these numbers, by number."""
        terms = {one: (equals(ORDER_NUMBER, one),) for one in dict.fromkeys(numbers) if one}
        rows = self.client.read_pooled("OEOrders", terms, key=ORDER_ID)
        if isinstance(rows, Failure):
            return rows
        made = self.made(rows)
        return made if isinstance(made, Failure) else {one.number: one for one in made.values()}

    def made(self, rows: Iterable[Row]) -> dict[str, WebOrder] | Failure:
        """Rows as orders; those without our key, and quotes, are left out."""
        found: dict[str, WebOrder] = {}
        for row in rows:
            if not text_of(row, OUR_KEY).startswith(ORDER_KEY_PREFIX) or text_of(row, ORDER_TYPE) == QUOTE:
                continue
            whole = self._whole(row)
            if isinstance(whole, Failure):
                return whole
            if whole is not None:
                found[text_of(row, ORDER_ID)] = self._order(whole)
        return found

    def _whole(self, row: Row) -> Row | Failure | None:
        """The order with its lines; None if it was deleted meanwhile."""
        if row.get(ORDER_LINES) or text_of(row, LINES_ON_ORDER) == "0":
            return row
        return self.client.entry("OEOrders", text_of(row, ORDER_ID))

    def _order(self, row: Row) -> WebOrder:
        try:
            lines = [self._line(line) for line in details_of(row, ORDER_LINES)]
        except Unreadable:
            lines = []
        return WebOrder(
            text_of(row, ORDER_ID),
            text_of(row, ORDER_NUMBER),
            text_of(row, OUR_KEY),
            row,
            {line.id: line for line in lines},
        )

    def _line(self, row: Row) -> WebOrderLine:
        goods = text_of(row, "LineType") == "Item"
        ordered, shipped, committed, why = ZERO, ZERO, None, ""
        try:
            if goods:
                ordered, shipped = figure_of(row, ORDERED), number_of(row, SHIPPED) or ZERO
                committed = number_of(row, COMMITTED)
        except Unreadable as error:
            why = str(error)
        return WebOrderLine(
            text_of(row, LINE_ID),
            option_of(row, LINE_OPTIONS, self.company.line_option),
            text_of(row, "Item") if goods else "",
            text_of(row, "Location"),
            ordered,
            shipped,
            committed,
            why,
        )


def line_of(order: WebOrder, id: str, sku: str) -> WebOrderLine | None:
    """The order's line that a later document's line goes back to: by its number, else the only one of that item."""
    if id in order.lines:
        return order.lines[id]
    same = [line for line in order.lines.values() if line.sku == sku and sku]
    return same[0] if len(same) == 1 else None

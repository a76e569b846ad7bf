"""Orders that carry our key: the tie from Sage's documents back to the store.

Source: contract §7.1, §7.2. An order leaves the open file when it is complete; history has its header, and no file has its
lines. So invoices carry our keys themselves, where the site lets them flow there (`invoice_fields`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from tidegate.domain.errors import Failure
from tidegate.domain.money import ZERO
from tidegate.reading.document import Unreadable
from tidegate.sage.sage100.client import Sage100Client
from tidegate.sage.sage100.rows import Row, figure_of, number_of, text_of
from tidegate.sage.sage100.settings import Sage100Settings
from tidegate.sage.sage100.wire_names import (
    HISTORY,
    IN_ENTRY,
    LINE_NUMBER,
    ORDER_LINES,
    ORDER_NUMBER,
    ORDER_STATUS,
    ORDER_TYPE,
    ORDERED,
    ORDERS,
    QUOTES,
    REGULAR,
    SHIPPED,
)

ORDER_KEY_PREFIXES = ("magento:", "MGO")  #: how every key begins (`writing.order_key`)
ENTERED_BY = "LastInvoiceOrderNo"
COLUMNS = (ORDER_NUMBER, ORDER_STATUS, ORDER_TYPE, IN_ENTRY, ENTERED_BY)
LINE_COLUMNS = (ORDER_NUMBER, LINE_NUMBER, "ItemCode", "ItemType", "WarehouseCode", ORDERED, SHIPPED)


def is_ours(key: str) -> bool:
    """Whether a text in the order's field is a key that we stored."""
    return key.startswith(ORDER_KEY_PREFIXES)


@dataclass(frozen=True, slots=True)
class WebOrderLine:
    """A line of goods of an open order; `shipped` is what the sales journal has posted."""

    id: str
    key: str
    sku: str
    warehouse: str
    ordered: Decimal
    shipped: Decimal
    unreadable: str = ""


class WebOrders:
    """The orders with our key of one company."""

    def __init__(self, client: Sage100Client, company: Sage100Settings, now: Callable[[], datetime]) -> None:
        self.client = client
        self.company = company
        self._now = now

    @property
    def first(self) -> str:
        """The time that a first reading of documents begins at."""
        return (self._now() - timedelta(days=self.company.history_days)).isoformat()

    def open(self) -> dict[str, Row] | Failure:
        """Headers of the open file with our key, by order number."""
        field = self.company.order_field
        read = self.client.rows(ORDERS, (*COLUMNS, field))
        if isinstance(read, Failure):
            return read
        rows = (row for row in read[0] if text_of(row, ORDER_TYPE) not in QUOTES)
        return {text_of(row, ORDER_NUMBER): row for row in rows if is_ours(text_of(row, field))}

    def lines(self, numbers: Iterable[str]) -> dict[str, list[WebOrderLine]] | Failure:
        """The lines of goods of these open orders."""
        field = self.company.line_field
        rows = self.client.narrowed(ORDER_LINES, ORDER_NUMBER, numbers, (*LINE_COLUMNS, field))
        if isinstance(rows, Failure):
            return rows
        found: dict[str, list[WebOrderLine]] = {}
        for row in rows:
            if text_of(row, "ItemType") == REGULAR:
                found.setdefault(text_of(row, ORDER_NUMBER), []).append(_line(row, field))
        return found

    def keys(self, numbers: Iterable[str]) -> dict[str, str] | Failure:
        """Our keys of these orders, open ones and those that history knows; others are left out."""
        field = self.company.order_field
        wanted = [number for number in dict.fromkeys(numbers) if number]
        found: dict[str, str] = {}
        for dataset in (ORDERS, HISTORY) if self.company.keeps_history else (ORDERS,):
            missing = [number for number in wanted if number not in found]
            rows = self.client.narrowed(dataset, ORDER_NUMBER, missing, (ORDER_NUMBER, field))
            if isinstance(rows, Failure):
                return rows
            found |= {text_of(row, ORDER_NUMBER): text_of(row, field) for row in rows}
        return {number: key for number, key in found.items() if is_ours(key)}


def _line(row: Row, field: str) -> WebOrderLine:
    ordered, shipped, why = ZERO, ZERO, ""
    try:
        ordered, shipped = figure_of(row, ORDERED), number_of(row, SHIPPED) or ZERO
    except Unreadable as error:
        why = str(error)
    return WebOrderLine(
        text_of(row, LINE_NUMBER),
        text_of(row, field),
        text_of(row, "ItemCode"),
        text_of(row, "WarehouseCode"),
        ordered,
        shipped,
        why,
    )


def pieces_by_line(rows: Iterable[Row], name: str) -> Mapping[str, Decimal]:
    """Pieces by the order's line; what cannot be read counts as none."""
    found: dict[str, Decimal] = {}
    for row in rows:
        try:
            pieces = number_of(row, SHIPPED) or ZERO
        except Unreadable:
            continue
        line = text_of(row, name)
        found[line] = found.get(line, ZERO) + pieces
    return found

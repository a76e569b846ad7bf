"""Stock by item and location, and what web orders hold of it.

Source: contract §10. Where costing waits for the day end, the quantity on hand does not fall when goods leave: what is
shipped, received or adjusted and not yet costed is counted here. There is no time of change: stock is read whole,
and a snapshot that is the same as the last one reports nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from decimal import Decimal

from tidegate.domain.delta import Delta
from tidegate.domain.errors import Code, Failure
from tidegate.domain.money import ZERO
from tidegate.domain.stock.stock_level import StockLevel, WebLine
from tidegate.sage.sage300.client import Sage300Client
from tidegate.sage.sage300.documents import Documents
from tidegate.sage.sage300.progress import billed_pieces
from tidegate.sage.sage300.queries import equals
from tidegate.sage.sage300.reference import Reference
from tidegate.sage.sage300.rows import Row, details_of, each, figure_of, name_of, number_of, text_of
from tidegate.sage.sage300.settings import Sage300Settings
from tidegate.sage.sage300.status_words import is_complete
from tidegate.sage.sage300.tables import STOCK, Tables
from tidegate.sage.sage300.web_orders import WebOrder, WebOrderLine, WebOrders
from tidegate.sage.sage300.wire_names import (
    ITEM,
    LAST_INVOICE,
    LINE_ORDER,
    NOT_COSTED_IN,
    NOT_COSTED_OUT,
    ON_HAND,
    READY_STOCK,
    STOCK_COLUMNS,
    STOCK_COMMITTED,
    STOCK_ORDERED,
)


class Stock:
    """Stock levels."""

    def __init__(
        self,
        client: Sage300Client,
        reference: Reference,
        company: Sage300Settings,
        tables: Tables | None = None,
    ) -> None:
        """`tables`: where stock is read there, and not by a resource."""
        self._tables = tables
        self._client = client
        self._reference = reference
        self._company = company

    def read(self, since: str | None, warehouses: Sequence[str] = ()) -> Delta[StockLevel] | Failure:
        """All levels of these locations; none when nothing is different from what the cursor has seen."""
        if warehouses or since is None:
            known = self._reference.locations()
            if isinstance(known, Failure):
                return known
            for name in warehouses:
                if name not in known:
                    text = f"Sage has no location {name!r}"
                    return Failure(Code.UNKNOWN_REFERENCE, text, missing=f"warehouse:{name}", sent=False)
        rows = self._rows(warehouses)
        if isinstance(rows, Failure):
            return rows
        codes = self._reference.codes_of(text_of(row, ITEM) for row in rows)
        if isinstance(codes, Failure):
            return codes
        levels, bad = each(
            rows, lambda row: self._level(row, codes), lambda row: text_of(row, ITEM) or "stock of no item"
        )
        text = "\n".join(sorted(f"{one}" for one in (*levels, *bad)))
        cursor = hashlib.sha256(text.encode()).hexdigest()[:32]
        as_of = self._tables.true_at(STOCK) if self._tables is not None else None
        if cursor == since:
            return Delta((), cursor, as_of=as_of)
        return Delta(tuple(levels), cursor, full=True, bad=tuple(bad), as_of=as_of)

    def _rows(self, warehouses: Sequence[str]) -> list[Row] | Failure:
        """Rows of the resource, or of the table behind it, whose columns become the resource's properties."""
        if self._tables is None:
            where = tuple(equals("Location", name) for name in warehouses)
            return self._client.read(self._company.stock, where)
        only = {"LOCATION": warehouses} if warehouses else None
        rows = self._tables.read(STOCK, tuple(STOCK_COLUMNS), only)
        if isinstance(rows, Failure):
            return rows
        return [
            {STOCK_COLUMNS[name]: value for name, value in row.items() if name in STOCK_COLUMNS}
            for row in rows
        ]

    def _level(self, row: Row, codes: Mapping[str, str]) -> StockLevel:
        on_hand = figure_of(row, ON_HAND)
        if self._company.stock != READY_STOCK:
            on_hand -= number_of(row, NOT_COSTED_OUT) or ZERO
            on_hand += sum((number_of(row, name) or ZERO for name in NOT_COSTED_IN), ZERO)
        return StockLevel(
            sku=codes[name_of(row, ITEM)],
            warehouse=name_of(row, "Location"),
            on_hand=on_hand,
            allocated=self._held(row),
        )

    def _held(self, row: Row) -> Decimal:
        """What open orders hold: sites that commit stock say so, others only what is on sales orders."""
        committed = number_of(row, STOCK_COMMITTED) or ZERO
        ordered = number_of(row, STOCK_ORDERED) or ZERO
        match self._company.held:
            case "committed":
                return committed
            case "ordered":
                return ordered
            case _:
                return max(committed, ordered)


class WebLines:
    """What of the orders with our key is still to be shipped; what is shipped holds no stock any more."""

    def __init__(self, orders: WebOrders, invoices: Documents) -> None:
        self._orders = orders
        self._invoices = invoices

    def read(self) -> list[WebLine] | Failure:
        """Lines of goods of all open orders."""
        orders = self._orders.open()
        if isinstance(orders, Failure):
            return orders
        numbers = [one.number for one in orders.values() if text_of(one.row, LAST_INVOICE)]
        rows = self._invoices.of(numbers) if numbers else []
        if isinstance(rows, Failure):
            return rows
        billed: dict[str, list[Row]] = {}
        for row in rows:
            for line in details_of(row, self._invoices.names.lines):
                billed.setdefault(text_of(line, LINE_ORDER) or text_of(row, LINE_ORDER), []).append(line)
        return [
            self._line(order, line, billed.get(order.number, []))
            for order in orders.values()
            for line in order.goods
        ]

    def _line(self, order: WebOrder, line: WebOrderLine, billed: list[Row]) -> WebLine:
        left = max(line.ordered - line.shipped, ZERO)
        held = self._orders.company.held
        if held == "committed" and line.committed is not None:
            left = line.committed
        pieces = billed_pieces(billed, self._invoices.names.pieces)
        return WebLine(
            order_id=order.id,
            order_number=order.number,
            order_key=order.key,
            line_id=line.id,
            line_key=line.key,
            sku=line.sku,
            warehouse=line.location,
            ordered=line.ordered,
            allocated=left,
            despatched=line.shipped,
            invoiced=pieces.get(line.id, ZERO),
            live=not is_complete(order.row),
            unreadable=line.unreadable,
        )

"""Stock by item and warehouse, and what web orders hold of it.

Source: contract §8. The object states no change date that could be relied upon: it is read whole, and a
snapshot that is the same as the last one reports nothing. No row does not mean stock 0.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from tidegate.domain.delta import Delta
from tidegate.domain.errors import Code, Failure
from tidegate.domain.money import ZERO
from tidegate.domain.stock.stock_level import StockLevel, WebLine
from tidegate.sage.intacct.client import IntacctClient
from tidegate.sage.intacct.queries import Query, among, in_parts
from tidegate.sage.intacct.reference import Reference
from tidegate.sage.intacct.rows import Row, each, figure_of, name_of, number_of, text_of
from tidegate.sage.intacct.status_words import CONVERTED
from tidegate.sage.intacct.web_orders import WebOrder, WebOrderLine, WebOrders

ON_HAND = "WONHAND"
HELD = ("WALLOCATED", "WRESERVED", "WONHOLD")  #: names are assumed; `check` looks whether they are there
LEVEL_FIELDS = ("RECORDNO", "ITEMID", "WAREHOUSEID", ON_HAND, *HELD)


class Stock:
    """Stock levels."""

    def __init__(self, client: IntacctClient, reference: Reference) -> None:
        self._client = client
        self._reference = reference

    def read(self, since: str | None, warehouses: Sequence[str] = ()) -> Delta[StockLevel] | Failure:
        """All levels of these warehouses; none when nothing is different from what the cursor has seen."""
        known = self._reference.warehouses()
        if isinstance(known, Failure):
            return known
        for name in warehouses:
            if name not in known:
                text = f"Intacct has no warehouse {name!r}"
                return Failure(Code.UNKNOWN_REFERENCE, text, missing=f"warehouse:{name}", sent=False)
        chosen = list(warehouses) or list(known)
        if not chosen:
            return Delta((), "", full=True)
        rows = self._client.read(Query("ITEMWAREHOUSEINFO", LEVEL_FIELDS, among("WAREHOUSEID", chosen)))
        if isinstance(rows, Failure):
            return rows
        levels, bad = each(
            rows, _level, lambda row: text_of(row, "ITEMID") or f"stock {text_of(row, 'RECORDNO')}"
        )
        text = "\n".join(sorted(f"{one}" for one in (*levels, *bad)))
        cursor = hashlib.sha256(text.encode()).hexdigest()[:32]
        if cursor == since:
            return Delta((), cursor)
        return Delta(tuple(levels), cursor, full=True, bad=tuple(bad))


def _level(row: Row) -> StockLevel:
    held: list[Decimal] = [number_of(row, name) or ZERO for name in HELD]
    return StockLevel(
        sku=name_of(row, "ITEMID"),
        warehouse=name_of(row, "WAREHOUSEID"),
        on_hand=figure_of(row, ON_HAND),
        allocated=sum(held, ZERO),
    )


class WebLines:
    """What of the orders with our key is still to be despatched or invoiced."""

    def __init__(self, orders: WebOrders) -> None:
        self._orders = orders

    def read(self) -> list[WebLine] | Failure:
        """Lines of all orders with our key that are not closed, nor shipped and invoiced in full."""
        company = self._orders.company
        orders = self._orders.open()
        if isinstance(orders, Failure):
            return orders
        made = self._orders.made_from(
            one.id for one in orders.values() if any(line.taken for line in one.lines.values())
        )
        if isinstance(made, Failure):
            return made
        shippers = [text_of(row, "DOCID") for row in made if text_of(row, "DOCPARID") == company.shipper]
        invoices = [
            text_of(row, "DOCID") for row in made if text_of(row, "DOCPARID") == company.sales_invoice
        ]
        later = self._orders.lines_of([*shippers, *invoices])
        if isinstance(later, Failure):
            return later
        billed = _billed(later, set(invoices))
        lines = [_line(order, line, billed) for order in orders.values() for line in order.lines.values()]
        return self._allocated([line for line in lines if line.unreadable or line.invoiced < line.ordered])

    def _allocated(self, lines: list[WebLine]) -> list[WebLine] | Failure:
        """The lines with no more allocated, of all together, than the company holds back of each item there.

        An order's line does not state it. Of what is on no shelf nothing is held, and in a company whose orders
        allocate nothing there is nothing to come back on.
        """
        wanted = {line.sku for line in lines if line.allocated and line.sku}
        held: dict[tuple[str, str], Decimal] = {}
        for part in in_parts(sorted(wanted)):
            rows = self._orders.client.read(Query("ITEMWAREHOUSEINFO", LEVEL_FIELDS, among("ITEMID", part)))
            if isinstance(rows, Failure):
                return rows
            levels, _ = each(rows, _level, lambda row: text_of(row, "RECORDNO"))  # `Stock` reports the others
            held |= {(one.sku, one.warehouse.upper()): one.allocated for one in levels}
        found = []
        for line in lines:
            place = line.sku, line.warehouse.upper()
            allocated = min(line.allocated, held.get(place, ZERO))
            held[place] = held.get(place, ZERO) - allocated
            found.append(replace(line, allocated=allocated))
        return found


def _billed(rows: Sequence[Row], invoices: set[str]) -> dict[str, Decimal]:
    """Pieces invoiced by the order's line: all of an invoice's line, of a shipper's what was converted."""
    found: dict[str, Decimal] = {}
    for row in rows:
        field = "QUANTITY" if text_of(row, "DOCHDRID") in invoices else "QTY_CONVERTED"
        source = text_of(row, "SOURCE_DOCLINEKEY")
        found[source] = found.get(source, ZERO) + _pieces(row, field)
    return found


def _pieces(row: Row, field: str) -> Decimal:
    try:
        return number_of(row, field) or ZERO
    except ValueError:
        return ZERO


def _line(order: WebOrder, line: WebOrderLine, billed: dict[str, Decimal]) -> WebLine:
    return WebLine(
        order_id=order.id,
        order_number=order.number,
        order_key=order.key,
        line_id=line.id,
        line_key=line.key,
        sku=line.sku,
        warehouse=line.warehouse,
        ordered=line.ordered,
        allocated=line.ordered - line.taken,
        despatched=line.taken,
        invoiced=billed.get(line.id, ZERO),
        live=order.state != CONVERTED or line.taken < line.ordered,
        unreadable=line.unreadable,
    )

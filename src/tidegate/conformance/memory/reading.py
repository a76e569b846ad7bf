"""The desks that only read: stock, what web orders hold, products, the status of orders."""

from __future__ import annotations

from collections.abc import Sequence

from tidegate.conformance.memory.inside import Inside
from tidegate.conformance.memory.records import Line, Order, Product
from tidegate.domain.delta import Delta
from tidegate.domain.errors import Code, Failure
from tidegate.domain.fulfilment.sage_documents import OrderProgress, SalesOrderStatus
from tidegate.domain.masters.master import ProductRecord
from tidegate.domain.money import ZERO
from tidegate.domain.stock.stock_level import StockLevel, WebLine

OPEN = (SalesOrderStatus.LIVE, SalesOrderStatus.ON_HOLD)


class Stock:
    """Levels by product and warehouse."""

    def __init__(self, company: Inside) -> None:
        self._company = company
        self._books = company.books

    def read(self, since: str | None, warehouses: Sequence[str] = ()) -> Delta[StockLevel] | Failure:
        """The records that changed since a cursor, which is the tick of the last change."""
        return self._company.calls_made.read("read stock", lambda: self._changed(since, warehouses))

    def _changed(self, since: str | None, warehouses: Sequence[str]) -> Delta[StockLevel] | Failure:
        asked = {one.upper() for one in warehouses}
        for one in warehouses:
            if one.upper() not in self._books.warehouses:
                text = f"The company has no warehouse {one}."
                return Failure(Code.UNKNOWN_REFERENCE, text, missing=f"warehouse:{one}", sent=False)
        rows = [
            StockLevel(sku, warehouse, level.on_hand, self._books.held(sku, warehouse))
            for (sku, warehouse), level in self._books.stock.items()
            if (since is None or level.changed > int(since)) and (not asked or warehouse in asked)
        ]
        return Delta(tuple(rows), str(self._books.tick), full=since is None)


class WebLines:
    """What orders with our key still hold."""

    def __init__(self, company: Inside) -> None:
        self._company = company

    def read(self) -> list[WebLine] | Failure:
        """Lines of goods that are live, or not yet despatched or invoiced in full."""
        return self._company.calls_made.read("read web lines", self._lines)

    def _lines(self) -> list[WebLine]:
        return [
            _web_line(order, one)
            for order in self._company.books.orders.values()
            if order.key
            for one in order.lines
            if one.goods and (order.status in OPEN or one.invoiced < one.despatched)
        ]


def _web_line(order: Order, one: Line) -> WebLine:
    live = order.status in OPEN
    return WebLine(
        order_id=order.id,
        order_number=order.number,
        order_key=order.key,
        line_id=one.id,
        line_key=one.line.line_key,
        sku=one.line.code,
        warehouse=one.line.warehouse or "HOME",
        ordered=one.line.quantity,
        allocated=one.line.quantity - one.despatched if live else ZERO,
        despatched=one.despatched,
        invoiced=one.invoiced,
        live=live,
    )


class Products:
    """Products, inactive ones included."""

    def __init__(self, company: Inside) -> None:
        self._company = company

    def read(self, since: str | None) -> Delta[ProductRecord] | Failure:
        """The records that changed since a cursor, which is the tick of the last change."""
        return self._company.calls_made.read("read products", lambda: self._changed(since))

    def _changed(self, since: str | None) -> Delta[ProductRecord]:
        books = self._company.books
        rows = [_record(one) for one in books.products.values() if since is None or one.changed > int(since)]
        return Delta(tuple(rows), str(books.tick), full=since is None)


def _record(one: Product) -> ProductRecord:
    return ProductRecord(
        one.id,
        one.sku,
        one.name,
        active=one.active,
        stocked=one.stocked,
        weight=one.weight,
        cost=one.cost,
        group=one.group,
        revenue_account="4000",
    )


class Progress:
    """How far orders with our key have come."""

    def __init__(self, company: Inside) -> None:
        self._company = company

    def read(self, since: str | None) -> Delta[OrderProgress] | Failure:
        """The records that changed since a cursor, which is the tick of the last change."""
        return self._company.calls_made.read("read progress", lambda: self._changed(since))

    def _changed(self, since: str | None) -> Delta[OrderProgress]:
        books = self._company.books
        rows = [
            OrderProgress(
                one.id, one.number, one.key, one.status, one.reached("despatched"), one.reached("invoiced")
            )
            for one in books.orders.values()
            if one.key and (since is None or one.changed > int(since))
        ]
        return Delta(tuple(rows), str(books.tick), full=since is None)

"""Stock by product and warehouse, and what of it the web orders hold.

Source: contract §9.4, §9.6, §10. `quantity_allocated` is what open orders of every channel hold;
quantities are in stock units.
"""

from __future__ import annotations

from collections.abc import Sequence

from tidegate.domain.delta import Delta
from tidegate.domain.errors import Code, Failure
from tidegate.domain.money import ZERO
from tidegate.domain.stock.stock_level import StockLevel, WebLine
from tidegate.reading.document import Unreadable
from tidegate.sage.sage200.client import Sage200Client
from tidegate.sage.sage200.code_books import CodeBook
from tidegate.sage.sage200.deltas import Stream
from tidegate.sage.sage200.fields import Row, each, flag_of, id_of, pieces_of, text_of
from tidegate.sage.sage200.queries import any_of, equals
from tidegate.sage.sage200.web_orders import WebOrder, WebOrders

HOLDINGS = Stream("/warehouse_holdings")
POOL = 50  #: warehouses that a filter names; beyond that all holdings are read
NOTHING = "id eq 0"


class Stock:
    """The stock of one company."""

    def __init__(self, client: Sage200Client, *, products: CodeBook, warehouses: CodeBook) -> None:
        """`products` knows codes; `warehouses` names, and whether they sell."""
        self._client = client
        self._products = products
        self._warehouses = warehouses

    def read(self, since: str | None, warehouses: Sequence[str] = ()) -> Delta[StockLevel] | Failure:
        """Levels of the named warehouses, or of all that sell. Another choice needs another cursor."""
        chosen = self._chosen(warehouses)
        if isinstance(chosen, Failure):
            return chosen
        where = ""
        if len(chosen) <= POOL:
            where = any_of([equals("warehouse_id", number) for number in chosen]) or NOTHING
        select = ("product_id", "warehouse_id", "quantity_in_stock", "quantity_allocated")
        changes = HOLDINGS.read(self._client, since, select=select, where=where)
        if isinstance(changes, Failure):
            return changes
        products = self._products.of(id_of(row, "product_id") for row in changes.rows)
        if isinstance(products, Failure):
            return products

        def code(row: Row) -> str:
            product = products.get(id_of(row, "product_id") or 0)
            return "" if product is None else text_of(product, "code").strip()

        def level(row: Row) -> StockLevel:
            return StockLevel(
                sku=code(row),
                warehouse=chosen[warehouse_of(row)],
                on_hand=pieces_of(row, "quantity_in_stock"),
                allocated=pieces_of(row, "quantity_allocated"),
            )

        def warehouse_of(row: Row) -> int:
            number = id_of(row, "warehouse_id")
            if number is None or not code(row):
                raise Unreadable("it names no warehouse" if number is None else "it names no product")
            return number

        # rows of other warehouses, and of deleted products, are left out
        ours = [
            row
            for row in changes.rows
            if (id_of(row, "warehouse_id") or next(iter(chosen), 0)) in chosen
            and (code(row) or id_of(row, "product_id") is None)
        ]
        levels, bad = each(ours, level, lambda row: code(row) or f"stock {text_of(row, 'id')}")
        return Delta(tuple(levels), changes.parking(bad), changes.full, tuple(bad))

    def _chosen(self, names: Sequence[str]) -> dict[int, str] | Failure:
        warehouses = self._warehouses.all()
        if isinstance(warehouses, Failure):
            return warehouses
        by_name = {text_of(row, "name").strip().upper(): number for number, row in warehouses.items()}
        if not names:
            # Only Professional states it (§9.4); the default is that a warehouse sells.
            return {
                number: text_of(row, "name").strip()
                for number, row in warehouses.items()
                if row.get("use_for_sales_trading") is None or flag_of(row, "use_for_sales_trading")
            }
        chosen: dict[int, str] = {}
        for name in names:
            number = by_name.get(name.strip().upper())
            if number is None:
                text = f"Sage has no warehouse {name!r}"
                return Failure(Code.UNKNOWN_REFERENCE, text, missing=f"warehouse:{name}", sent=False)
            chosen[number] = name
        return chosen


class WebLines:
    """What web orders hold of the stock."""

    def __init__(self, orders: WebOrders, warehouses: CodeBook) -> None:
        self._orders = orders
        self._warehouses = warehouses

    def read(self) -> list[WebLine] | Failure:
        """Lines of goods of the orders with our key that are neither complete nor cancelled.

        An order whose lines cannot be distinguished has one more, without a SKU, that says so.
        """
        orders = self._orders.open()
        if isinstance(orders, Failure):
            return orders
        places = {line.warehouse_id for order in orders.values() for line in order.lines.values()}
        warehouses = self._warehouses.of(places)
        if isinstance(warehouses, Failure):
            return warehouses
        hidden = [_hidden(order) for order in orders.values() if order.nameless]
        return hidden + [
            WebLine(
                order_id=str(order.id),
                order_number=order.number,
                order_key=order.key,
                line_id=str(line.id),
                line_key=line.key,
                sku=line.sku,
                warehouse=text_of(warehouses.get(line.warehouse_id or 0, {}), "name").strip(),
                ordered=line.ordered,
                allocated=line.allocated,
                despatched=line.despatched,
                invoiced=line.invoiced,
                unreadable=line.unreadable,
            )
            for order in orders.values()
            for line in order.lines.values()
            if line.sku
        ]


def _hidden(order: WebOrder) -> WebLine:
    """The line that stands for an order's unreadable lines."""
    return WebLine(
        order_id=str(order.id),
        order_number=order.number,
        order_key=order.key,
        line_id="",
        line_key="",
        sku="",
        warehouse="",
        ordered=ZERO,
        allocated=ZERO,
        despatched=ZERO,
        invoiced=ZERO,
        unreadable="the order's lines cannot be read",
    )

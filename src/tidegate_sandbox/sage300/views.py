"""The views that the gateway lets through: their rows by column names, and the browse filter (contract §16)."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from tidegate_sandbox.erp.order import Order
from tidegate_sandbox.sage300.database import Database
from tidegate_sandbox.sage300.document_views import (
    AMOUNTS,
    INVOICE,
    LINE,
    ORDER_LINE,
    PRICE,
    PRICE_KEY,
    SHIPMENT,
    UNIT_PRICE,
    DocumentViews,
)
from tidegate_sandbox.sage300.ic_items import Inventory

Row = dict[str, str]
_TERM = re.compile(r'\s*([A-Z0-9]+)\s*(=|!=|>=|<=|>|<)\s*(?:"((?:[^"]|"")*)"|(-?\d+(?:\.\d+)?))\s*')

OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    "<": operator.lt,
    ">=": operator.ge,
    "<=": operator.le,
}


class GatewayFault(Exception):
    """What the gateway refuses; `kind` is one of the contract's classes."""

    def __init__(self, kind: str, text: str, *, view: str = "", field: str = "") -> None:
        super().__init__(text)
        self.kind = kind
        self.field = field
        self.view = view


@dataclass(frozen=True, slots=True)
class View:
    """One view of one company."""

    name: str
    fields: tuple[str, ...]
    rows: Callable[[], list[Row]]
    delete: Callable[[Row], None] | None = None


def views(database: Database, inventory: Inventory) -> dict[str, View]:
    """Order headers, shipments and invoices with their lines, stock by location, prices, contract prices."""
    company = database.company
    documents = DocumentViews(database, inventory)

    def delete_order(row: Row) -> None:
        order = company.orders.table[int(row["ORDUNIQ"])]
        if order.despatch != "none":
            raise GatewayFault("validation", f"Order {order.number} has been shipped.", view="OE0520")
        company.orders.cancel(order)

    def orders() -> list[Row]:
        return [order_row(database, one) for one in database.orders()]

    def stock() -> list[Row]:
        columns = {
            "ItemNumber": "ITEMNO",
            "Location": "LOCATION",
            "QuantityonHand": "QTYONHAND",
            "QuantityShippedNotCosted": "QTYSHNOCST",
            "QuantityReceivedNotCosted": "QTYRENOCST",
            "QuantityAdjustedNotCosted": "QTYADNOCST",
            "QuantityonSalesOrders": "QTYSALORDR",
            "QuantityCommitted": "QTYCOMMIT",
        }
        table = inventory.locations("ICItemLocations")
        return [
            {columns[name]: str(value) for name, value in table.shown(one).items() if name in columns}
            for one in table.rows()
        ]

    def contracts() -> list[Row]:
        return [{name: str(row.get(name, "0")) for name in CONTRACT} for row in database.contracts]

    listed = (
        View("OE0520", ORDER, orders, delete_order),
        View("OE0500", ("ORDUNIQ", *ORDER_LINE), documents.order_lines),
        View("OE0501", ("ORDUNIQ", "LINENUM", "OPTFIELD", "VALUE"), documents.order_line_options),
        View("OE0692", tuple(SHIPMENT), documents.shipments),
        View("OE0691", ("SHIUNIQ", *LINE), documents.shipment_lines),
        View("OE0420", tuple(INVOICE), documents.invoices),
        View("OE0400", ("INVUNIQ", *LINE, *AMOUNTS), documents.invoice_lines),
        View("IC0480", tuple(PRICE), documents.prices),
        View("IC0482", (*PRICE_KEY, *UNIT_PRICE), documents.unit_prices),
        View("IC0290", STOCK, stock),
        View("IC0274", CONTRACT, contracts),
    )
    return {one.name: one for one in listed}


ORDER = (
    "ORDUNIQ",
    "ORDNUMBER",
    "CUSTOMER",
    "REFERENCE",
    "PONUMBER",
    "ORDDATE",
    "TYPE",
    "COMPLETE",
    "ONHOLD",
    "LASTINVNUM",
    "INVNETWTX",
)
STOCK = (
    "ITEMNO",
    "LOCATION",
    "QTYONHAND",
    "QTYSHNOCST",
    "QTYRENOCST",
    "QTYADNOCST",
    "QTYSALORDR",
    "QTYCOMMIT",
)
CONTRACT = (
    *("CUSTNO", "PRICEBY", "CATEGORY", "ITEMNO", "PRICELIST", "PRICETYPE", "DISCPER", "DISCAMT"),
    *("PLUSAMT", "PLUSPER", "FIXPRICE", "STARTDATE", "EXPIRE", "USELOWEST"),
)


def order_row(database: Database, order: Order) -> Row:
    """An order as its header shows it."""
    complete = database.is_complete(order)
    made = list(database.company.invoices.of_order(order.id))
    return {
        "ORDUNIQ": str(order.id),
        "ORDNUMBER": order.number,
        "CUSTOMER": database.company.customers.table[order.customer_id].code,
        "REFERENCE": order.external_key,
        "PONUMBER": order.customer_order_no,
        "ORDDATE": _day(order.date),
        "TYPE": "4" if order.extra.get("type") == "Quote" else "1",
        "COMPLETE": "3" if complete else "1",
        "ONHOLD": "1" if order.status == "on_hold" else "0",
        "LASTINVNUM": next((one.number for one in reversed(made) if not one.is_credit), ""),
        "INVNETWTX": str(order.totals.gross),
    }


def _day(day: date) -> str:
    return f"{day:%Y%m%d}"


def chosen(view: View, text: str) -> list[Row]:
    """The rows that a filter in browse syntax lets through: terms joined by AND, those by OR."""
    rows = view.rows()
    if not text:
        return rows
    alternatives = [[_term(part, view) for part in _apart(each, "AND")] for each in _apart(text, "OR")]
    return [row for row in rows if any(_hold(row, terms) for terms in alternatives)]


def _apart(text: str, word: str) -> list[str]:
    """The parts that a word joins; within quotes it is part of a text."""
    return re.split(rf' {word} (?=(?:[^"]*"[^"]*")*[^"]*$)', text)


def _term(text: str, view: View) -> tuple[str, str, Decimal | str]:
    """Column, operator, value: a text where it is quoted, else a number."""
    found = _TERM.fullmatch(text)
    if found is None or found[1] not in view.fields:
        raise GatewayFault("format", f"the filter cannot be read: {text}", view=view.name)
    return found[1], found[2], found[3].replace('""', '"') if found[3] is not None else Decimal(found[4])


def _hold(row: Row, terms: Iterable[tuple[str, str, Decimal | str]]) -> bool:
    return all(_compare(row[field], sign, value) for field, sign, value in terms)


def _compare(found: str, sign: str, value: Decimal | str) -> bool:
    one: Decimal | str = Decimal(found or 0) if isinstance(value, Decimal) else found
    return OPERATORS[sign](one, value)

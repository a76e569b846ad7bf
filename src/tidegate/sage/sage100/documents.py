"""Posted invoices and credit memos that changed, with their lines, tied to the orders that they are of.

Source: contract §7.2. An invoice's number alone is not unique: it goes with its sequence. Which order a line is of, the
line says for itself; a credit memo may name an invoice alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from tidegate.domain.errors import Failure
from tidegate.sage.sage100.client import Sage100Client
from tidegate.sage.sage100.rows import Row, text_of
from tidegate.sage.sage100.settings import Sage100Settings
from tidegate.sage.sage100.web_orders import WebOrders, is_ours
from tidegate.sage.sage100.wire_names import (
    BILLED,
    CREDIT_MEMO,
    CUSTOMER_NUMBER,
    DELETED_INVOICE,
    DISCOUNT,
    DIVISION,
    INVOICE_LINES,
    INVOICE_NUMBER,
    INVOICE_TYPE,
    INVOICES,
    JOURNAL,
    NOT_RETURNED,
    OF_ORDER,
    ORDER_NUMBER,
    REGISTER,
    SEQUENCE,
    SEVERAL_ORDERS,
    SHIPPED,
)

APPLIES_TO = "ApplyToInvoiceNo"
COLUMNS = (
    *(INVOICE_NUMBER, SEQUENCE, INVOICE_TYPE, "InvoiceDate", "TransactionDate", "InvoiceDueDate"),
    *(DIVISION, CUSTOMER_NUMBER, ORDER_NUMBER, SEVERAL_ORDERS, APPLIES_TO, "ShipDate", "ShipVia"),
    *(JOURNAL, REGISTER, *BILLED, DISCOUNT),
)
LINE_COLUMNS = (
    *(INVOICE_NUMBER, SEQUENCE, "DetailSeqNo", "ItemCode", "ItemType", "WarehouseCode", SHIPPED),
    *("ExtensionAmt", OF_ORDER, NOT_RETURNED, "ExplodedKitItem", "KitItem"),
)


LinesOf = Callable[[Iterable[str]], "list[Row] | Failure"]


@dataclass(frozen=True, slots=True)
class Document:
    """An invoice, posted or in data entry, of which at least one order is ours; `orders` are keys by number."""

    row: Row
    lines: list[Row]
    orders: Mapping[str, str]

    def order_of(self, line: Row) -> str:
        """The number of the order that a line is of."""
        return text_of(line, OF_ORDER) or text_of(self.row, ORDER_NUMBER) or next(iter(self.orders), "")


class Documents:
    """Ties rows to orders."""

    def __init__(self, client: Sage100Client, orders: WebOrders, company: Sage100Settings) -> None:
        self._client = client
        self._orders = orders
        self._company = company
        self.columns = (*COLUMNS, *((company.order_field,) if company.invoice_fields else ()))
        self._line_columns = (*LINE_COLUMNS, *((company.line_field,) if company.invoice_fields else ()))

    def lines(self, invoices: Iterable[str]) -> list[Row] | Failure:
        """Lines of posted invoices with these numbers."""
        return self._client.narrowed(INVOICE_LINES, INVOICE_NUMBER, invoices, self._line_columns)

    def numbered(self, invoices: Iterable[str]) -> list[Row] | Failure:
        """Headers of posted invoices with these numbers."""
        return self._client.narrowed(INVOICES, INVOICE_NUMBER, invoices, self.columns)

    def posted(self, rows: list[Row]) -> list[Document] | Failure:
        """The documents of our orders among these rows, with their lines."""
        rows = [row for row in rows if text_of(row, INVOICE_TYPE) != DELETED_INVOICE]
        return self.of(rows, self.lines)

    def of(self, rows: list[Row], read_lines: LinesOf) -> list[Document] | Failure:
        """The documents of our orders; `read_lines` reads the lines by invoice number."""
        ties = self._ties(rows)
        if isinstance(ties, Failure):
            return ties
        mine = [row for row in rows if ties.get(name_of_document(row)) or text_of(row, SEVERAL_ORDERS) == "Y"]
        lines = read_lines(text_of(row, INVOICE_NUMBER) for row in mine) if mine else []
        if isinstance(lines, Failure):
            return lines
        by_document: dict[str, list[Row]] = {}
        for line in lines:
            by_document.setdefault(name_of_document(line), []).append(line)
        names = ((row, name_of_document(row)) for row in mine)
        made = [Document(row, by_document.get(name, []), ties.get(name, {})) for row, name in names]
        return self._with_others(made)

    def _ties(self, rows: list[Row]) -> dict[str, Mapping[str, str]] | Failure:
        """The orders of ours that each row's header names, by document."""
        field = self._company.order_field
        found: dict[str, Mapping[str, str]] = {}
        unknown: dict[str, str] = {}
        for row in rows:
            number, key = text_of(row, ORDER_NUMBER), text_of(row, field)
            if is_ours(key):
                found[name_of_document(row)] = {number: key}
            elif number and not self._company.invoice_fields:
                unknown[name_of_document(row)] = number
        keys = self._orders.keys(unknown.values()) if unknown else {}
        if isinstance(keys, Failure):
            return keys
        found |= {name: {number: keys[number]} for name, number in unknown.items() if number in keys}
        return self._by_invoice(rows, found)

    def _by_invoice(
        self, rows: list[Row], found: dict[str, Mapping[str, str]]
    ) -> dict[str, Mapping[str, str]] | Failure:
        """Credit memos that name no order of ours, but an invoice."""
        bare = {
            name_of_document(row): text_of(row, APPLIES_TO)
            for row in rows
            if text_of(row, INVOICE_TYPE) == CREDIT_MEMO and text_of(row, APPLIES_TO)
        }
        bare = {name: invoice for name, invoice in bare.items() if name not in found}
        if not bare:
            return found
        headers = self.numbered(bare.values())
        if isinstance(headers, Failure):
            return headers
        ties = self._ties([row for row in headers if text_of(row, INVOICE_TYPE) != CREDIT_MEMO])
        if isinstance(ties, Failure):
            return ties
        latest = {text_of(row, INVOICE_NUMBER): ties.get(name_of_document(row), {}) for row in headers}
        return found | {name: latest[invoice] for name, invoice in bare.items() if latest.get(invoice)}

    def _with_others(self, documents: list[Document]) -> list[Document] | Failure:
        """Further orders, which only lines name."""
        named = {one.order_of(line) for one in documents for line in one.lines}
        further = sorted(named - {number for one in documents for number in one.orders} - {""})
        keys = self._orders.keys(further) if further else {}
        if isinstance(keys, Failure):
            return keys
        made = []
        for one in documents:
            numbers = [number for number in dict.fromkeys(map(one.order_of, one.lines)) if number in keys]
            made.append(
                Document(one.row, one.lines, {**one.orders, **{each: keys[each] for each in numbers}})
            )
        return [one for one in made if one.orders]


def name_of_document(row: Row) -> str:
    """Number and sequence; of an invoice in data entry the number alone."""
    number, sequence = text_of(row, INVOICE_NUMBER), text_of(row, SEQUENCE)
    return f"{number}-{sequence}" if sequence else number

"""Invoices in data entry whose goods have left, and that are not posted yet.

Source: contract §7.2, §8. Until the sales journal is posted, stock is unchanged and the order is open; where the connection
says `shipments = "posted"`, goods count as despatched then and not before.
"""

from __future__ import annotations

from collections.abc import Iterable

from tidegate.domain.errors import Failure
from tidegate.sage.sage100.client import Sage100Client
from tidegate.sage.sage100.rows import Row, text_of
from tidegate.sage.sage100.settings import Sage100Settings
from tidegate.sage.sage100.wire_names import (
    CREDIT_MEMO,
    INVOICE_NUMBER,
    INVOICE_TYPE,
    LEFT,
    OF_ORDER,
    ORDER_NUMBER,
    SEVERAL_ORDERS,
    SHIP_STATUS,
    SHIPMENT_LINES,
    SHIPMENT_TRACKING,
    SHIPMENTS,
    SHIPPED,
)

COLUMNS = (INVOICE_NUMBER, INVOICE_TYPE, ORDER_NUMBER, "ShipDate", "ShipVia", SHIP_STATUS, SEVERAL_ORDERS)
ORDER_LINE = "OrderLineKey"
LINE_COLUMNS = (
    *(INVOICE_NUMBER, "LineKey", ORDER_LINE, "ItemCode", "ItemType", "WarehouseCode"),
    *(SHIPPED, OF_ORDER, "ExplodedKitItem", "SalesKitLineKey"),
)


class OpenShipments:
    """Reads them; () and no call where goods leave with the posting."""

    def __init__(self, client: Sage100Client, company: Sage100Settings) -> None:
        self._client = client
        self._company = company
        self._fields = (company.order_field,) if company.invoice_fields else ()
        self._line_fields = (company.line_field,) if company.invoice_fields else ()

    def headers(self) -> list[Row] | Failure:
        """The headers of invoices whose goods have left."""
        if self._company.shipments != "shipped":
            return []
        read = self._client.rows(SHIPMENTS, (*COLUMNS, *self._fields))
        if isinstance(read, Failure):
            return read
        return [
            row
            for row in read[0]
            if text_of(row, SHIP_STATUS) == LEFT and text_of(row, INVOICE_TYPE) != CREDIT_MEMO
        ]

    def lines(self, invoices: Iterable[str]) -> list[Row] | Failure:
        """Their lines."""
        columns = (*LINE_COLUMNS, *self._line_fields)
        return self._client.narrowed(SHIPMENT_LINES, INVOICE_NUMBER, invoices, columns)

    def packages(self) -> dict[str, list[str]] | Failure:
        """Tracking numbers by invoice."""
        read = self._client.rows(SHIPMENT_TRACKING, (INVOICE_NUMBER, "PackageNo", "TrackingID"))
        return read if isinstance(read, Failure) else by_invoice(read[0])

    def of_orders(self, numbers: Iterable[str]) -> dict[str, list[Row]] | Failure:
        """Lines of these orders that have left, by order."""
        headers = self.headers()
        if isinstance(headers, Failure):
            return headers
        wanted = set(numbers)
        of_invoice = {text_of(row, INVOICE_NUMBER): text_of(row, ORDER_NUMBER) for row in headers}
        several = {text_of(row, INVOICE_NUMBER) for row in headers if text_of(row, SEVERAL_ORDERS) == "Y"}
        chosen = [one for one, order in of_invoice.items() if order in wanted or one in several]
        lines = self.lines(chosen) if chosen else []
        if isinstance(lines, Failure):
            return lines
        found: dict[str, list[Row]] = {}
        for line in lines:
            order = text_of(line, OF_ORDER) or of_invoice.get(text_of(line, INVOICE_NUMBER), "")
            found.setdefault(order, []).append(line)
        return found


def by_invoice(rows: Iterable[Row]) -> dict[str, list[str]]:
    """Tracking numbers, in the order of the packages."""
    found: dict[str, list[str]] = {}
    for row in sorted(rows, key=lambda one: text_of(one, "PackageNo")):
        number = text_of(row, "TrackingID")
        listed = found.setdefault(text_of(row, INVOICE_NUMBER), [])
        if number and number not in listed:
            listed.append(number)
    return found

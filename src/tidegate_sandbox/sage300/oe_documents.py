"""Shipments, invoices and credit notes of O/E (contract §9). Shipments are a resource that a partner has added."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from tidegate_sandbox.erp.despatch import Despatch, DespatchLine
from tidegate_sandbox.erp.invoice import Invoice, InvoiceLine
from tidegate_sandbox.erp.money import ZERO
from tidegate_sandbox.erp.order import Order, OrderLine
from tidegate_sandbox.sage300.database import Database
from tidegate_sandbox.sage300.oe_orders import whole
from tidegate_sandbox.sage300.resource import Body, Details, Resource, Value

PART = {
    "LineNumber": "i",
    "LineType": "s",
    "Item": "s",
    "MiscellaneousChargesCode": "s",
    "Location": "s",
    "OrderNumber": "s",
    "OrderDetailNumber": "i",
}
AMOUNTS = {"ExtendedAmount": "n", "TaxAmount1": "n"}


class Documents:
    """Reads what became of orders."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._company = database.company

    # Shipments

    def shipments(self) -> Resource:
        """``OEShipments``: header and lines."""
        fields: dict[str, tuple[str, Value]] = {
            "ShipmentUniquifier": ("i", lambda one: one.id),
            "ShipmentNumber": ("s", lambda one: one.number),
            "ShipmentDate": ("dt", lambda one: one.date),
            "OrderNumber": ("s", lambda one: self._order(one.order_id).number),
            "CustomerNumber": ("s", lambda one: self._account(self._order(one.order_id).customer_id)),
            "ShipViaCode": ("s", self._courier),
            "ShipmentTrackingNumber": ("s", lambda one: one.consignment),
            "DayEndNumber": ("i", lambda one: one.extra.get("dayend", 0)),
        }
        table = self._company.despatches.table
        return Resource(
            name="OEShipments",
            module="OE",
            key=("ShipmentUniquifier",),
            fields=fields,
            rows=lambda: table,
            details={"ShipmentDetails": Details({**PART, "QuantityShipped": "n"}, self._shipped)},
            lookups={
                "ShipmentUniquifier": lambda value: _there(table.get(whole(value))),
                "OrderNumber": self._by_order(lambda order: table.find("order_id", order.id)),
            },
        )

    def _by_order(self, find: Callable[[Order], Iterable[Any]]) -> Callable[[Any], Iterable[Any]]:
        def found(value: Any) -> Iterable[Any]:
            order = self._company.orders.table.first("number", value)
            return find(order) if order is not None and order.number == value else ()

        return found

    def _shipped(self, one: Despatch) -> list[Body]:
        order = self._order(one.order_id)
        return [self._shipped_line(at, line, order) for at, line in enumerate(one.lines, 1)]

    def _shipped_line(self, at: int, line: DespatchLine, order: Order) -> Body:
        return {
            **self._part(at, self._line(line.order_line_id), order.number),
            "Location": self._company.warehouses[line.warehouse_id].name,
            "QuantityShipped": line.quantity,
        }

    def _courier(self, one: Despatch) -> str:
        found = self._company.couriers.get(one.courier_id)
        return found.name if found is not None else ""

    # Invoices and credit notes

    def invoices(self) -> Resource:
        """``OEInvoices``."""
        fields: dict[str, tuple[str, Value]] = {
            "InvoiceUniquifier": ("i", lambda one: one.id),
            "InvoiceNumber": ("s", lambda one: one.number),
            "InvoiceDate": ("dt", lambda one: one.date),
            "OrderNumber": ("s", lambda one: self._order(one.order_id).number),
            "CustomerNumber": ("s", lambda one: self._account(one.customer_id)),
            "ShipmentNumber": ("s", lambda one: self._shipment(one)[0]),
            "ShipmentTrackingNumber": ("s", lambda one: self._shipment(one)[1]),
            "InvoiceNetNoTax": ("n", lambda one: one.totals.net),
            "InvoiceExclTaxTotal": ("n", lambda one: one.totals.tax),
            "InvoiceInclTaxTotal": ("n", lambda _one: ZERO),
            "InvoiceTotal": ("n", lambda one: one.totals.gross),
            "InvoiceSourceCurrency": ("s", self._currency),
            "DayEndNumber": ("i", lambda one: one.extra.get("dayend", 0)),
        }
        book = self._company.invoices
        return Resource(
            name="OEInvoices",
            module="OE",
            key=("InvoiceUniquifier",),
            fields=fields,
            rows=lambda: (one for one in book.table if not one.is_credit),
            details={"InvoiceDetails": Details({**PART, **AMOUNTS, "QuantityShipped": "n"}, self._billed)},
            lookups={
                "OrderNumber": self._by_order(
                    lambda order: [one for one in book.of_order(order.id) if not one.is_credit]
                )
            },
        )

    def credits(self) -> Resource:
        """``OECreditDebitNotes``."""
        fields: dict[str, tuple[str, Value]] = {
            "CreditDebitNoteUniquifier": ("i", lambda one: one.id),
            "CreditDebitNoteNumber": ("s", lambda one: one.number),
            "CreditDebitNoteType": ("s", lambda _one: "CreditNote"),
            "CreditDebitNoteDate": ("dt", lambda one: one.date),
            "OrderNumber": ("s", lambda one: self._order(one.order_id).number),
            "CustomerNumber": ("s", lambda one: self._account(one.customer_id)),
            "CreditDebitNoteNetNoTax": ("n", lambda one: one.totals.net),
            "CreditDebitNoteExclTaxTotal": ("n", lambda one: one.totals.tax),
            "CreditDebitNoteInclTaxTotal": ("n", lambda _one: ZERO),
            "CreditDebitNoteTotal": ("n", lambda one: one.totals.gross),
            "CreditDebitNoteSourceCurrency": ("s", self._currency),
        }
        types = {**PART, **AMOUNTS, "QuantityReturned": "n", "ReturnType": "s"}
        return Resource(
            name="OECreditDebitNotes",
            module="OE",
            key=("CreditDebitNoteUniquifier",),
            fields=fields,
            rows=lambda: (one for one in self._company.invoices.table if one.is_credit),
            details={"CreditDebitDetails": Details(types, self._returned)},
        )

    def _currency(self, one: Invoice) -> str:
        return self._company.currencies[self._order(one.order_id).currency_id].code

    def _shipment(self, one: Invoice) -> tuple[str, str]:
        found = [self._company.despatches.table[id] for id in one.despatch_ids]
        return (found[-1].number, found[-1].consignment) if found else ("", "")

    def _billed(self, one: Invoice) -> list[Body]:
        return [
            {**self._amounts(at, line), "QuantityShipped": self._pieces(line)}
            for at, line in enumerate(one.lines, 1)
        ]

    def _returned(self, one: Invoice) -> list[Body]:
        kind = "ItemsReturnedtoInventory" if one.returned else "PriceAdjustment"
        return [
            {**self._amounts(at, line), "QuantityReturned": self._pieces(line), "ReturnType": kind}
            for at, line in enumerate(one.lines, 1)
        ]

    def _amounts(self, at: int, line: InvoiceLine) -> Body:
        part = self._part(at, self._line(line.order_line_id), self._order(line.order_id).number)
        return {**part, "ExtendedAmount": line.net, "TaxAmount1": line.tax}

    def _pieces(self, line: InvoiceLine) -> Any:
        return line.quantity if self._line(line.order_line_id).kind == "item" else ZERO

    # Parts

    def _part(self, at: int, line: OrderLine, order: str) -> Body:
        goods = line.kind == "item"
        warehouse = self._company.warehouses.get(line.warehouse_id)
        return {
            "LineNumber": 32 * at,
            "LineType": "Item" if goods else "Miscellaneous",
            "Item": line.code if goods else "",
            "MiscellaneousChargesCode": "" if goods else line.code,
            "Location": warehouse.name if warehouse is not None else "",
            "OrderNumber": order,
            "OrderDetailNumber": line.id,
        }

    def _line(self, id: int) -> OrderLine:
        return self._company.orders.lines[id]

    def _order(self, id: int) -> Order:
        return self._company.orders.table[id]

    def _account(self, id: int) -> str:
        return self._company.customers.table[id].code


def _there(found: Any) -> list[Any]:
    return [found] if found is not None else []

"""``OEOrders`` as it is read (contract §7)."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from tidegate_sandbox.erp.money import ZERO
from tidegate_sandbox.erp.order import Order, OrderLine
from tidegate_sandbox.sage300.database import BASE, Database
from tidegate_sandbox.sage300.oe_entry import HEADER_TEXTS, OrderEntry
from tidegate_sandbox.sage300.resource import Body, Details, Resource, Value

LINE = {
    "LineNumber": "i",
    "DetailNumber": "i",
    "LineType": "s",
    "Item": "s",
    "MiscellaneousChargesCode": "s",
    "Description": "s",
    "Location": "s",
    "QuantityOrdered": "n",
    "OriginalQuantityOrdered": "n",
    "QuantityShippedtodate": "n",
    "QuantityBackordered": "n",
    "QuantityCommitted": "n",
    "OrderUnitOfMeasure": "s",
    "PriceOverride": "b",
    "PricingUnitPrice": "n",
    "ExtendedAmount": "n",
    "TaxAuthority1": "s",
    "TaxClass1": "i",
    "TaxAmount1": "n",
    "OrderDetailOptionalFields": "s",
}
OPTIONS = {"OptionalField": "s", "Value": "s"}
INSTRUCTIONS = {"CommentsInstructionsType": "s", "CommentsInstructions": "s"}


class Orders:
    """Reads orders of one company, and lets one be entered."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._company = database.company
        self.entry = OrderEntry(database)

    def resource(self) -> Resource:
        """The resource: it can be read and added to, never changed (§1)."""
        fields: dict[str, tuple[str, Value]] = {
            "OrderUniquifier": ("i", lambda one: one.id),
            "OrderNumber": ("s", lambda one: one.number),
            "CustomerNumber": ("s", self._customer),
            "OrderReference": ("s", lambda one: one.external_key),
            "PurchaseOrderNumber": ("s", lambda one: one.customer_order_no),
            "OrderType": ("s", lambda one: one.extra.get("type", "Active")),
            "OrderDate": ("dt", lambda one: one.date),
            "OnHold": ("b", lambda one: one.status == "on_hold"),
            "OrderCompleted": ("s", self._completed),
            "OrderPrintStatus": ("s", lambda _one: "Notprinted"),
            "NumberOfLinesOnOrder": ("i", lambda one: len(one.lines)),
            "NumberOfInvoices": ("i", lambda one: len(self._numbers(one))),
            "LastShipmentNumber": ("s", self._last_shipment),
            "LastInvoiceNumber": ("s", lambda one: (self._numbers(one) or [""])[-1]),
            "DefaultLocationCode": ("s", lambda one: one.extra.get("location", "1")),
            "DefaultPriceListCode": ("s", self._price_list),
            "TaxGroup": ("s", lambda _one: self._database.authority),
            "OrderSourceCurrency": ("s", self._currency),
            "OrderItemTotalAmount": ("n", lambda one: one.totals.goods),
            "TotalAmountMiscellaneousCharges": ("n", lambda one: one.totals.charges),
            "OrderSubtotalAmount": ("n", lambda one: one.totals.net),
            "OrderExclTaxTotal": ("n", lambda one: one.totals.tax),
            "OrderInclTaxTotal": ("n", lambda _one: ZERO),
            "OrderTotal": ("n", lambda one: one.totals.gross),
            **{name: ("s", _text(name)) for name in HEADER_TEXTS},
        }
        company = self._company
        return Resource(
            name="OEOrders",
            module="OE",
            key=("OrderUniquifier",),
            fields=fields,
            rows=self._database.orders,
            details={
                "OrderDetails": Details(LINE, self._lines),
                "OrderOptionalFields": Details(OPTIONS, lambda one: options_shown(one.extra)),
                "OrderCommentsInstructions": Details(INSTRUCTIONS, lambda one: one.extra.get("notes", [])),
            },
            lookups={
                "OrderUniquifier": lambda value: self._there([company.orders.table.get(whole(value))]),
                "OrderNumber": lambda value: self._there(company.orders.table.find("number", value)),
                "OrderReference": lambda value: self._there(company.orders.table.find("external_key", value)),
                "PurchaseOrderNumber": lambda value: self._there(
                    company.orders.table.find("customer_order_no", value)
                ),
            },
            takes=self.entry.takes,
            insert=self.entry.insert,
        )

    def _there(self, found: Iterable[Order | None]) -> list[Order]:
        return [one for one in found if one is not None and self._database.is_there(one)]

    def _customer(self, order: Order) -> str:
        return self._company.customers.table[order.customer_id].code

    def _price_list(self, order: Order) -> str:
        chosen = self._company.customers.table[order.customer_id].price_list_id
        found = self._company.prices.lists.get(chosen)
        return found.name if found is not None else BASE

    def _currency(self, order: Order) -> str:
        return self._company.currencies[order.currency_id].code

    def _numbers(self, order: Order) -> list[str]:
        return [one.number for one in self._company.invoices.of_order(order.id) if not one.is_credit]

    def _last_shipment(self, order: Order) -> str:
        found = self._company.despatches.table.find("order_id", order.id)
        return found[-1].number if found else ""

    def _completed(self, order: Order) -> str:
        if self._database.is_complete(order):
            invoices = self._company.invoices.of_order(order.id)
            if invoices and all("dayend" in one.extra for one in invoices):
                return "CompleteDayEnd"
            return "CompleteIncluded" if invoices else "CompleteNotIncluded"
        return "IncompleteIncluded" if self._numbers(order) else "IncompleteNotIncluded"

    def _lines(self, order: Order) -> list[Body]:
        left = order.status != "cancelled"
        return [self._line(line, left=left) for line in order.lines if line.kind != "comment"]

    def _line(self, line: OrderLine, *, left: bool) -> Body:
        goods = line.kind == "item"
        warehouse = self._company.warehouses.get(line.warehouse_id)
        tax = self._company.tax_codes.get(line.tax_code_id)
        return {
            "LineNumber": 32 * line.number,
            "DetailNumber": line.id,
            "LineType": "Item" if goods else "Miscellaneous",
            "Item": line.code if goods else "",
            "MiscellaneousChargesCode": "" if goods else line.code,
            "Description": line.description,
            "Location": warehouse.name if warehouse is not None else "",
            "QuantityOrdered": _four(line.quantity - line.despatched) if goods and left else Decimal(0),
            "OriginalQuantityOrdered": _four(line.quantity) if goods else Decimal(0),
            "QuantityShippedtodate": _four(line.despatched),
            "QuantityBackordered": _four(
                max(line.outstanding - line.allocated, Decimal(0)) if left else Decimal(0)
            ),
            "QuantityCommitted": _four(line.allocated) if self._database.options.commit else Decimal(0),
            "OrderUnitOfMeasure": "EA" if goods else "",
            "PriceOverride": line.price_overridden,
            "PricingUnitPrice": line.price - line.discount_value,
            "ExtendedAmount": line.net,
            "TaxAuthority1": self._database.authority,
            "TaxClass1": tax.code if tax is not None else 0,
            "TaxAmount1": line.tax,
            "OrderDetailOptionalFields": options_shown(line.extra),
        }


def options_shown(extra: dict[str, Any]) -> list[Body]:
    """Optional fields of a record."""
    return [{"OptionalField": name, "Value": value} for name, value in extra.get("options", {}).items()]


def whole(value: Any) -> int:
    """A number of a filter as an id; 0 for what is none."""
    try:
        number = Decimal(str(value))
        return int(number) if number == int(number) else 0
    except ArithmeticError:
        return 0


def _four(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.0001"))


def _text(name: str) -> Value:
    return lambda one: one.extra.get("texts", {}).get(name, "")

"""Views of shipments, invoices and price lists: the columns of what the Web API shows as properties (contract §9, §11)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tidegate_sandbox.sage300.database import Database
from tidegate_sandbox.sage300.ic_items import BREAKS, Inventory
from tidegate_sandbox.sage300.oe_documents import Documents
from tidegate_sandbox.sage300.oe_orders import Orders
from tidegate_sandbox.sage300.resource import Resource

Row = dict[str, str]
#: Columns of a view, and the property of the Web API that shows the same field.
SHIPMENT = {
    "SHIUNIQ": "ShipmentUniquifier",
    "SHINUMBER": "ShipmentNumber",
    "ORDNUMBER": "OrderNumber",
    "CUSTOMER": "CustomerNumber",
    "SHIDATE": "ShipmentDate",
    "SHIPVIA": "ShipViaCode",
    "SHIPTRACK": "ShipmentTrackingNumber",
    "DAYENDNUM": "DayEndNumber",
}
INVOICE = {
    "INVUNIQ": "InvoiceUniquifier",
    "INVNUMBER": "InvoiceNumber",
    "ORDNUMBER": "OrderNumber",
    "CUSTOMER": "CustomerNumber",
    "INVDATE": "InvoiceDate",
    "SHINUMBER": "ShipmentNumber",
    "SHIPTRACK": "ShipmentTrackingNumber",
    "INVNETNOTX": "InvoiceNetNoTax",
    "INVETAXTOT": "InvoiceExclTaxTotal",
    "INVITAXTOT": "InvoiceInclTaxTotal",
    "INVNETWTX": "InvoiceTotal",
    "INSOURCURR": "InvoiceSourceCurrency",
    "DAYENDNUM": "DayEndNumber",
}
LINE = {
    "LINENUM": "LineNumber",
    "LINETYPE": "LineType",
    "ITEM": "Item",
    "MISCCHARGE": "MiscellaneousChargesCode",
    "LOCATION": "Location",
    "QTYSHIPPED": "QuantityShipped",
    "ORDNUMBER": "OrderNumber",
    "ORDDTLNUM": "OrderDetailNumber",
}
AMOUNTS = {"EXTINVMISC": "ExtendedAmount", "TAMOUNT1": "TaxAmount1"}
ORDER_LINE = {
    "LINENUM": "LineNumber",
    "DETAILNUM": "DetailNumber",
    "LINETYPE": "LineType",
    "ITEM": "Item",
    "MISCCHARGE": "MiscellaneousChargesCode",
    "LOCATION": "Location",
    "ORIGQTY": "OriginalQuantityOrdered",
    "QTYORDERED": "QuantityOrdered",
    "QTYBACKORD": "QuantityBackordered",
    "QTYSHPTODT": "QuantityShippedtodate",
    "QTYCOMMIT": "QuantityCommitted",
}
PRICE = {
    "CURRENCY": "CurrencyCode",
    "ITEMNO": "ItemNumber",
    "PRICELIST": "PriceListCode",
    "PRICETYPE": "PriceDeterminedby",
    "PRICEFMT": "DiscountMarkupPriceby",
    "PRICEBASE": "PriceBase",
    "MARKUPCOST": "MarkupCost",
    **{f"PRICEQTY{number}": f"PricingQuantity{number}" for number in range(1, BREAKS + 1)},
    **{f"PRCNTLVL{number}": f"DiscountMarkupPercentage{number}" for number in range(1, BREAKS + 1)},
    **{f"AMOUNTLVL{number}": f"DiscountMarkupAmount{number}" for number in range(1, BREAKS + 1)},
}
UNIT_PRICE = {
    "DPRICETYPE": "PriceDetailType",
    "QTYUNIT": "QuantityUnit",
    "WEIGHTUNIT": "WeightUnit",
    "UNITPRICE": "UnitPrice",
    "SALESTART": "SaleStartDate",
    "SALEEND": "SaleEndDate",
}
#: Members of enumerations, as tables have them.
NUMBERS = {
    "Item": "1",
    "Miscellaneous": "2",
    "CustomerType": "1",
    "VolumeDiscounts": "2",
    "Percentage": "1",
    "Amount": "2",
    "Discount": "1",
    "Markup": "2",
    "BasePriceQuantity": "1",
    "SalePriceQuantity": "2",
}
ENUMERATIONS = {"LINETYPE", "PRICETYPE", "PRICEFMT", "PRICEBASE", "DPRICETYPE"}
DAYS = {"SHIDATE", "INVDATE", "SALESTART", "SALEEND"}
PRICE_KEY = ("CURRENCY", "ITEMNO", "PRICELIST")


class DocumentViews:
    """Rows of one company."""

    def __init__(self, database: Database, inventory: Inventory) -> None:
        documents = Documents(database)
        self._shipments, self._invoices = documents.shipments(), documents.invoices()
        self._prices = inventory.pricing()
        self._orders = Orders(database).resource()

    def order_lines(self) -> list[Row]:
        """OE0500."""
        return _lines(self._orders, "OrderDetails", {"ORDUNIQ": "OrderUniquifier"}, ORDER_LINE)

    def order_line_options(self) -> list[Row]:
        """OE0501."""
        return [
            {
                "ORDUNIQ": str(shown["OrderUniquifier"]),
                "LINENUM": str(line["LineNumber"]),
                "OPTFIELD": option["OptionalField"],
                "VALUE": option["Value"],
            }
            for shown in (self._orders.shown(one) for one in self._orders.rows())
            for line in shown["OrderDetails"]
            for option in line["OrderDetailOptionalFields"]
        ]

    def shipments(self) -> list[Row]:
        """OE0692."""
        return _headers(self._shipments, SHIPMENT)

    def shipment_lines(self) -> list[Row]:
        """OE0691."""
        return _lines(self._shipments, "ShipmentDetails", {"SHIUNIQ": "ShipmentUniquifier"}, LINE)

    def invoices(self) -> list[Row]:
        """OE0420."""
        return _headers(self._invoices, INVOICE)

    def invoice_lines(self) -> list[Row]:
        """OE0400."""
        key = {"INVUNIQ": "InvoiceUniquifier"}
        return _lines(self._invoices, "InvoiceDetails", key, LINE | AMOUNTS)

    def prices(self) -> list[Row]:
        """IC0480."""
        return _headers(self._prices, PRICE)

    def unit_prices(self) -> list[Row]:
        """IC0482."""
        key = {column: PRICE[column] for column in PRICE_KEY}
        return _lines(self._prices, "ItemPricingDetails", key, UNIT_PRICE)


def _headers(resource: Resource, columns: Mapping[str, str]) -> list[Row]:
    shown = (resource.shown(one, details=False) for one in resource.rows())
    return [_row(one, columns) for one in shown]


def _lines(resource: Resource, details: str, key: Mapping[str, str], columns: Mapping[str, str]) -> list[Row]:
    found = []
    for one in resource.rows():
        shown = resource.shown(one)
        found += [_row(shown, key) | _row(line, columns) for line in shown[details]]
    return found


def _row(shown: Mapping[str, Any], columns: Mapping[str, str]) -> Row:
    return {column: _cell(column, shown.get(name)) for column, name in columns.items()}


def _cell(column: str, value: Any) -> str:
    if column in DAYS:
        return str(value)[:10].replace("-", "") if value else "0"
    if column in ENUMERATIONS:
        return NUMBERS[str(value)]
    if column == "WEIGHTUNIT":
        return str(value or "")
    return "0" if value is None else str(value)

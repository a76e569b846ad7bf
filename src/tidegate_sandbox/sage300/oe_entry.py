"""An order entered by POST: properties are set in the order in which they stand, and that order counts (§4, §7)."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from tidegate_sandbox.erp.customer import Customer
from tidegate_sandbox.erp.new_order import NewLine, NewOrder
from tidegate_sandbox.erp.order import Order
from tidegate_sandbox.sage300.database import Database
from tidegate_sandbox.sage300.problem import TEXTS, Problem
from tidegate_sandbox.sage300.resource import Body, number_of, text_of, yes

HEADER_TEXTS: dict[str, int] = {
    "OrderDescription": 60,
    "OrderComment": 250,
    "ShipViaCode": 6,
    "TermsCode": 6,
    "ShipToLocationCode": 6,
    "ShipToName": 60,
    "ShipToAddressLine1": 60,
    "ShipToAddressLine2": 60,
    "ShipToAddressLine3": 60,
    "ShipToAddressLine4": 60,
    "ShipToCity": 30,
    "ShipToState": 30,
    "ShipToZipCode": 20,
    "ShipToCountry": 30,
    "ShipToContact": 60,
    "ShipToEmail": 50,
    "ShipToPhone": 30,
    "BillToName": 60,
    "BillToAddressLine1": 60,
    "BillToAddressLine2": 60,
    "BillToAddressLine3": 60,
    "BillToAddressLine4": 60,
    "BillToCity": 30,
    "BillToState": 30,
    "BillToZipCode": 20,
    "BillToCountry": 30,
    "BillToPhone": 30,
    "BillToEmail": 50,
}
"""Texts of the header that are kept as they come, with their width."""
DEFAULTED = ("TermsCode", "ShipViaCode", *(name for name in HEADER_TEXTS if name.startswith("BillTo")))
"""Those that setting the customer fills anew: what stood there before is overwritten."""
LINE_TAKES = frozenset(
    {
        *("LineNumber", "LineType", "Item", "MiscellaneousChargesCode", "Description", "Location"),
        *("QuantityOrdered", "QuantityShipped", "OrderUnitOfMeasure", "PricingUnitOfMeasure"),
        *("PriceOverride", "OrderUnitPrice", "PricingUnitPrice", "ExtendedAmount", "TaxAuthority1"),
        *("TaxClass1", "TaxIncluded1", "OrderDetailOptionalFields", "StockItem", "DetailNumber"),
    }
)


@dataclass(slots=True)
class _Header:
    customer: Customer | None = None
    number: str = ""
    reference: str = ""
    purchase_order: str = ""
    kind: str = "Active"
    date: Any = None
    expected: Any = None
    on_hold: bool = False
    location: str = "1"
    ship_all: bool = False
    texts: dict[str, str] = field(default_factory=dict)
    notes: list[Body] = field(default_factory=list)
    options: dict[str, str] = field(default_factory=dict)
    lines: list[NewLine] = field(default_factory=list)


class OrderEntry:
    """Enters orders of one company."""

    takes = frozenset(
        {
            *("OrderDetails", "OrderOptionalFields", "OrderCommentsInstructions", "ExpectedShipDate"),
            *("RecalculateTax", "InvoiceWillBeProduced", "PostInvoice", "OrderHomeCurrency", "OrderRate"),
        }
    )

    def __init__(self, database: Database) -> None:
        self._database = database
        self._company = database.company

    def insert(self, body: Body) -> Order:
        """Enter an order, all of it or nothing. Problems of the body; Refusals of the kernel."""
        header = _Header()
        for name, value in body.items():
            self._set(header, name, value, body)
        if header.customer is None:
            raise Problem("RecordInvalid", "Customer Number cannot be blank.")
        if not header.lines:
            raise Problem("RecordInvalid", "The order has no details.")
        self._check_customer(header, header.customer)
        company = self._company
        own = self._own_number(header.number)
        generated = company.rules.order_numbers_generated
        company.rules.order_numbers_generated = not own
        try:
            order = company.orders.enter(
                NewOrder(
                    customer_id=header.customer.id,
                    lines=header.lines,
                    number=own,
                    customer_order_no=header.purchase_order,
                    external_key=header.reference,
                    date=header.date,
                    delivery=dict(header.texts),
                    requested=header.expected,
                    extra={
                        "type": header.kind,
                        "location": header.location,
                        "texts": header.texts,
                        "notes": header.notes,
                        "options": header.options,
                    },
                )
            )
        finally:
            company.rules.order_numbers_generated = generated
        if header.on_hold:
            company.orders.hold(order, True)
        if header.ship_all:
            company.despatches.confirm(order)
            company.invoices.run([order])
        return order

    def preview(self, body: Body) -> Order:
        """The order as it would be; it is given up again. Raises as ``insert``."""
        order = self.insert(body)
        self._company.orders.delete(order)
        self._company.orders.deleted.pop()
        return order

    def _set(self, header: _Header, name: str, value: Any, body: Body) -> None:
        if name in HEADER_TEXTS:
            header.texts[name] = text_of(body, name, HEADER_TEXTS[name])
            return
        match name:
            case "CustomerNumber":
                header.customer = self._customer(text_of(body, name))
                for each in DEFAULTED:
                    header.texts.pop(each, None)
                header.texts["TermsCode"] = str(header.customer.extra.get("Terms", "N30"))
            case "OrderNumber":
                header.number = text_of(body, name, 22)
            case "OrderReference":
                header.reference = text_of(body, name, 60)
            case "PurchaseOrderNumber":
                header.purchase_order = text_of(body, name, 22)
            case "OrderType":
                header.kind = text_of(body, name)
            case "OrderDate":
                header.date = self._database.day_of(text_of(body, name), name)
            case "ExpectedShipDate":
                header.expected = self._database.day_of(text_of(body, name), name)
            case "OnHold":
                header.on_hold = yes(value)
            case "DefaultLocationCode":
                header.location = text_of(body, name, 6)
            case "TaxGroup":
                if text_of(body, name, 12) != self._database.authority:
                    raise Problem("FieldInvalid", f"Tax Group {value} does not exist.")
            case "InvoiceWillBeProduced" | "PostInvoice":
                header.ship_all = header.ship_all or yes(value)
            case "OrderDetails":
                header.lines = [self._line(each, header) for each in _list(value, name)]
            case "OrderOptionalFields":
                header.options = {
                    text_of(one, "OptionalField", 12): text_of(one, "Value", 60) for one in _list(value, name)
                }
            case "OrderCommentsInstructions":
                header.notes = [
                    {"CommentsInstructionsType": text_of(one, "CommentsInstructionsType"),
                     "CommentsInstructions": text_of(one, "CommentsInstructions", 80)}
                    for one in _list(value, name)
                ]  # fmt: skip

    def _customer(self, number: str) -> Customer:
        found = self._company.customers.table.first("code", number)
        if found is None or found.code != number:
            raise Problem("FieldInvalid", f"Customer Number {number} does not exist.")
        if not found.is_active:
            raise Problem("RecordInvalid", f"Customer {number} is inactive.")
        return found

    def _check_customer(self, header: _Header, customer: Customer) -> None:
        if self._database.options.refuse_held and customer.on_hold:
            raise Problem(
                "General", TEXTS["on_hold"].format(customer.code), self._database.options.general_status
            )
        twice = customer.extra.get("CheckForDuplicatePOs") and any(
            one.customer_id == customer.id
            for one in self._company.orders.table.find("customer_order_no", header.purchase_order or None)
        )
        if twice:
            text = TEXTS["duplicate_po"].format(header.purchase_order, customer.code)
            raise Problem("General", text, self._database.options.general_status)

    def _own_number(self, number: str) -> str:
        if number in ("", "*** NEW ***"):
            return ""
        if not self._database.options.own_order_number_allowed:
            raise Problem(
                "FieldInvalid", "Order Number cannot be entered.", self._database.options.general_status
            )
        return number

    def _line(self, body: Body, header: _Header) -> NewLine:
        for name in body:
            if name not in LINE_TAKES:
                raise Problem(
                    "InvalidPayload", f"The property '{name}' does not exist on type 'OrderDetail'."
                )
        miscellaneous = body.get("LineType") == "Miscellaneous"
        return self._charge(body) if miscellaneous else self._goods(body, header)

    def _goods(self, body: Body, header: _Header) -> NewLine:
        """Item, quantity and unit fill in the price of the list, until an override is in force."""
        override, price, tax, line = False, None, None, NewLine(kind="item")
        place = header.location
        for name, value in body.items():
            match name:
                case "Item":
                    line.code = text_of(body, name, 24)
                    price = tax = None
                case "Location":
                    place = text_of(body, name, 6)
                case "QuantityOrdered":
                    line.quantity = number_of(value, name)
                    price = price if override else None
                case "OrderUnitOfMeasure" | "PricingUnitOfMeasure":
                    if str(value).upper() not in ("EA", "EA."):
                        raise Problem(
                            "FieldInvalid", f"Unit of measure {value} does not exist for item {line.code}."
                        )
                    price = price if override else None
                case "PriceOverride":
                    override = yes(value)
                    price = None  # what stood there is overwritten by the list's
                case "OrderUnitPrice" | "PricingUnitPrice":
                    price = number_of(value, name) if override else None
                case "TaxClass1":
                    tax = self._tax(number_of(value, name))
                case "Description":
                    line.description = text_of(body, name, 60)
                case "QuantityShipped":
                    header.ship_all = header.ship_all or bool(number_of(value, name))
        item = self._company.items.first("code", line.code)
        if item is None or item.code != line.code:
            text = f"Item number {line.code} does not exist. The quantity on backorder has been increased."
            raise Problem("FieldInvalid", text, self._database.options.general_status)
        warehouse = self._company.warehouses.first("name", place)
        if warehouse is None:
            raise Problem(
                "FieldInvalid", f"Location {place} does not exist.", self._database.options.general_status
            )
        line.warehouse_id, line.price, line.price_overridden, line.tax_code_id = (
            warehouse.id,
            price,
            override,
            tax,
        )
        if price is not None:
            line.discount_percent = Decimal(0)
        return self._with_options(line, body)

    def _charge(self, body: Body) -> NewLine:
        code = text_of(body, "MiscellaneousChargesCode", 12)
        charge = self._company.charges.first("code", code)
        if charge is None:
            raise Problem(
                "FieldInvalid",
                f"Miscellaneous charge {code} does not exist.",
                self._database.options.general_status,
            )
        tax = (
            self._tax(number_of(body["TaxClass1"], "TaxClass1"))
            if "TaxClass1" in body
            else charge.tax_code_id
        )
        amount = number_of(body.get("ExtendedAmount", 0), "ExtendedAmount")
        line = NewLine(
            kind="charge" if code == "FREIGHT" and amount >= 0 else "text",
            code=code,
            quantity=Decimal(1),
            description=text_of(body, "Description", 60) or charge.name,
            price=amount,
            tax_code_id=tax,
            revenue=charge.target,
        )
        return self._with_options(line, body)

    def _with_options(self, line: NewLine, body: Body) -> NewLine:
        rows = _list(body.get("OrderDetailOptionalFields", []), "OrderDetailOptionalFields")
        options = {text_of(one, "OptionalField", 12): text_of(one, "Value", 60) for one in rows}
        line.extra = {"options": options}
        line.external_key = next(iter(options.values()), "")
        return line

    def _tax(self, number: Decimal) -> int:
        found = self._company.tax_codes.first("code", int(number))
        if found is None:
            raise Problem(
                "FieldInvalid", f"Tax class {number} does not exist.", self._database.options.general_status
            )
        return found.id


def _list(value: Any, name: str) -> list[Body]:
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise Problem("InvalidPayload", f"The value of '{name}' must be a list.")
    return value

"""Orders and customers as the web services take them, from what the desks have prepared. Source: contract §4, §9."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tidegate.sage.port.customers import NewCustomer
from tidegate.sage.sage100.settings import Sage100Settings
from tidegate.sage.sage100.web_services import Record
from tidegate.sage.sage100.wire_names import (
    CODE_PAGE,
    COMMENT_ITEM,
    CUSTOMER_NUMBER,
    DIVISION,
    ORDER_NUMBER,
    PURCHASE_ORDER,
)

SHIP_TO = {
    "name": "ShipToName",
    "city": "ShipToCity",
    "state": "ShipToState",
    "zip": "ShipToZipCode",
    "country": "ShipToCountryCode",
}
OF_CUSTOMER = {
    "name": "CustomerName",
    "address1": "AddressLine1",
    "address2": "AddressLine2",
    "address3": "AddressLine3",
    "zip": "ZipCode",
    "city": "City",
    "state": "State",
    "country": "CountryCode",
    "email": "EmailAddress",
    "telephone": "TelephoneNo",
    "terms": "TermsCode",
    "tax_schedule": "TaxSchedule",
    "credit_hold": "CreditHold",
}


def order_record(payload: Mapping[str, Any], number: str, company: Sage100Settings) -> Record:
    """The order under this number."""
    columns = {
        ORDER_NUMBER: number,
        DIVISION: payload["division"],
        CUSTOMER_NUMBER: payload["customer"],
        "OrderDate": f"{payload['order_date']}T00:00:00",
        PURCHASE_ORDER: payload["customer_po"],
        "WarehouseCode": payload["warehouse"],
        "TermsCode": payload["terms"],
        "TaxSchedule": payload["tax_schedule"],
        "Comment": payload["comment"],
        "EmailAddress": payload["email"],
        **_ship_to(payload["ship_to"]),
    }
    return Record(
        _stated(columns),
        [_line(line, company.line_field) for line in payload["lines"]],
        {company.order_field: payload["key"]},
    )


def customer_record(new: NewCustomer, body: Mapping[str, Any], company: Sage100Settings) -> Record:
    """A customer of what `Customers` has prepared."""
    columns = {DIVISION: body["division"], CUSTOMER_NUMBER: body["customer"]}
    columns |= {column: body.get(name) for name, column in OF_CUSTOMER.items()}
    return Record(_stated(columns), fields={company.customer_field: new.key})


def replaced(record: Record) -> bool:
    """Whether a character stands in it that Sage's code page replaces."""
    texts = [*record.values.values(), *(text for line in record.lines for text in line.values.values())]
    return any(_encodable(text) != text for text in texts)


def encodable(record: Record) -> Record:
    """The record with such characters replaced: Sage keeps all texts in one code page."""
    values = {name: _encodable(text) for name, text in record.values.items()}
    return Record(values, [encodable(line) for line in record.lines], record.fields)


def _ship_to(to: Mapping[str, Any] | None) -> dict[str, Any]:
    """All of the address, so that nothing of the customer's own stays; nothing for an order without one."""
    if to is None or not to["name"]:
        return {}
    street = [*to["address"], "", "", ""][:3]
    lines = {f"ShipToAddress{at}": line for at, line in enumerate(street, 1)}
    return {column: to[name] or "" for name, column in SHIP_TO.items()} | lines


def _line(line: Mapping[str, Any], field: str) -> Record:
    if line["type"] == "comment":
        return Record({"ItemCode": COMMENT_ITEM, "CommentText": line["text"]})
    if line["type"] == "charge":
        columns = {"ItemCode": line["item"], "ExtensionAmt": line["amount"]}
        return Record(columns, fields=_key_of(line, field))
    columns = {
        "ItemCode": line["item"],
        "WarehouseCode": line["warehouse"],
        "QuantityOrdered": line["quantity"],
        "UnitPrice": line["unit_price"],
    }
    return Record(_stated(columns), fields=_key_of(line, field))


def _key_of(line: Mapping[str, Any], field: str) -> dict[str, str]:
    """The shop's line, where it has one: a charge may stand for goods that the company does not know."""
    return {field: line["key"]} if line["key"] else {}


def _stated(columns: Mapping[str, Any]) -> dict[str, str]:
    """Without what is not stated; an empty text is."""
    return {name: str(value) for name, value in columns.items() if value is not None}


def _encodable(text: str) -> str:
    return text.encode(CODE_PAGE, "replace").decode(CODE_PAGE)

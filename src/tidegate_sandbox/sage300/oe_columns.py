"""An order in columns of the views, as imports and the gateway bring it, and the properties that set the same fields."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from tidegate_sandbox.sage300.resource import Body

#: Columns of a view, and the property of the Web API that sets the same field.
HEADER = {
    "ORDNUMBER": "OrderNumber",
    "CUSTOMER": "CustomerNumber",
    "PONUMBER": "PurchaseOrderNumber",
    "REFERENCE": "OrderReference",
    "LOCATION": "DefaultLocationCode",
    "SHIPVIA": "ShipViaCode",
    "TERMS": "TermsCode",
    "DESC": "OrderDescription",
    "COMMENT": "OrderComment",
    "TAXGROUP": "TaxGroup",
    **{
        f"{short}{column}": f"{long}{name}"
        for short, long in (("SHP", "ShipTo"), ("BIL", "BillTo"))
        for column, name in (
            ("NAME", "Name"),
            *((f"ADDR{at}", f"AddressLine{at}") for at in range(1, 5)),
            *(("CITY", "City"), ("STATE", "State"), ("ZIP", "ZipCode"), ("COUNTRY", "Country")),
            *(("PHONE", "Phone"), ("EMAIL", "Email")),
        )
    },
}
DETAIL = {
    "LINENUM": "LineNumber",
    "ITEM": "Item",
    "MISCCHARGE": "MiscellaneousChargesCode",
    "DESC": "Description",
    "LOCATION": "Location",
    "QTYORDERED": "QuantityOrdered",
    "ORDUNIT": "OrderUnitOfMeasure",
    "PRIUNTPRC": "PricingUnitPrice",
    "EXTINVMISC": "ExtendedAmount",
    "TCLASS1": "TaxClass1",
}
NUMBERS = {"LineNumber", "QuantityOrdered", "PricingUnitPrice", "ExtendedAmount", "TaxClass1"}
LINE_TYPES = {"1": "Item", "2": "Miscellaneous"}
NOTE_TYPES = {"1": "Comment", "2": "Instruction"}


def header_of(row: Mapping[str, str]) -> Body:
    """An order's header, its fields set in this sequence. ValueError for a date that is none."""
    body: Body = {"OrderType": "Active"}
    for column, value in row.items():
        if column == "ORDDATE" and value:
            body["OrderDate"] = date.fromisoformat(value).isoformat()
        elif column in HEADER and value:
            body[HEADER[column]] = value
    return body


def detail_of(row: Mapping[str, str]) -> Body:
    """A detail. ValueError for another type of line."""
    kind = LINE_TYPES.get(row.get("LINETYPE", ""), "")
    if not kind:
        raise ValueError(f"there is no line type {row.get('LINETYPE')}")
    body: Body = {"LineType": kind}
    for column, value in row.items():
        if column == "PRICEOVER" and kind == "Item":
            body["PriceOverride"] = value == "1"
        elif column in DETAIL and value:
            name = DETAIL[column]
            body[name] = _number(name, value) if name in NUMBERS else value
    return body


def _number(name: str, value: str) -> Any:
    return int(value) if name in ("LineNumber", "TaxClass1") else Decimal(value)


def option_of(row: Mapping[str, str]) -> Body:
    """An optional field of either."""
    return {"OptionalField": row["OPTFIELD"], "Value": row["VALUE"]}


def note_of(row: Mapping[str, str]) -> Body:
    """A comment or instruction."""
    kind = NOTE_TYPES.get(row.get("COINTYPE", ""), "Comment")
    return {"CommentsInstructionsType": kind, "CommentsInstructions": row["COIN"]}

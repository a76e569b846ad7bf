"""The body of an order, its properties in the sequence in which Sage sets them: that sequence counts (contract §4, §7)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from tidegate.domain.errors import Code, Failure
from tidegate.domain.money import ZERO, rounded, shown, total
from tidegate.domain.orders.calculation import Taxed, line_net, taxes
from tidegate.domain.orders.order import Address
from tidegate.domain.orders.sales_order import LineKind, SalesLine, SalesOrder
from tidegate.sage.fitting_texts import one_line, street_lines, wrapped
from tidegate.sage.sage300.lengths import Codes
from tidegate.sage.sage300.reference import Customer, Item
from tidegate.sage.sage300.settings import Sage300Settings
from tidegate.sage.sage300.wire_names import (
    CHARGE_CODE,
    DETAIL_WIDTH,
    LINE_OPTIONS,
    LINE_TAX,
    ORDER_DATE,
    ORDER_LINES,
    ORDER_NUMBER,
    OUR_KEY,
    PURCHASE_ORDER,
)
from tidegate.sage.sage300.writing import ACCOUNT, KEY, PRODUCT, WRITING, writing

OWN_NUMBER = re.compile(r"[A-Z0-9-]+")  #: what Sage keeps of an order number as it was given
LINE, CITY, ZIP, PHONE, EMAIL = 60, 30, 20, 30, 50  #: characters of an address' fields
COMMENT = 250
LINE_KEY = 60  #: characters of an optional field's text


@dataclass(frozen=True, slots=True)
class Resolved:
    """What the order's names stand for."""

    customer: Customer
    items: Mapping[str, Item]
    rates: Mapping[str, Decimal]


def order_payload(order: SalesOrder, known: Resolved, company: Sage300Settings) -> dict[str, Any] | Failure:
    """The body; TOO_LONG for what does not fit, TOTALS_DIFFER when Sage would compute another total."""
    codes = Codes()
    body: dict[str, Any] = {"CustomerNumber": codes.check("account", known.customer.account, ACCOUNT)}
    reference = codes.check("order number", order.reference, writing(company).reference_length)
    if company.own_order_number and OWN_NUMBER.fullmatch(reference):
        body[ORDER_NUMBER] = f"{company.order_prefix}{reference}"
    body |= {
        PURCHASE_ORDER: reference,
        OUR_KEY: codes.check("Tidegate's key", order.key, KEY),
        "OrderDescription": one_line(f"Web order {order.reference}", LINE),
        "OrderType": "Active",
        ORDER_DATE: day_text(order.date, company),
        "DefaultLocationCode": company.location,
    }
    if company.tax_group:
        body["TaxGroup"] = company.tax_group
    if order.invoice is not None:
        body |= _address(order.invoice, "BillTo", codes)
    if order.delivery is not None:
        body |= _address(order.delivery, "ShipTo", codes)
    lines = [_line(line, company, codes) for line in order.lines if line.kind is not LineKind.COMMENT]
    note = codes.free("note", order.note, COMMENT)
    body |= {"OrderComment": note, "RecalculateTax": True}
    notes = _notes(order, codes)
    if not lines:
        codes.refuse("an order without lines cannot be sent")
    body[ORDER_LINES] = lines
    if notes:
        body["OrderCommentsInstructions"] = notes
    if company.order_option:
        body["OrderOptionalFields"] = [{"OptionalField": company.order_option, "Value": order.key}]
    return codes.failure() or _differs(order, known) or body


def day_text(day: date, company: Sage300Settings) -> str:
    """A date of a body. Noon, so that no zone of a server makes it the day before (additions of 29 November)."""
    if company.date_form == "date":
        return f"{day:%Y-%m-%d}"
    if company.date_form == "local_midnight":
        local = datetime.combine(day, time(), ZoneInfo(company.time_zone))
        return f"{local.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    return f"{day:%Y-%m-%d}T12:00:00Z"


def _line(line: SalesLine, company: Sage300Settings, codes: Codes) -> dict[str, Any]:
    made = _goods(line, company, codes) if line.kind is LineKind.GOODS else _charge(line, company, codes)
    if line.tax_code:
        made[LINE_TAX] = int(line.tax_code)
    if line.own_text or line.kind is not LineKind.GOODS:
        made["Description"] = one_line(line.description, LINE)
    key = codes.check("line key", line.line_key, LINE_KEY)
    if company.line_option and key:
        made[LINE_OPTIONS] = [{"OptionalField": company.line_option, "Value": key}]
    return made


def _goods(line: SalesLine, company: Sage300Settings, codes: Codes) -> dict[str, Any]:
    """A line of goods. The override precedes the price: a price before it is overwritten by the list's."""
    return {
        "LineType": "Item",
        "Item": codes.check("SKU", line.code, PRODUCT),
        "Location": line.warehouse or company.location,
        "QuantityOrdered": line.quantity,
        "OrderUnitOfMeasure": company.unit,
        "PriceOverride": True,
        "PricingUnitPrice": unit_price(line),
    }


def _charge(line: SalesLine, company: Sage300Settings, codes: Codes) -> dict[str, Any]:
    code = line.code if line.kind is LineKind.CHARGE else company.amounts.get(line.account, "")
    return {
        "LineType": "Miscellaneous",
        CHARGE_CODE: codes.check("charge", code, 12),
        "ExtendedAmount": net_of(line),
    }


def unit_price(line: SalesLine) -> Decimal:
    """After the line's discount: no discount of Sage's is used."""
    return rounded(line.unit_price - line.unit_discount, WRITING.arithmetic.price_decimals)


def net_of(line: SalesLine) -> Decimal:
    """What Sage makes of a line."""
    if line.kind is LineKind.GOODS:
        return line_net(line.quantity, unit_price(line), ZERO, WRITING.arithmetic)
    return line_net(line.quantity, line.unit_price, line.unit_discount, WRITING.arithmetic)


def _address(address: Address, to: str, codes: Codes) -> dict[str, Any]:
    """Name, up to four lines, and where to call; what does not fit is said in the comments."""
    name = address.company or address.name
    street = ([address.name] if address.company and address.name else []) + list(address.street)
    lines, rest = street_lines(street, LINE, 4)
    if rest:
        codes.over.append(f"{to} address: {rest}")
    made: dict[str, Any] = {f"{to}Name": codes.free(f"{to} name", name, LINE)}
    made |= {f"{to}AddressLine{at}": line for at, line in enumerate(lines, 1)}
    made |= {
        f"{to}City": codes.free(f"{to} city", address.city, CITY),
        f"{to}State": codes.free(f"{to} region", address.region, CITY),
        f"{to}ZipCode": codes.check(f"{to} postcode", address.postcode, ZIP),
        f"{to}Country": address.country,
        f"{to}Phone": codes.free(f"{to} telephone", address.telephone, PHONE),
        f"{to}Email": codes.free(f"{to} e-mail", address.email, EMAIL),
    }
    return {field: value for field, value in made.items() if value}


def _notes(order: SalesOrder, codes: Codes) -> list[dict[str, str]]:
    """Instructions for the warehouse, and comments for the company only, on lines as wide as Sage's."""
    instructions = [line.description for line in order.lines if line.kind is LineKind.COMMENT]
    if order.po_number:
        instructions.append(f"Purchase order {order.po_number}")
    listed = [("Instruction", text) for text in instructions]
    listed += [("Comment", text) for text in (*order.memos, *dict.fromkeys(codes.over))]
    return [
        {"CommentsInstructionsType": kind, "CommentsInstructions": part}
        for kind, text in listed
        for part in wrapped(text, DETAIL_WIDTH)
    ]


def _differs(order: SalesOrder, known: Resolved) -> Failure | None:
    """Compare Sage's total with the order's, for an order cannot be changed or deleted afterwards (§14)."""
    lines = [line for line in order.lines if line.kind is not LineKind.COMMENT]
    taxed = [Taxed(net_of(line), line.tax_code, known.rates.get(line.tax_code, ZERO)) for line in lines]
    gross = total(one.net for one in taxed) + total(taxes(taxed, WRITING.arithmetic))
    if gross == order.gross:
        return None
    text = f"Sage's total would be {shown(gross)}, but the order's total is {shown(order.gross)}"
    return Failure(Code.TOTALS_DIFFER, text, sent=False)

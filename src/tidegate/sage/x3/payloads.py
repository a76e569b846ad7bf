"""An order as X3 takes it: header fields, lines of products, and invoicing elements for what is no product.

Source: contract §9 and additions. Lines without a product are none in X3: charges and other amounts are invoicing
elements, each with an account and a tax of its own, so that the configuration names one for each tax level.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tidegate.domain.errors import Code, Failure
from tidegate.domain.money import ZERO, plain, rounded, shown, total
from tidegate.domain.orders.calculation import Taxed, line_net, taxes
from tidegate.domain.orders.order import Address
from tidegate.domain.orders.sales_order import LineKind, SalesLine, SalesOrder
from tidegate.sage.fitting_texts import FittingTexts, one_line, street_lines
from tidegate.sage.x3.objects import Screen, written
from tidegate.sage.x3.reference import Customer
from tidegate.sage.x3.settings import X3Settings
from tidegate.sage.x3.wire_names import (
    ELEMENT_FIELD,
    LINE_FIELD,
    TAX_LEVEL,
    TEXT,
    WITHOUT_TAX,
)
from tidegate.sage.x3.writing import ACCOUNT, KEY, NUMBER, PRODUCT, WRITING, writing

OWN_NUMBER = re.compile(r"[A-Z0-9-]+")  #: what X3 keeps of an order number as it was given, A
NAME, STREET, POSTCODE, CITY, REGION, COUNTRY = 35, 50, 10, 40, 35, 3  #: characters of an address' fields, A
DESCRIPTION = 60
LINE_KEY = 30
NOTES = 30_000


@dataclass(frozen=True, slots=True)
class Resolved:
    """What the order's names stand for."""

    customer: Customer
    screen: Screen


def element_of(line: SalesLine, company: X3Settings) -> str | None:
    """The invoicing element of a line without a product: the one of its tax level first. None: none is named."""
    name = line.code if line.kind is LineKind.CHARGE else line.account
    return company.elements.get(f"{name}:{line.tax_code}") or company.elements.get(name)


@dataclass(frozen=True, slots=True)
class OrderFields:
    """An order by X3's names, whichever way it goes; "" and empty lists stand for what it does not have."""

    header: dict[str, Any]
    lines: list[dict[str, Any]]
    elements: list[dict[str, Any]]


def order_payload(order: SalesOrder, known: Resolved, company: X3Settings) -> dict[str, Any] | Failure:
    """The object's text by its name; failures as of `order_fields`."""
    found = order_fields(order, known, company)
    if isinstance(found, Failure):
        return found
    tables = [(LINE_FIELD, found.lines), (ELEMENT_FIELD, found.elements)]
    return {"object": company.order_object, "content": written(known.screen, found.header, tables)}


def order_fields(order: SalesOrder, known: Resolved, company: X3Settings) -> OrderFields | Failure:
    """The order's fields; TOO_LONG for what does not fit, TOTALS_DIFFER when X3 would compute another total."""
    codes = FittingTexts("X3")
    reference = codes.check("order number", order.reference, writing(company).reference_length)
    header: dict[str, Any] = {
        "SALFCY": company.sales_site,
        "SOHTYP": company.order_type,
        "CUSORDREF": codes.check("Tidegate's key", order.key, KEY),
        "ORDDAT": f"{order.date:%Y%m%d}",
        "CUR": order.currency,
        "BPCORD": codes.check("account", known.customer.account, ACCOUNT),
        "STOFCY": company.shipping_site or company.sales_site,
        "VACBPR": company.tax_rule,
        "PRITYP": WITHOUT_TAX,
    }
    if company.own_order_number and OWN_NUMBER.fullmatch(reference):
        header["SOHNUM"] = codes.check("order number", f"{company.order_prefix}{reference}", NUMBER)
    if company.reference_field:
        header[company.reference_field] = reference
    if order.delivery is not None:
        header |= _address(order.delivery, codes)
    lines = [_line(line, company, codes) for line in order.lines if line.kind is LineKind.GOODS]
    elements = [
        {ELEMENT_FIELD: element_of(line, company) or "", "INVDTAAMT": plain(net_of(line))}
        for line in order.lines
        if line.kind in (LineKind.CHARGE, LineKind.FREE_TEXT)
    ]
    if not lines:
        codes.refuse("an order without a product cannot be sent")
    limit = known.screen.limits.get(known.screen.tables[LINE_FIELD])
    if limit is not None and len(lines) > limit:
        codes.refuse(f"the order has {len(lines)} lines, but X3's screen allows {limit}")
    notes = _notes(order, codes)
    if known.screen.has(TEXT):
        header[TEXT] = codes.free("notes", notes, NOTES)
    elif codes.over:
        codes.refuse(f"the screen has no text {TEXT} for what does not fit: {'; '.join(codes.over)}")
    if elements and ELEMENT_FIELD not in known.screen.tables:
        codes.refuse("the screen has no invoicing elements, which shipping and other amounts need")
    failure = codes.failure() or _differs(order, company)
    if failure is not None:
        return failure
    return OrderFields(header, lines, elements)


def _line(line: SalesLine, company: X3Settings, codes: FittingTexts) -> dict[str, Any]:
    """An own description counts only where the shop's differs; else Sage keeps the product's."""
    made: dict[str, Any] = {
        LINE_FIELD: codes.check("SKU", line.code, PRODUCT),
        "SAU": company.unit,
        "QTY": plain(line.quantity),
        "GROPRI": plain(unit_price(line)),
        TAX_LEVEL: line.tax_code,
        "DSTOFCY": line.warehouse or company.shipping_site or company.sales_site,
    }
    if line.own_text:
        made["ITMDES"] = one_line(line.description, DESCRIPTION)
    if company.line_field:
        made[company.line_field] = codes.check("line key", line.line_key, LINE_KEY)
    return made


def unit_price(line: SalesLine) -> Decimal:
    """After the line's discount: no discount of X3's is used."""
    return rounded(line.unit_price - line.unit_discount, WRITING.arithmetic.price_decimals)


def net_of(line: SalesLine) -> Decimal:
    """What X3 makes of a line."""
    if line.kind is LineKind.GOODS:
        return line_net(line.quantity, unit_price(line), ZERO, WRITING.arithmetic)
    return line_net(line.quantity, line.unit_price, line.unit_discount, WRITING.arithmetic)


def _address(address: Address, codes: FittingTexts) -> dict[str, Any]:
    """Name, up to three lines and the place; what does not fit is said in the order's text."""
    name = address.company or address.name
    street = ([address.name] if address.company and address.name else []) + list(address.street)
    lines, rest = street_lines(street, STREET, 3)
    if rest:
        codes.over.append(f"delivery address: {rest}")
    for what, value in (("telephone", address.telephone), ("e-mail", address.email)):
        if value:
            codes.over.append(f"{what}: {value}")
    return {
        "BPDNAM": codes.free("delivery name", name, NAME),
        "BPDADDLIG": lines,
        "BPDPOSCOD": codes.check("postcode", address.postcode, POSTCODE),
        "BPDCTY": codes.free("city", address.city, CITY),
        "BPDSAT": codes.free("region", address.region, REGION),
        "BPDCRY": codes.check("country", address.country, COUNTRY),
    }


def _notes(order: SalesOrder, codes: FittingTexts) -> str:
    """What has no field of its own: the shop's number, the buyer's, notes, texts of the order, and what was too long."""
    texts = [f"Web order {order.reference}"]
    if order.po_number:
        texts.append(f"Purchase order {order.po_number}")
    texts += [line.description for line in order.lines if line.kind is LineKind.COMMENT]
    texts += [order.note] if order.note else []
    texts += [*order.memos, *dict.fromkeys(codes.over)]
    return " / ".join(" ".join(text.split()) for text in texts if text.strip())


def _differs(order: SalesOrder, company: X3Settings) -> Failure | None:
    """Compare the total that X3 will compute with the order's."""
    rates: Mapping[str, Decimal] = company.rates
    lines = [line for line in order.lines if line.kind is not LineKind.COMMENT]
    taxed = [Taxed(net_of(line), line.tax_code, rates.get(line.tax_code, ZERO)) for line in lines]
    gross = total(one.net for one in taxed) + total(taxes(taxed, WRITING.arithmetic))
    if gross == order.gross:
        return None
    text = f"X3's total would be {shown(gross)}, but the order's total is {shown(order.gross)}"
    return Failure(Code.TOTALS_DIFFER, text, sent=False)

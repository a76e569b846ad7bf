"""An order as the agent takes it (contract §12.3), from names that were resolved before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tidegate.domain.errors import Failure
from tidegate.domain.money import ZERO, rounded
from tidegate.domain.orders.calculation import line_net
from tidegate.domain.orders.order import Address
from tidegate.domain.orders.sales_order import LineKind, SalesLine, SalesOrder
from tidegate.sage.fitting_texts import one_line, street_lines, wrapped
from tidegate.sage.sage100.lengths import Codes
from tidegate.sage.sage100.places import COUNTRIES, state_of
from tidegate.sage.sage100.reference import Customer
from tidegate.sage.sage100.settings import Sage100Settings
from tidegate.sage.sage100.writing import KEY, LINE_KEY, PRODUCT, WRITING

ZIP, EMAIL, COMMENT, DESCRIPTION = 10, 250, 30, 30
COMMENT_LINE = 1000  #: characters of one comment line of ours; the agent takes 2000


@dataclass(frozen=True, slots=True)
class Resolved:
    """What the order's names stand for."""

    customer: Customer
    schedule: str  #: "" = the customer's


def order_payload(order: SalesOrder, known: Resolved, company: Sage100Settings) -> dict[str, Any] | Failure:
    """One entry of `orders`, without its fingerprint; TOO_LONG for what does not fit."""
    codes = Codes()
    body: dict[str, Any] = {
        "key": codes.check("Tidegate's key", order.key, KEY),
        "order_date": order.date.isoformat(),
        "ship_date": None,
        "division": known.customer.division,
        "customer": known.customer.number,
        "customer_po": codes.check("order number", order.reference, company.width("po")),
        "warehouse": company.warehouse,
        "ship_via": None,
        "terms": company.terms or None,
        "tax_schedule": known.schedule or None,
        "comment": codes.free("note", order.note, COMMENT) or None,
        "email": _email(order, codes) or None,
        "ship_to": None if order.delivery is None else _ship_to(order.delivery, company, codes),
    }
    lines = [_line(line, company, codes) for line in order.lines if line.kind is not LineKind.COMMENT]
    if not lines:
        codes.refuse("an order without lines cannot be sent")
    lines += [{"type": "comment", "text": text} for text in _comments(order, codes)]
    body |= {
        "lines": lines,
        "freight": "0.00",
        "discount": "0.00",
        "deposit": None,
        "expected": {
            "total": str(rounded(order.gross, 2)),
            "tax": str(rounded(order.tax, 2)),
            "tolerance": str(company.tolerated),
        },
        "udf": {},
    }
    return codes.failure() or body


def unit_price(line: SalesLine) -> Decimal:
    """After the line's discount: no discount of Sage's is used."""
    return rounded(line.unit_price - line.unit_discount, WRITING.arithmetic.price_decimals)


def _line(line: SalesLine, company: Sage100Settings, codes: Codes) -> dict[str, Any]:
    key = codes.check("line key", line.line_key, LINE_KEY) if line.item_id is not None else line.line_key
    if line.kind is LineKind.GOODS:
        return {
            "key": key or None,
            "type": "item",
            "item": codes.check("SKU", line.code, PRODUCT),
            "quantity": str(line.quantity),
            "unit_price": str(unit_price(line)),
            "warehouse": line.warehouse or company.warehouse,
            "description": one_line(line.description, DESCRIPTION) if line.own_text else None,
        }
    code = line.code if line.kind is LineKind.CHARGE else company.amounts.get(line.account, "")
    amount = line_net(line.quantity, line.unit_price, line.unit_discount, WRITING.arithmetic)
    return {
        "key": key or None,
        "type": "charge",
        "item": codes.check("charge", code, PRODUCT),
        "amount": str(rounded(amount or ZERO, 2)),
    }


def _email(order: SalesOrder, codes: Codes) -> str:
    for address in (order.delivery, order.invoice):
        if address is not None and address.email:
            return codes.free("e-mail", address.email, EMAIL)
    return ""


def _ship_to(address: Address, company: Sage100Settings, codes: Codes) -> dict[str, Any]:
    """Name, up to three lines, and where it is; a region without two letters stands in the last line."""
    name = address.company or address.name
    street = ([address.name] if address.company and address.name else []) + list(address.street)
    state = state_of(address.country, address.region)
    if address.region.strip() and not state:
        street.append(address.region)
    lines, rest = street_lines(street, company.width("address"), 3)
    if rest:
        codes.over.append(f"address: {rest}")
    return {
        "code": None,
        "name": codes.free("name", name, company.width("name")) or None,
        "address": lines,
        "city": codes.free("city", address.city, company.width("city")) or None,
        "state": state or None,
        "zip": codes.check("postcode", address.postcode, ZIP) or None,
        "country": country_of(address.country, company.countries) or None,
    }


def country_of(code: str, more: Mapping[str, str]) -> str:
    """Sage's code of an ISO country code; "" where none is known."""
    wanted = code.strip().upper()
    return more.get(wanted) or COUNTRIES.get(wanted, "")


def _comments(order: SalesOrder, codes: Codes) -> list[str]:
    """Comment lines: the order's own, the buyer's order number, notes for the company, and what did not fit."""
    texts = [line.description for line in order.lines if line.kind is LineKind.COMMENT]
    if order.po_number:
        texts.append(f"Purchase order {order.po_number}")
    texts += [*order.memos, *dict.fromkeys(codes.over)]
    return [part for text in texts for part in wrapped(text, COMMENT_LINE)]

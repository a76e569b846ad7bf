"""The `create_sotransaction` of an order, with its elements in the order of the contract.

Source: contract §6.1. Goods are lines. Other charges and tax are subtotals of the transaction definition, by
name. The price of a line is its price after discount, so that no price list of the company adds a discount.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from tidegate.domain.errors import Code, Failure
from tidegate.domain.money import rounded, shown, total
from tidegate.domain.orders.calculation import line_net
from tidegate.domain.orders.sales_order import LineKind, SalesLine, SalesOrder
from tidegate.sage.intacct.contacts import contact_of
from tidegate.sage.intacct.lengths import Codes
from tidegate.sage.intacct.reference import Customer, Item
from tidegate.sage.intacct.settings import IntacctSettings
from tidegate.sage.intacct.writing import ACCOUNT, KEY, PRODUCT, REFERENCE, writing

DAILY = "Intacct Daily Rate"
TEXT = 400  #: characters of a line's description (A)
LINE_KEY = 100
CONTACTS = "contacts"  #: key of a payload: the contacts that the order refers to
ORDER = "create_sotransaction"  #: key of a payload: the function that creates the order


@dataclass(frozen=True, slots=True)
class Resolved:
    """The records of Intacct that the names in the order refer to."""

    customer: Customer
    items: Mapping[str, Item]
    warehouse: str  #: for lines that name no warehouse


def order_payload(order: SalesOrder, known: Resolved, company: IntacctSettings) -> dict[str, Any] | Failure:
    """Contacts and the function. TOO_LONG if a text does not fit; TOTALS_DIFFER if Intacct's total would differ."""
    codes = Codes()
    account = codes.check("account", known.customer.account, ACCOUNT)
    delivery = contact_of(order.delivery, account, codes) if order.delivery else None
    invoice = contact_of(order.invoice, account, codes) if order.invoice else None
    goods = [line for line in order.lines if line.kind is LineKind.GOODS]
    if not goods:
        codes.refuse("an order without items has no lines, and Intacct does not accept that")
    lines = [_line(line, known, company, codes) for line in goods]
    notes = [*order.memos, *dict.fromkeys(codes.over)]
    if lines and notes:
        lines[0]["memo"] = "\n".join(
            notes
        )  # internal notes go into a memo, because the message of the header is printed
    subtotals = _subtotals(order, company)
    document = {
        "transactiontype": company.sales_order,
        "datecreated": legacy_day(order.date),
        "customerid": account,
        "referenceno": codes.check("order number", order.reference, REFERENCE),
        "termname": company.term or None,
        "datedue": None if company.term else legacy_day(order.date),
        "message": _message(order) or None,
        "shipto": {"contactname": delivery["CONTACTNAME"]} if delivery else None,
        "billto": {"contactname": invoice["CONTACTNAME"]} if invoice else None,
        "currency": order.currency if company.multi_currency else None,
        "exchratetype": DAILY if company.multi_currency else None,
        "customfields": _custom(company.order_field, codes.check("Tidegate's key", order.key, KEY)),
        "state": "Pending",
        "customerponumber": codes.check("purchase order number", order.po_number, 30) or None,
        "sotransitems": {"sotransitem": lines},
        "subtotals": {"subtotal": subtotals} if subtotals else None,
    }
    failure = codes.failure() or _differs(order, goods, subtotals, company)
    if failure is not None:
        return failure
    contacts = {one["CONTACTNAME"]: one for one in (delivery, invoice) if one is not None}
    return {CONTACTS: list(contacts.values()), ORDER: document}


def _line(line: SalesLine, known: Resolved, company: IntacctSettings, codes: Codes) -> dict[str, Any]:
    item = known.items[line.code]
    key = codes.check("line key", line.line_key, LINE_KEY)
    return {
        "itemid": codes.check("SKU", item.code, PRODUCT),
        "itemdesc": " ".join(line.description.split())[:TEXT] if line.own_text else None,
        "warehouseid": (line.warehouse or known.warehouse) if item.stocked else None,
        "quantity": line.quantity,
        "unit": company.unit,
        "price": _price(line, company),
        "locationid": company.location or None,
        "memo": None,
        "customfields": _custom(company.line_field, key) if company.line_field and key else None,
    }


def _price(line: SalesLine, company: IntacctSettings) -> Decimal:
    return rounded(line.unit_price - line.unit_discount, company.price_decimals)


def _subtotals(order: SalesOrder, company: IntacctSettings) -> list[dict[str, Any]]:
    """Charges, other amounts and tax, summed by subtotal; zero subtotals are left out."""
    sums: dict[str, Decimal] = {}
    arithmetic = writing(company).arithmetic
    for line in order.lines:
        if line.kind in (LineKind.CHARGE, LineKind.FREE_TEXT):
            name = line.code if line.kind is LineKind.CHARGE else company.amounts[line.account]
            net = line_net(line.quantity, line.unit_price, line.unit_discount, arithmetic)
            sums[name] = sums.get(name, Decimal(0)) + net
        if line.tax_code and line.tax:
            sums[line.tax_code] = sums.get(line.tax_code, Decimal(0)) + line.tax
    return [
        {"description": name, "total": value, "locationid": company.location or None}
        for name, value in sums.items()
        if value
    ]


def _message(order: SalesOrder) -> str:
    """The text for the customer: note, comments, and the texts of other amounts."""
    texts = [line.description for line in order.lines if line.kind in (LineKind.COMMENT, LineKind.FREE_TEXT)]
    listed = [order.note, *texts]
    return "\n".join(dict.fromkeys(text.strip() for text in listed if text.strip()))


def _custom(name: str, value: str) -> dict[str, Any]:
    return {"customfield": {"customfieldname": name, "customfieldvalue": value}}


def legacy_day(day: date) -> dict[str, str]:
    """A date in the form of legacy functions."""
    return {"year": f"{day.year:04}", "month": f"{day.month:02}", "day": f"{day.day:02}"}


def _differs(
    order: SalesOrder,
    goods: list[SalesLine],
    subtotals: list[dict[str, Any]],
    company: IntacctSettings,
) -> Failure | None:
    """Compare the total that Intacct will calculate with the order's total; Intacct's answer does not state its total."""
    net = total(rounded(line.quantity * _price(line, company), 2) for line in goods)
    gross = net + total(one["total"] for one in subtotals)
    if gross == order.gross:
        return None
    text = f"Intacct's total would be {shown(gross)}, but the order's total is {shown(order.gross)}"
    return Failure(Code.TOTALS_DIFFER, text, sent=False)

"""The amounts of an order that its invoices and credit memos are made of, in both of its currencies.

Fields: `openapi-2.4.6.json`; an amount that is absent or null is nothing, as Magento leaves out what an order
does not have.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec

from tidegate.domain.fulfilment.store_amounts import Carriage, ItemAmounts, Side
from tidegate.domain.money import ZERO
from tidegate.magento.reading import line_amounts
from tidegate.magento.wire import Amount, Text

BASE, OWN = SIDES = ("base_", "")  #: how the fields of each currency begin
_ROW = (
    "row_total",
    "row_total_incl_tax",
    "discount_amount",
    "discount_tax_compensation_amount",
    "tax_amount",
)
_PARTS = ("discount", "tax", "discount_tax_compensation")
ITEM_AMOUNTS = (
    "tax_percent",
    *(
        side + name
        for side in SIDES
        for name in (
            *_ROW,
            "row_invoiced",
            "amount_refunded",
            *(f"{part}_{done}" for part in _PARTS for done in ("invoiced", "refunded")),
        )
    ),
)
_ORDER = (
    "shipping_amount",
    "shipping_tax_amount",
    "shipping_incl_tax",
    "shipping_refunded",
    "shipping_tax_refunded",
    "shipping_discount_amount",
    "tax_invoiced",
    "tax_refunded",
    "grand_total",
    "subtotal",
    "discount_amount",
    "tax_amount",
    "discount_tax_compensation_amount",
)
_COMPENSATION = {
    "base_": "base_shipping_discount_tax_compensation_amnt",
    "": "shipping_discount_tax_compensation_amount",
}
ORDER_FIELDS = (
    *(side + name for side in SIDES for name in _ORDER),
    *_COMPENSATION.values(),
    "order_currency_code",
    "base_to_order_rate",
)


class WireItemAmounts(msgspec.Struct):
    """What an item comes to, and what of it is invoiced and refunded."""

    tax_percent: Amount = None
    base_row_total: Amount = None
    base_row_total_incl_tax: Amount = None
    base_discount_amount: Amount = None
    base_discount_tax_compensation_amount: Amount = None
    base_tax_amount: Amount = None
    row_total: Amount = None
    row_total_incl_tax: Amount = None
    discount_amount: Amount = None
    discount_tax_compensation_amount: Amount = None
    tax_amount: Amount = None
    base_row_invoiced: Amount = None
    base_amount_refunded: Amount = None
    base_discount_invoiced: Amount = None
    base_discount_refunded: Amount = None
    base_tax_invoiced: Amount = None
    base_tax_refunded: Amount = None
    base_discount_tax_compensation_invoiced: Amount = None
    base_discount_tax_compensation_refunded: Amount = None
    row_invoiced: Amount = None
    amount_refunded: Amount = None
    discount_invoiced: Amount = None
    discount_refunded: Amount = None
    tax_invoiced: Amount = None
    tax_refunded: Amount = None
    discount_tax_compensation_invoiced: Amount = None
    discount_tax_compensation_refunded: Amount = None


class WireOrderAmounts(msgspec.Struct):
    """The order's own."""

    base_currency_code: Text = None
    order_currency_code: Text = None
    base_to_order_rate: Amount = None
    base_shipping_amount: Amount = None
    base_shipping_tax_amount: Amount = None
    base_shipping_incl_tax: Amount = None
    base_shipping_refunded: Amount = None
    base_shipping_tax_refunded: Amount = None
    base_shipping_discount_amount: Amount = None
    base_shipping_discount_tax_compensation_amnt: Amount = None
    base_tax_invoiced: Amount = None
    base_tax_refunded: Amount = None
    base_grand_total: Amount = None
    base_subtotal: Amount = None
    base_discount_amount: Amount = None
    base_tax_amount: Amount = None
    base_discount_tax_compensation_amount: Amount = None
    shipping_amount: Amount = None
    shipping_tax_amount: Amount = None
    shipping_incl_tax: Amount = None
    shipping_refunded: Amount = None
    shipping_tax_refunded: Amount = None
    shipping_discount_amount: Amount = None
    shipping_discount_tax_compensation_amount: Amount = None
    tax_invoiced: Amount = None
    tax_refunded: Amount = None
    grand_total: Amount = None
    subtotal: Amount = None
    discount_amount: Amount = None
    tax_amount: Amount = None
    discount_tax_compensation_amount: Amount = None


def item_amounts(one: WireItemAmounts, side: str) -> ItemAmounts:
    """What of the item may still be refunded."""

    def left(part: str) -> Decimal:
        return _of(one, f"{side}{part}_invoiced") - _of(one, f"{side}{part}_refunded")

    row = _of(one, f"{side}row_invoiced") - _of(one, f"{side}amount_refunded")
    return ItemAmounts(row, left("discount"), left("tax"), left("discount_tax_compensation"))


def worth(one: WireItemAmounts, side: str) -> Decimal:
    """What all its pieces come to after discount, without tax: the net that its order is sent with."""
    row, gross, discount, compensation, tax = (getattr(one, side + name) for name in _ROW)
    return line_amounts(row, gross, discount, compensation, tax, one.tax_percent or ZERO).net


def side_of(one: WireOrderAmounts, side: str) -> Side:
    """The order in one of its currencies: `base_`, or "" for its own."""

    def value(name: str) -> Decimal:
        return _of(one, side + name)

    net, tax = value("shipping_amount"), value("shipping_tax_amount")
    refunded, tax_refunded = value("shipping_refunded"), value("shipping_tax_refunded")
    gross, compensation = value("shipping_incl_tax"), _of(one, _COMPENSATION[side])
    carriage = Carriage(
        net=net,
        tax=tax,
        gross=gross,
        discount=value("shipping_discount_amount"),
        compensation=compensation,
        net_left=net - refunded,
        tax_left=tax - tax_refunded,
        gross_left=max(gross - refunded - tax_refunded, ZERO),
    )
    known = value("subtotal") + value("discount_amount") + net + value("tax_amount") + compensation
    return Side(
        currency=str((one.base_currency_code if side else one.order_currency_code) or ""),
        carriage=carriage,
        tax_left=value("tax_invoiced") - value("tax_refunded"),
        other=value("grand_total") - known - value("discount_tax_compensation_amount"),
    )


def _of(one: Any, name: str) -> Decimal:
    found = getattr(one, name)
    return ZERO if found is None else found

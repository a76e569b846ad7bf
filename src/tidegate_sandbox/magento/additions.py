"""What an order may have besides goods, shipping and tax: options, fixed product tax, Adobe Commerce's amounts.

Custom options add their SKUs to the product's (`HUB-0001-red`), fixed product tax stands on the items and in
the grand total, what gift cards pay is no longer in it. The names of Adobe Commerce's extension attributes
are its published ones (A); a shop without the edition has none of them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from tidegate_sandbox.magento.amount import SIDES
from tidegate_sandbox.magento.catalogue import Catalogue
from tidegate_sandbox.magento.custom_options import colour, engraving
from tidegate_sandbox.magento.figure import ZERO, cents, figure
from tidegate_sandbox.magento.order import Order, Row

#: field of the extension attributes: its twin in base currency, and whether it lowers the grand total
COMMERCE: Final = {
    "gift_cards_amount": ("base_gift_cards_amount", True),
    "customer_balance_amount": ("base_customer_balance_amount", True),
    "reward_currency_amount": ("base_reward_currency_amount", True),
    "gw_price": ("gw_base_price", False),
    "gw_card_price": ("gw_card_base_price", False),
}


@dataclass(frozen=True)
class Additions:
    """All amounts in base currency.

    ``option``: the SKU that the first line's option adds ("" for an option without one), with what was written.
    ``colour``: with it, the title of a value that was chosen, too.
    ``fixed_product_tax``: for each piece of the first line. ``commerce``: by field of ``COMMERCE``.
    ``fields``: an extension's own, each part of the grand total. ``silent``: the same, but not part of it.
    """

    option: tuple[str, str] | None = None
    colour: str = ""
    fixed_product_tax: Decimal = ZERO
    commerce: dict[str, Decimal] = field(default_factory=dict)
    custom_fees: tuple[tuple[str, str, Decimal], ...] = ()
    fields: dict[str, Decimal] = field(default_factory=dict)
    silent: dict[str, Decimal] = field(default_factory=dict)
    pickup_location: str = ""
    gift_message: str = ""
    company: str = ""
    street: tuple[str, ...] = ()
    virtual: str = ""  #: ``virtual`` or ``downloadable``: nothing is shipped


def add(order: Order, wanted: Additions, catalogue: Catalogue) -> None:
    """Make them part of an order that is not in the shop yet."""
    rate = Decimal(order.row["base_to_order_rate"])
    first = next(item for item in order.items if "parent_item_id" not in item)
    if wanted.option is not None:
        _choose(order, first, catalogue, *wanted.option, wanted.colour)
    if wanted.fixed_product_tax:
        _tax_product(order, first, wanted.fixed_product_tax, rate)
    for name, amount in wanted.commerce.items():
        twin, lowers = COMMERCE[name]
        if lowers and Decimal(order.row["base_grand_total"]) <= amount:
            continue  # a card pays no more than there is to pay
        order.extension[name], order.extension[twin] = figure(cents(amount * rate)), figure(amount)
        _charge(order, -amount if lowers else amount, rate)
    if wanted.custom_fees:
        order.extension["custom_fees"] = [_fee(*each, rate) for each in wanted.custom_fees]
        _charge(order, sum((amount for _, _, amount in wanted.custom_fees), ZERO), rate)
    for name, amount in wanted.fields.items():
        order.row[name], order.row[f"base_{name}"] = figure(cents(amount * rate)), figure(amount)
        order.fees.append(name)
        _charge(order, amount, rate)
    order.row |= {name: figure(cents(amount * rate)) for name, amount in wanted.silent.items()}
    _say(order, wanted)
    if wanted.street:
        for address in (order.billing, order.shipping):
            if address is not None:
                address["street"] = list(wanted.street)
    if wanted.virtual:
        _make_virtual(order, wanted.virtual)


def _charge(order: Order, amount: Decimal, rate: Decimal) -> None:
    for side, value in (("base_", amount), ("", cents(amount * rate))):
        for key in ("grand_total", "total_due"):
            order.row[f"{side}{key}"] = figure(Decimal(order.row[f"{side}{key}"]) + value)
        order.payment[f"{side}amount_ordered"] = order.row[f"{side}grand_total"]


def _choose(order: Order, item: Row, catalogue: Catalogue, suffix: str, text: str, chosen: str) -> None:
    """A line with a custom option, which its product has; of a configurable the child keeps its product's SKU."""
    order.products[item["item_id"]] = item["sku"]
    sold = next(each for each in catalogue.products().values() if each.id == item["product_id"])
    choices = [engraving(catalogue, sold, text)]
    if chosen:
        choices.append(colour(catalogue, sold, chosen))
    item["sku"] = f"{item['sku']}-{suffix}"
    option = dict(item.get("product_option") or {})
    extension = dict(option.get("extension_attributes") or {})
    extension["custom_options"] = choices
    item["product_option"] = {**option, "extension_attributes": extension}


def _tax_product(order: Order, item: Row, each: Decimal, rate: Decimal) -> None:
    quantity = Decimal(item["qty_ordered"])
    base, row = each * quantity, cents(each * rate) * quantity
    item |= {
        "weee_tax_applied_amount": figure(cents(each * rate)),
        "weee_tax_applied_row_amount": figure(row),
        "base_weee_tax_applied_amount": figure(each),
        "base_weee_tax_applied_row_amnt": figure(base),
        "weee_tax_applied": json.dumps(
            [{"title": "Eco fee", "base_row_amount": str(base), "row_amount": str(row)}]
        ),
    }
    for side, value in (("base_", base), ("", row)):
        for key in ("grand_total", "total_due"):
            order.row[f"{side}{key}"] = figure(Decimal(order.row[f"{side}{key}"]) + value)
        order.payment[f"{side}amount_ordered"] = order.row[f"{side}grand_total"]


def _fee(code: str, label: str, amount: Decimal, rate: Decimal) -> dict[str, Any]:
    return {
        "code": code,
        "label": label,
        "amount": figure(cents(amount * rate)),
        "base_amount": figure(amount),
        "tax_amount": 0,
        "base_tax_amount": 0,
    }


def _say(order: Order, wanted: Additions) -> None:
    if wanted.pickup_location:
        order.extension["pickup_location_code"] = wanted.pickup_location
    if wanted.company:
        order.extension["company_order_attributes"] = {"company_id": 7, "company_name": wanted.company}
    if wanted.gift_message:
        order.extension["gift_message"] = {
            "gift_message_id": 1,
            "sender": order.row["customer_firstname"],
            "recipient": "Ben",
            "message": wanted.gift_message,
        }


def _make_virtual(order: Order, kind: str) -> None:
    """Nothing to ship: no address, no method (points 30 and 39). A bundle of virtual products stays a bundle."""
    order.row["is_virtual"] = 1
    order.row.pop("shipping_description", None)
    order.shipping, order.shipping_method = None, None
    for item in order.items:
        item["is_virtual"] = 1
        if item["product_type"] not in ("bundle", "configurable"):
            item["product_type"] = kind


def paid(extension: Row) -> dict[str, str]:
    """What gift cards and the like have paid of an order or a document, in both currencies: for an outsider's books."""
    names = [(name, twin) for name, (twin, lowers) in COMMERCE.items() if lowers]
    return {
        "paid": str(sum((Decimal(extension.get(name, 0)) for name, _ in names), ZERO)),
        "base_paid": str(sum((Decimal(extension.get(twin, 0)) for _, twin in names), ZERO)),
    }


def given_back_unasked(order: Order) -> dict[str, Any]:
    """What a credit memo gives back besides goods, by side: for an outsider's books.

    ``at_once`` with the first memo, ``fixed_tax`` with each piece of an item, ``shipping`` as far as it is asked for:
    what is left of it, with tax.
    """
    found: dict[str, Any] = {}
    for side in SIDES:
        names = [twin if side else name for name, (twin, lowers) in COMMERCE.items() if not lowers]
        row = order.row
        short = f"{side}shipping_discount_tax_compensation_{'amnt' if side else 'amount'}"
        charged = (f"{side}shipping_amount", f"{side}shipping_tax_amount", short)
        gone = (
            f"{side}{name}"
            for name in ("shipping_discount_amount", "shipping_refunded", "shipping_tax_refunded")
        )
        found[f"{side}at_once"] = str(sum((Decimal(order.extension.get(name, 0)) for name in names), ZERO))
        found[f"{side}fixed_tax"] = {
            item["item_id"]: str(item.get(f"{side}weee_tax_applied_amount") or 0) for item in order.items
        }
        found[f"{side}shipping"] = str(_sum_of(row, charged) - _sum_of(row, gone))
    return found


def _sum_of(row: Row, names: Iterable[str]) -> Decimal:
    return sum((Decimal(row.get(name) or 0) for name in names), ZERO)

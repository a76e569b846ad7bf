"""Amounts of an order besides lines, shipping and tax: fixed product tax, Adobe Commerce's, extensions'.

Source: Magento contract, points 4 and 37, `sales-data-order-item-interface` (weee, gift wrapping). The names
of Adobe Commerce's extension attributes are its published ones (A): no recording has them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from tidegate.domain.money import ZERO, total
from tidegate.domain.orders.extras import FEES, FIELDS, FIXED_TAX, AmountTerms, Extra, payments
from tidegate.domain.orders.order import Order, OrderLine
from tidegate.magento.known_fields import is_known
from tidegate.reading.document import Unreadable, read

Tree = Mapping[str, Any]

#: source: (field, its base, its tax, the tax's base)
COMMERCE: Final = {
    "gift_card": ("gift_cards_amount", "base_gift_cards_amount", "", ""),
    "store_credit": ("customer_balance_amount", "base_customer_balance_amount", "", ""),
    "reward_points": ("reward_currency_amount", "base_reward_currency_amount", "", ""),
    "gift_wrapping": ("gw_price", "gw_base_price", "gw_tax_amount", "gw_base_tax_amount"),
    "gift_wrapping_items": (
        "gw_items_price",
        "gw_items_base_price",
        "gw_items_tax_amount",
        "gw_items_base_tax_amount",
    ),
    "printed_card": ("gw_card_price", "gw_card_base_price", "gw_card_tax_amount", "gw_card_base_tax_amount"),
}
#: source: what credit memos gave back, and its base; of reward points no field tells it
GIVEN_BACK: Final = {
    "gift_card": ("gift_cards_refunded", "base_gift_cards_refunded"),
    "store_credit": ("customer_balance_refunded", "base_customer_balance_refunded"),
}
MOST_FIELDS = 40  #: of an order that are kept: an extension may write any number of them
LARGEST = Decimal(10) ** 12
_NUMBER = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,20})?")


def extras(order: Order, tree: Tree) -> tuple[Extra, ...]:
    """The amounts that Magento and Adobe Commerce have fields for. ValueError for what is no amount."""
    extension = table(tree.get("extension_attributes"))
    return (*_fixed_product_tax(order, tree), *commerce(tree, extension), *custom_fees(extension))


def commerce(tree: Tree, extension: Tree) -> Iterator[Extra]:
    """Adobe Commerce's own, in the extension attributes or beside them."""
    for source, (field, base, tax, base_tax) in COMMERCE.items():
        amounts = [amount(extension.get(name, tree.get(name)), name) for name in (field, base, tax, base_tax)]
        if any(amounts):
            yield Extra(
                source=source,
                field=field,
                amount=amounts[0],
                base=amounts[1],
                tax=amounts[2],
                base_tax=amounts[3],
            )


def given_back(tree: Tree, *, base: bool) -> dict[str, Decimal]:
    """What went back to gift cards and store credit, by source. ValueError for what is no amount."""
    extension = table(tree.get("extension_attributes"))
    names = {source: pair[base] for source, pair in GIVEN_BACK.items()}
    found = {source: amount(extension.get(name, tree.get(name)), name) for source, name in names.items()}
    return {source: value for source, value in found.items() if value}


def custom_fees(extension: Tree) -> Iterator[Extra]:
    """`custom_fees[]` (point 37); which of the two spellings a version has is not certain (A)."""
    for fee in tables(extension.get("custom_fees")):
        code = str(fee.get("code") or "fee")
        sums = [
            amount(next((fee[name] for name in names if name in fee), None), f"custom_fees {code}")
            for names in (
                ("amount", "value"),
                ("base_amount", "base_value"),
                ("tax_amount", "tax"),
                ("base_tax_amount", "base_tax"),
            )
        ]
        if any(sums):
            yield Extra(
                source=f"{FEES}.{code}",
                field=f"custom_fees {code}",
                label=str(fee.get("label") or fee.get("title") or ""),
                amount=sums[0],
                base=sums[1],
                tax=sums[2],
                base_tax=sums[3],
            )


def _fixed_product_tax(order: Order, tree: Tree) -> Iterator[Extra]:
    """Of each line that counts; of a bundle whose components have none, the bundle's own."""
    items = {item.get("item_id"): item for item in tables(tree.get("items"))}
    bundles: dict[int, list[OrderLine]] = {}
    with_tax: set[int] = set()
    for line in order.lines:
        extra = _weee(table(items.get(line.item_id)), line)
        if extra is not None:
            with_tax.add(line.bundle_item_id or 0)
            yield extra
        if line.bundle_item_id is not None:
            bundles.setdefault(line.bundle_item_id, []).append(line)
    for bundle_id, lines in bundles.items():
        if bundle_id not in with_tax:
            extra = _weee(table(items.get(bundle_id)), lines[0])
            if extra is not None:
                yield extra


def _weee(item: Tree, line: OrderLine) -> Extra | None:
    name = "weee_tax_applied_row_amount"
    quantity = line.bundle_quantity if item.get("item_id") == line.bundle_item_id else line.quantity
    row = amount(item.get(name), name) or amount(item.get("weee_tax_applied_amount"), name) * quantity
    base = amount(
        item.get("base_weee_tax_applied_row_amnt", item.get("base_weee_tax_applied_row_amount")), name
    ) or (amount(item.get("base_weee_tax_applied_amount"), name) * quantity)
    if not row and not base:
        return None
    applied = weee_applied(item.get("weee_tax_applied"))
    tax, base_tax = (
        total(
            amount(each.get(f"{side}row_amount_incl_tax"), name) - amount(each.get(f"{side}row_amount"), name)
            for each in applied
            if amount(each.get(f"{side}row_amount_incl_tax"), name)
        )
        for side in ("", "base_")
    )
    return Extra(
        source=FIXED_TAX,
        field=name,
        label=", ".join(dict.fromkeys(str(each["title"]) for each in applied if each.get("title"))),
        amount=row,
        base=base,
        tax=tax,
        base_tax=base_tax,
        item_id=line.item_id,
        tax_rate=line.tax_rate if tax or base_tax else ZERO,
        tax_names=line.tax_names if tax or base_tax else (),
    )


def weee_applied(text: object) -> Sequence[Tree]:
    """`weee_tax_applied` is JSON in a text; old shops have PHP's own form, which names nothing here."""
    if not isinstance(text, str):
        return tables(text)
    try:
        return tables(read(text))
    except Unreadable:
        return ()


def paid(tree: Tree, terms: Mapping[str, AmountTerms], *, one_currency: bool) -> list[Extra]:
    """What pays a part of the order: by nature, or by `payment` of the connection. ValueError for what is no amount."""
    extension = table(tree.get("extension_attributes"))
    extras = [*commerce(tree, extension), *custom_fees(extension)]
    return payments(extras, other_fields(tree, one_currency=one_currency), terms)


def other_fields(tree: Tree, *, one_currency: bool) -> tuple[Extra, ...]:
    """The numbers that Magento does not know, from the order and its extension attributes."""
    found: dict[str, Decimal] = {}
    for place in (tree, table(tree.get("extension_attributes"))):
        for name, value in place.items():
            if value and not is_known(name) and (number := _number(value)):
                found.setdefault(name, number)
    return tuple(
        Extra(
            source=f"{FIELDS}.{name}",
            field=name,
            amount=value,
            base=found.get(f"base_{name}", value if one_currency or name.startswith("base_") else ZERO),
        )
        for name, value in sorted(found.items())[:MOST_FIELDS]
    )


def _number(value: object) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        return ZERO
    text = str(value)
    return amount(text, "") if _NUMBER.fullmatch(text) else ZERO


def amount(value: object, field: str) -> Decimal:
    """An amount with at most four decimals; PHP writes none as null, false, "" or []. ValueError otherwise."""
    if not value and (value in (None, False, "", 0) or value == []):
        return ZERO
    try:
        number = Decimal(str(value))
    except ArithmeticError:
        raise ValueError(f"{field} is {value!r}, which is not an amount") from None
    if not number.is_finite() or abs(number) >= LARGEST:
        raise ValueError(f"{field} is {str(value)[:40]}, which is not an amount")
    exponent = number.as_tuple().exponent
    return number.quantize(Decimal("0.0001")) if isinstance(exponent, int) and exponent < -4 else number


def table(value: object) -> Tree:
    """An object; PHP writes an empty one as [] (point 30)."""
    return value if isinstance(value, Mapping) else {}


def tables(value: object) -> Sequence[Tree]:
    """A list of objects; PHP writes a list with gaps as an object."""
    if isinstance(value, Mapping):
        value = list(value.values())
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list | tuple) else []

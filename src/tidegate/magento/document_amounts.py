"""Amounts of invoices and credit memos besides goods, shipping and tax, and the order's own, by their names.

The names are those of orders (`magento/extras.py`). Fixed product tax is known from the order's items for each
piece: an invoice's lines do not have it (`openapi-2.4.6.json`).
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from tidegate.domain.money import ZERO, quotient, total
from tidegate.domain.orders.extras import Extra
from tidegate.magento.extras import COMMERCE, amount, commerce, custom_fees, other_fields, table, weee_applied
from tidegate.magento.order_amounts import WireItemAmounts
from tidegate.magento.wire import Amount

#: The part of the extension attributes that is asked for.
EXTENSION: Final = f"extension_attributes[custom_fees,{','.join(name for four in COMMERCE.values() for name in four if name)}]"
ITEM_FIELDS: Final = (
    "weee_tax_applied",
    "weee_tax_applied_amount",
    "base_weee_tax_applied_amount",
)
#: Magento's own numbers of documents that an order does not have.
_OF_DOCUMENTS = frozenset({"adjustment", "base_adjustment", "creditmemo_status", "state", "can_void_flag"})


class WireFixedTax(WireItemAmounts):
    """The fixed product tax of a piece of an order's item."""

    weee_tax_applied: Any = None
    weee_tax_applied_amount: Amount = None
    base_weee_tax_applied_amount: Amount = None


def fixed_tax(one: WireFixedTax, ordered: Decimal) -> tuple[Decimal, Decimal]:
    """For each piece, with the tax on it, in the website's base currency and in the order's."""
    applied = weee_applied(one.weee_tax_applied)
    name = "weee_tax_applied"

    def of(side: str, each: Decimal | None) -> Decimal:
        taxes = total(
            amount(row.get(f"{side}row_amount_incl_tax"), name) - amount(row.get(f"{side}row_amount"), name)
            for row in applied
            if amount(row.get(f"{side}row_amount_incl_tax"), name)
        )
        return (each or ZERO) + (quotient(taxes, ordered) if taxes and ordered else ZERO)

    return of("base_", one.base_weee_tax_applied_amount), of("", one.weee_tax_applied_amount)


def named_extras(extension: object) -> tuple[Extra, ...]:
    """Adobe Commerce's amounts and fees in the extension attributes. ValueError for what is no amount."""
    there = table(extension)
    return (*commerce({}, there), *custom_fees(there))


def unknown_fields(tree: Any, *, one_currency: bool) -> tuple[Extra, ...]:
    """The numbers of a whole document that Magento does not know: an extension's."""
    found = other_fields(table(tree), one_currency=one_currency)
    return tuple(each for each in found if each.field not in _OF_DOCUMENTS)

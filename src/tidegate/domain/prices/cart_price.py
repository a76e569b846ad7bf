"""What one piece costs an account that takes so many: the contract, else its list, else the standard list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tidegate.domain.prices.price_book import CustomerPrice, ListPrice, PriceList


@dataclass(frozen=True, slots=True)
class CartPrice:
    """A price with where it is from: `contract` or `list`."""

    price: Decimal
    currency: str
    tax_inclusive: bool
    source: str


def cart_price(
    listed: Sequence[ListPrice],
    agreed: Sequence[CustomerPrice],
    quantity: Decimal,
    lists: Mapping[str, PriceList],
    order: Sequence[str],
    day: date,
) -> CartPrice | None:
    """The price at `quantity`, per stock unit; `order` are list codes, the first with a price counts.

    `day` is today in the company's time zone. None when neither contract nor list has a price.
    """
    fitting = [
        each
        for each in agreed
        if not each.unit
        and each.quantity <= max(quantity, Decimal(1))
        and _in_force(each.valid_from, each.valid_to, day)
    ]
    standard = lists.get(order[-1]) if order else None
    if fitting:
        best = max(fitting, key=lambda each: each.quantity)
        return CartPrice(
            best.price, best.currency, bool(standard and standard.tax_inclusive), source="contract"
        )
    for code in order:
        one = lists.get(code)
        if one is None or not one.active or not _in_force(one.valid_from, one.valid_to, day):
            continue
        # Half a piece costs what one costs a piece.
        rows = [
            each
            for each in listed
            if each.list_code == code and not each.unit and each.quantity <= max(quantity, Decimal(1))
        ]
        if rows:
            price = max(rows, key=lambda each: each.quantity).price
            return CartPrice(price, one.currency, one.tax_inclusive, source="list")
    return None


def _in_force(first: date | None, last: date | None, day: date) -> bool:
    return not (first and first > day) and not (last and last < day)

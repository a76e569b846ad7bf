"""Unit prices from line totals.

Magento's own `price` times quantity misses the line by cents when prices include tax (Magento
contract, point 3), so prices are made backwards: from the line's net to a price at the ERP's
decimals that arrives there again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from tidegate.domain.money import ZERO, floored, product, quotient, rounded
from tidegate.domain.orders.arithmetic import Arithmetic
from tidegate.domain.orders.calculation import line_net

#: How many ways to part a quantity are tried; each hits in more than every second case.
_TRIES = 400


@dataclass(frozen=True, slots=True)
class Priced:
    """A quantity at a price and a discount per unit; `net` is what the ERP makes of it."""

    quantity: Decimal
    unit_price: Decimal
    unit_discount: Decimal
    net: Decimal


def one_price(quantity: Decimal, net: Decimal, discount: Decimal, arithmetic: Arithmetic) -> Priced:
    """One price for the whole quantity, with the discount shown where that still hits the net.

    `net` and `discount` are of the line, without tax. When no price hits, as happens from about a
    thousand pieces, the nearest net price is returned: compare `Priced.net`.
    """
    nearest = _priced(quantity, rounded(quotient(net, quantity), arithmetic.price_decimals), ZERO, arithmetic)
    if discount > 0:
        for price, off in _discounted(quantity, net, discount, arithmetic):
            if 0 < off <= price:
                shown = _priced(quantity, price, off, arithmetic)
                if shown.net == rounded(net, arithmetic.money_decimals):
                    return shown
    return nearest


def two_prices(quantity: Decimal, net: Decimal, arithmetic: Arithmetic) -> tuple[Priced, ...]:
    """The quantity in two parts at neighbouring net prices that together hit the net exactly.

    Whole pieces stay whole. When no parting hits, the nearest single price is returned alone.
    """
    target = rounded(net, arithmetic.money_decimals)
    low = floored(quotient(net, quantity), arithmetic.price_decimals)
    step = Decimal(1).scaleb(-arithmetic.price_decimals)
    decimals = 0 if quantity == quantity.to_integral_value() else arithmetic.quantity_decimals
    unit = Decimal(1).scaleb(-decimals)
    start = rounded(quotient(target - product(quantity, low), step), decimals)
    for move in range(_TRIES):
        dear = start + unit * (move // 2 if move % 2 else -(move // 2))
        if not 0 < dear < quantity:
            continue
        parts = (
            _priced(quantity - dear, low, ZERO, arithmetic),
            _priced(dear, low + step, ZERO, arithmetic),
        )
        if parts[0].net + parts[1].net == target:
            return parts
    return (one_price(quantity, net, ZERO, arithmetic),)


def _discounted(
    quantity: Decimal, net: Decimal, discount: Decimal, arithmetic: Arithmetic
) -> Iterator[tuple[Decimal, Decimal]]:
    """Pairs of price and discount per unit, the plainest first."""
    exact = quotient(net, quantity)
    price = rounded(quotient(net + discount, quantity), arithmetic.price_decimals)
    off = rounded(quotient(discount, quantity), arithmetic.discount_decimals)
    yield price, off
    yield price, rounded(price - exact, arithmetic.discount_decimals)
    yield rounded(exact + off, arithmetic.price_decimals), off


def _priced(quantity: Decimal, price: Decimal, off: Decimal, arithmetic: Arithmetic) -> Priced:
    return Priced(quantity, price, off, line_net(quantity, price, off, arithmetic))

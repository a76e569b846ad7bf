"""Sage 50's arithmetic of an order, and prices with which it comes nearest to the order's total.

Source: contract §10 (A). A line is rounded, tax is rounded once for each rate. An order has no line for a rounding
difference: the cent goes into the price of a line, or into the shipping costs. Some totals cannot be reached so, since
a cent more of a price brings its tax along: then a cent is left, which the flow weighs by the connection's tolerance.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from tidegate.domain.money import ZERO, product, quotient, rounded, total
from tidegate.domain.orders.unit_prices import one_price
from tidegate.sage.sage50.writing import ARITHMETIC

CENT = Decimal("0.01")
#: Cents around the difference that are tried on a line: tax is rounded on what the line adds to.
AROUND = (0, 1, -1, 2, -2)


@dataclass(frozen=True, slots=True)
class Priced:
    """One line of goods, or the shipping costs (quantity 1). `rate` in percent; amounts without tax."""

    quantity: Decimal
    price: Decimal
    net: Decimal
    rate: Decimal


@dataclass(frozen=True, slots=True)
class Sums:
    """What Sage 50 makes of the lines."""

    net: Decimal
    tax: Decimal

    @property
    def gross(self) -> Decimal:
        """After tax."""
        return self.net + self.tax


def sums_of(lines: Sequence[Priced]) -> Sums:
    """Net, and tax by rate, each rounded once."""
    bases: dict[Decimal, Decimal] = {}
    for line in lines:
        bases[line.rate] = bases.get(line.rate, ZERO) + line.net
    taxes = [rounded(product(base, rate).scaleb(-2), 2) for rate, base in bases.items()]
    return Sums(total(line.net for line in lines), total(taxes))


def fitted(lines: Sequence[Priced], gross: Decimal) -> list[Priced]:
    """These lines, with one price changed by some cents if that brings their total nearer to `gross`."""
    nearest, difference = list(lines), gross - sums_of(lines).gross
    left = abs(difference)
    order = sorted(range(len(lines)), key=lambda index: (lines[index].quantity != 1, lines[index].quantity))
    for index in order if difference else ():
        for changed in _changed(lines[index], difference):
            tried = [*lines[:index], changed, *lines[index + 1 :]]
            off = abs(gross - sums_of(tried).gross)
            if off < left:
                nearest, left = tried, off
            if not left:
                return nearest
    return nearest


def _changed(line: Priced, difference: Decimal) -> Iterator[Priced]:
    """The line with a net that is about the difference more, at a price that arrives there."""
    more = rounded(quotient(difference, 1 + line.rate.scaleb(-2)), 2)
    for step in AROUND:
        net = line.net + more + step * CENT
        if net < 0 or net == line.net:
            continue
        priced = one_price(line.quantity, net, ZERO, ARITHMETIC)
        if priced.net == net:
            yield replace(line, price=priced.unit_price, net=net)

"""Checks of totals that a company cannot have: a cent more of a net brings its tax along.

Where an order can have no line for what rounding leaves, some totals lie between two that its lines can make: at 6 %,
36.41 comes to 38.59 and 36.42 to 38.61. One cent is then nobody's fault; where a rate of 0 is in the order, or where a
net would meet the total, it is. A company that taxes by schedules of its own is written to as soon as its total lies within the
configured tolerance.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Protocol

Book = Mapping[str, Any]
CENT, HUNDRED = Decimal("0.01"), Decimal(100)


class Terms(Protocol):
    """Those of the checker."""

    @property
    def within(self) -> Decimal: ...

    @property
    def has_rounding(self) -> bool: ...


def stands(wanted: Decimal, there: Book, order: Book, terms: Terms) -> bool:
    """Whether the company's total is the store's, or as near to it as this company comes."""
    gross = Decimal(there["gross"])
    if abs(gross - wanted) <= terms.within:
        return True
    return not terms.has_rounding and is_nearest(gross, wanted, there, order)


def is_nearest(gross: Decimal, wanted: Decimal, there: Book, order: Book) -> bool:
    """Whether the company's total is a cent beside the store's, and no net at the order's one rate would meet that."""
    if abs(gross - wanted) > CENT:
        return False
    if any(Decimal(line["net"]) and not Decimal(line["tax"]) for line in there["lines"]):
        return False  # what is not taxed can take a cent
    rates = {Decimal(each) for each in order["tax_percents"]} - {Decimal(0)}
    return bool(rates) and not any(_reaches(wanted, rate) for rate in rates)


def _reaches(wanted: Decimal, rate: Decimal) -> bool:
    about = (wanted * HUNDRED / (HUNDRED + rate)).quantize(CENT)
    nets = (about + step * CENT for step in range(-2, 3))
    return any(net + (net * rate / HUNDRED).quantize(CENT, ROUND_HALF_UP) == wanted for net in nets)

"""Orders whose tax the company works out otherwise than the store: a person decides, and is shown both calculations."""

from __future__ import annotations

import re
from decimal import Decimal

#: How a review shows both calculations of an order's tax.
BOTH_TAXES = re.compile(
    r"Sage's total is ([0-9.]+) \(tax ([0-9.]+)\), but the order's total is ([0-9.]+) \(tax ([0-9.]+)\)"
)


def taxed_otherwise(reason: str, tolerance: Decimal) -> bool:
    """Whether both sides tax the same net, and differ by more than the tolerance: the store's tax is no schedule's."""
    found = BOTH_TAXES.search(reason)
    if found is None:
        return False
    theirs, their_tax, ours, our_tax = map(Decimal, found.groups())
    return theirs - their_tax == ours - our_tax and abs(their_tax - our_tax) > tolerance

"""Orders whose tax the company works out otherwise than the store: a person decides, and is shown both calculations."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

#: How a review shows both calculations of an order's tax.
BOTH_TAXES = re.compile(
    r"Sage's total is ([0-9.]+) \(tax ([0-9.]+)\), but the order's total is ([0-9.]+) \(tax ([0-9.]+)\)"
)
#: The same of an order that stands in the company already: net and tax beside each other.
STORED_TAXES = re.compile(
    r"\(tax by schedule.*?\nnet +([0-9.]+) +[0-9.]+\ntax +([0-9.]+) +([0-9.]+)\n", re.DOTALL
)


def taxed_otherwise(reason: str, tolerance: Decimal, stored: Mapping[str, Any] | None = None) -> bool:
    """Whether both sides tax the same net, and differ by more than the tolerance: the store's tax is no schedule's.

    `stored`: the order as it stands in the company, where it was stored before anybody compared.
    """
    table = STORED_TAXES.search(reason)
    if table is not None and stored is not None:
        net, ours, theirs = map(Decimal, table.groups())
        return Decimal(stored["net"]) == net and abs(theirs - ours) > tolerance
    found = BOTH_TAXES.search(reason)
    if found is None:
        return False
    theirs, their_tax, ours, our_tax = map(Decimal, found.groups())
    return theirs - their_tax == ours - our_tax and abs(their_tax - our_tax) > tolerance

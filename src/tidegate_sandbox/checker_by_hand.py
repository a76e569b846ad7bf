"""Checks of what somebody in the shop has made of a document of the company, and the hub the rest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

ZERO = Decimal(0)


def completed(
    here: Mapping[str, Decimal], there: Mapping[str, Decimal], by_hand: Iterable[Mapping[str, Decimal]]
) -> bool:
    """Whether one document made by hand has just the pieces that the hub's have too little of."""
    lacking = {sku: more for sku, count in there.items() if (more := count - here.get(sku, ZERO))}
    return set(here) <= set(there) and any(pieces == lacking for pieces in by_hand)

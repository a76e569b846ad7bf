"""Checks of what somebody in the shop has made of a document of the company, and the hub the rest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

ZERO = Decimal(0)


def completed(
    here: Mapping[str, Decimal],
    there: Mapping[str, Decimal],
    by_hand: Iterable[Mapping[str, Decimal]],
    *,
    among: bool = False,
) -> bool:
    """Whether one document made by hand has just the pieces that the hub's have too little of; or `among` others.

    Magento's button, and a payment, invoice all that is left of an order: the rest of one of the company's invoices and
    others of them.
    """
    lacking = {sku: more for sku, count in there.items() if (more := count - here.get(sku, ZERO))}
    contained = among and all(more > 0 for more in lacking.values())
    return set(here) <= set(there) and any(
        pieces == lacking
        or (contained and all(pieces.get(sku, ZERO) >= more for sku, more in lacking.items()))
        for pieces in by_hand
    )

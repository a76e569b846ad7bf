"""How Magento parts a line's amounts: by pieces, rounded, and what rounding took is given to the next."""

from __future__ import annotations

from decimal import Decimal

from tidegate_sandbox.magento.figure import ZERO, cents


class Shares:
    """Parts amounts for one document. Each side (``base_`` and order currency) rounds for itself."""

    def __init__(self) -> None:
        self._carried: dict[str, Decimal] = {}

    def part(
        self, side: str, left: Decimal, available: Decimal, quantity: Decimal, *, negative: bool = False
    ) -> Decimal:
        """What ``quantity`` of ``available`` pieces have of ``left``; all of it where it is all of them.

        ``negative``: the amount is taken away from the document, so that the rest is carried the other way.
        """
        if quantity == available:
            return left
        exact = left / available * quantity
        if not exact:
            return ZERO
        sign = -1 if negative else 1
        exact += self._carried.get(side, ZERO) * sign
        rounded = cents(exact)
        self._carried[side] = (exact - rounded) * sign
        return rounded

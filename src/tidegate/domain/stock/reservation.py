"""What of an order item Magento still reserves: by its own rule, from the item's counters.

Source: Magento's published inventory modules (credit memos of pieces that were never shipped); worked
tables in `docs/algorithms/availability.md`. Quantities in pieces.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from tidegate.domain.money import ZERO


@dataclass(frozen=True, slots=True)
class Reservation:
    """An item's `ordered` pieces, and those whose reservation ended without a shipment.

    `released` of the `refunded` pieces had not been shipped when they were refunded. Of a `virtual` item,
    which is not shipped, those that are invoiced are released.
    """

    ordered: Decimal
    cancelled: Decimal = ZERO
    refunded: Decimal = ZERO
    released: Decimal = ZERO
    virtual: bool = False

    @property
    def is_whole(self) -> bool:
        """Whether shipments alone end it."""
        return not (self.virtual or self.cancelled or self.refunded)

    def moved_since(self, before: Reservation | None) -> bool:
        """Whether Magento has moved pieces of its sources without a shipment: refunded, or virtual and invoiced."""
        refunded, released = (before.refunded, before.released) if before else (ZERO, ZERO)
        return self.refunded > refunded or (self.virtual and self.released > released)

    def left(self, shipped: Decimal) -> Decimal:
        """The pieces that are still reserved after a shipment."""
        shipped = (
            ZERO if self.virtual else shipped
        )  # despatched by the company, which is not reported to the store
        return max(self.ordered - self.cancelled - self.released - shipped, ZERO)


def counted(
    before: Reservation | None,
    *,
    ordered: Decimal,
    invoiced: Decimal,
    shipped: Decimal,
    refunded: Decimal,
    cancelled: Decimal,
    virtual: bool = False,
) -> Reservation:
    """The reservation by an item's counters now; `before` is what was counted when it was read last.

    A credit memo takes its pieces from those that are invoiced and neither shipped nor refunded, as far as
    they go, and releases these; the rest of it had been shipped. That depends on what was invoiced and shipped
    at that moment, so that each refund is counted when it is first seen, and stays. Virtual pieces are released
    by their invoice, and a refund of them releases nothing more.
    """
    if virtual:
        return Reservation(ordered, cancelled, refunded, invoiced, virtual=True)
    before = before or Reservation(ordered)
    never_left = max(invoiced - before.refunded - shipped, ZERO)
    released = max(min(refunded - before.refunded, never_left), ZERO)
    return Reservation(ordered, cancelled, refunded, before.released + released)

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
    which is not shipped, those that are invoiced are released. `shipped` are those of the store's shipments, whoever
    made them.
    """

    ordered: Decimal
    cancelled: Decimal = ZERO
    refunded: Decimal = ZERO
    released: Decimal = ZERO
    virtual: bool = False
    shipped: Decimal = ZERO

    @property
    def is_untouched(self) -> bool:
        """Whether all pieces are reserved still, as far as the store's counters say, and a shipment will end it."""
        return not (self.virtual or self.cancelled or self.refunded or self.shipped)

    def moved_since(self, before: Reservation | None, ours: Decimal) -> bool:
        """Whether Magento has moved pieces of its sources without a shipment of ours, which have `ours` pieces.

        Refunded ones, virtual ones that were invoiced, and those that somebody else has shipped.
        """
        before = before or Reservation(self.ordered)
        invoiced = self.virtual and self.released > before.released
        return invoiced or self.refunded > before.refunded or self.shipped > max(before.shipped, ours)

    def left(self, written: Decimal) -> Decimal:
        """The pieces that are still reserved; `written` are those of our shipments: some since the counters were read.

        What the company has despatched of a virtual item is not reported to the store.
        """
        shipped = ZERO if self.virtual else max(written, self.shipped)
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
    return Reservation(ordered, cancelled, refunded, before.released + released, shipped=shipped)

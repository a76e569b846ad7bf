"""How an order stands, in the words that a connection maps to Magento's statuses."""

from __future__ import annotations

from enum import StrEnum

from tidegate.domain.fulfilment.sage_documents import OrderStanding


class Standing(StrEnum):
    """The keys of `[connections.NAME.statuses]`; `OPEN` has none: there is nothing to tell."""

    OPEN = "open"
    ON_HOLD = "on-hold"
    PARTLY_SHIPPED = "partly-shipped"
    SHIPPED = "shipped"
    INVOICED_OPEN = "invoiced-open"
    PAID = "paid"
    COMPLETE = "complete"
    CANCELLED = "cancelled"


#: Statuses of Magento that are not written but brought about by a call of their own.
HELD_STATUS, CANCELLED_STATUS = "holded", "canceled"


def stands(standing: OrderStanding, despatched: str, invoiced: str, *, paid: bool) -> Standing:
    """One word for the order. `paid`: every invoice that it has is paid, and it has one.

    What the customer asks about counts most: hold and cancellation first, then money once there is an
    invoice, then goods. `complete` is shipped, invoiced and paid in full.
    """
    if standing is OrderStanding.CANCELLED:
        return Standing.CANCELLED
    if standing is OrderStanding.ON_HOLD:
        return Standing.ON_HOLD
    everything = standing is OrderStanding.COMPLETE or (despatched, invoiced) == ("full", "full")
    if paid:
        return Standing.COMPLETE if everything else Standing.PAID
    if invoiced != "none" or standing is OrderStanding.COMPLETE:
        return Standing.INVOICED_OPEN
    if despatched == "full":
        return Standing.SHIPPED
    return Standing.PARTLY_SHIPPED if despatched == "part" else Standing.OPEN

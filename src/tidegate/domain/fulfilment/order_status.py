"""The status of an order, in the words that a connection maps to Magento's statuses."""

from __future__ import annotations

from enum import StrEnum

from tidegate.domain.fulfilment.sage_documents import SalesOrderStatus


class OrderStatus(StrEnum):
    """The keys of `[connections.NAME.statuses]`; `OPEN` has none: it is not reported."""

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


def stands(status: SalesOrderStatus, despatched: str, invoiced: str, *, paid: bool) -> OrderStatus:
    """One word for the order. `paid`: every invoice that it has is paid, and it has one.

    What the customer asks about counts most: hold and cancellation first, then money once there is an
    invoice, then goods. `complete` is shipped, invoiced and paid in full.
    """
    if status is SalesOrderStatus.CANCELLED:
        return OrderStatus.CANCELLED
    if status is SalesOrderStatus.ON_HOLD:
        return OrderStatus.ON_HOLD
    everything = status is SalesOrderStatus.COMPLETE or (despatched, invoiced) == ("full", "full")
    if paid:
        return OrderStatus.COMPLETE if everything else OrderStatus.PAID
    if invoiced != "none" or status is SalesOrderStatus.COMPLETE:
        return OrderStatus.INVOICED_OPEN
    if despatched == "full":
        return OrderStatus.SHIPPED
    return OrderStatus.PARTLY_SHIPPED if despatched == "part" else OrderStatus.OPEN

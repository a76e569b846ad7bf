"""The status of a Sage 100 order as the port's `SalesOrderStatus`. Source: contract §7.1."""

from __future__ import annotations

from tidegate.domain.fulfilment.sage_documents import SalesOrderStatus
from tidegate.sage.sage100.rows import Row, text_of
from tidegate.sage.sage100.wire_names import COMPLETED, DELETED, HELD, LAST_INVOICE, ORDER_STATUS


def status_of(row: Row) -> SalesOrderStatus | None:
    """The status of an open order; None for an unknown letter."""
    match text_of(row, ORDER_STATUS):
        case "N" | "O" | "":
            return SalesOrderStatus.LIVE
        case letter if letter == HELD:
            return SalesOrderStatus.ON_HOLD
        case letter if letter == COMPLETED:
            return SalesOrderStatus.COMPLETE
        case _:
            return None


def gone(row: Row) -> SalesOrderStatus | None:
    """The status of an order that is no longer open, from its row in the history; None for an unknown letter.

    `A` (active) without an invoice counts as live.
    """
    letter = text_of(row, ORDER_STATUS)
    if letter == DELETED:
        return SalesOrderStatus.CANCELLED
    if letter == COMPLETED or text_of(row, LAST_INVOICE):
        return SalesOrderStatus.COMPLETE
    return SalesOrderStatus.LIVE if letter == "A" else None

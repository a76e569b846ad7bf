"""The states of an order, in the domain's words (contract §9; menus 415, 417, 418, 419)."""

from __future__ import annotations

from tidegate.domain.fulfilment.sage_documents import SalesOrderStatus
from tidegate.sage.x3.rows import Row, day_of, text_of
from tidegate.sage.x3.wire_names import CLOSED, DONE, HELD, NOT_BEGUN, YES


def is_closed(row: Row) -> bool:
    """Whether nothing of it is to be delivered any more."""
    return text_of(row, "ORDSTA") == CLOSED


def delivered(row: Row) -> str:
    """none, part or full."""
    return DONE.get(text_of(row, "DLVSTA"), "none")


def invoiced(row: Row) -> str:
    """none, part or full."""
    return DONE.get(text_of(row, "INVSTA"), "none")


def status_of(row: Row) -> SalesOrderStatus:
    """An order's status: closed before anything was delivered or invoiced, it is cancelled."""
    if is_closed(row):
        begun = text_of(row, "DLVSTA") not in ("", NOT_BEGUN) or text_of(row, "INVSTA") not in ("", NOT_BEGUN)
        if not begun and day_of(row, "CCLDAT") is not None:
            return SalesOrderStatus.CANCELLED
        short = delivered(row) == "part"  # closed short: what was delivered is invoiced, and no more comes
        return SalesOrderStatus.COMPLETE if invoiced(row) == "full" or short else SalesOrderStatus.LIVE
    held = text_of(row, "CDTSTA") in HELD or text_of(row, "HLDSTA") == YES
    return SalesOrderStatus.ON_HOLD if held else SalesOrderStatus.LIVE

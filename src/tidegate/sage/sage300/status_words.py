"""The states of an order, in the domain's words (contract §7)."""

from __future__ import annotations

from tidegate.domain.fulfilment.sage_documents import SalesOrderStatus
from tidegate.sage.sage300.rows import Row, flag_of, text_of
from tidegate.sage.sage300.wire_names import COMPLETE, COMPLETED, LAST_INVOICE, LAST_SHIPMENT, ON_HOLD


def is_complete(row: Row) -> bool:
    """Whether nothing of it is to be shipped any more: the list of finished states is open, their names begin alike."""
    return text_of(row, COMPLETED).startswith(COMPLETE)


def status_of(row: Row) -> SalesOrderStatus:
    """An order's status by its own header: finished without a shipment or an invoice, it was cancelled."""
    if is_complete(row):
        begun = text_of(row, LAST_SHIPMENT) or text_of(row, LAST_INVOICE)
        return SalesOrderStatus.COMPLETE if begun else SalesOrderStatus.CANCELLED
    return SalesOrderStatus.ON_HOLD if flag_of(row, ON_HOLD) else SalesOrderStatus.LIVE

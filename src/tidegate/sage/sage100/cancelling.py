"""Orders cancelled: an order of which nothing has left is deleted by the writer (contract §9, §12.3).

What is gone already is cancelled, or was invoiced.
"""

from __future__ import annotations

from tidegate.domain.errors import Code, Failure
from tidegate.domain.fulfilment.sage_documents import SalesOrderStatus
from tidegate.sage.port.outcomes import Accepted, Outcome
from tidegate.sage.sage100.client import Sage100Client
from tidegate.sage.sage100.rows import Row, text_of
from tidegate.sage.sage100.settings import Sage100Settings
from tidegate.sage.sage100.status_words import gone
from tidegate.sage.sage100.web_orders import WebOrders
from tidegate.sage.sage100.wire_names import (
    HISTORY,
    IN_ENTRY,
    LAST_INVOICE,
    ORDER_NUMBER,
    ORDER_STATUS,
    ORDERS,
)
from tidegate.sage.sage100.writer import Writer


class Cancelling:
    """Cancels orders."""

    def __init__(
        self, client: Sage100Client, writer: Writer, orders: WebOrders, company: Sage100Settings
    ) -> None:
        self._client = client
        self._writer = writer
        self._orders = orders
        self._company = company

    def cancel(self, order_id: str, number: str) -> Outcome:
        """Delete the order, if nothing of it is in data entry, shipped or invoiced; one that is gone is cancelled."""
        if order_id != number:
            text = f"Sage's order with the id {order_id} is not {number}"
            return Failure(Code.OTHER_CONTENT, text, sent=False)
        field = self._company.order_field
        rows = self._client.narrowed(ORDERS, ORDER_NUMBER, [number], (ORDER_NUMBER, IN_ENTRY, field))
        if isinstance(rows, Failure):
            return rows
        if not rows:
            return self._gone(number)
        lines = self._orders.lines([number])
        if isinstance(lines, Failure):
            return lines
        if text_of(rows[0], IN_ENTRY) or any(line.shipped for line in lines.get(number, ())):
            return _too_late(number)
        deleted = self._writer.delete(number, text_of(rows[0], field))
        if isinstance(deleted, Failure):
            return deleted
        return _cancelled(number) if deleted else self._gone(number)

    def _gone(self, number: str) -> Outcome:
        """The outcome for an order that is no longer open, by its history."""
        rows: list[Row] | Failure = []
        if self._company.keeps_history:
            rows = self._client.narrowed(
                HISTORY, ORDER_NUMBER, [number], (ORDER_NUMBER, ORDER_STATUS, LAST_INVOICE)
            )
        if isinstance(rows, Failure):
            return rows
        if rows and gone(rows[0]) is SalesOrderStatus.COMPLETE:
            return _too_late(number)
        return _cancelled(number)


def _cancelled(number: str) -> Accepted:
    return Accepted(number, number, status=SalesOrderStatus.CANCELLED)


def _too_late(number: str) -> Failure:
    text = f"items of order {number} are being shipped, or were shipped or invoiced already"
    return Failure(Code.REFUSED, text, sent=False)

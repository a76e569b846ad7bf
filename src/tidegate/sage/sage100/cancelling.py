"""Orders cancelled by the agent: an order of which nothing has left is deleted (contract §12.3).

The key goes along, so that the agent deletes no order but ours. What is gone already is cancelled, or was invoiced.
"""

from __future__ import annotations

from tidegate.domain.errors import Code, Failure
from tidegate.domain.fulfilment.sage_documents import SalesOrderStatus
from tidegate.redaction import redact
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


class Cancelling:
    """Cancels orders."""

    def __init__(self, client: Sage100Client, orders: WebOrders, company: Sage100Settings) -> None:
        self._client = client
        self._orders = orders
        self._company = company

    def cancel(self, order_id: str, number: str) -> Outcome:
        """Delete the order, if nothing of it is in data entry, shipped or invoiced; one that is gone is cancelled."""
        if order_id != number:
            text = f"Sage's order {order_id} is not {number}"
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
        return self._delete(number, text_of(rows[0], field))

    def _delete(self, number: str, key: str) -> Outcome:
        answer = self._client.act(f"orders/{number}/cancel", {"key": key, "reason": ""})
        if isinstance(answer, Failure):
            return answer
        error = answer.get("error")
        said = redact(text_of(error, "sage_text")) if isinstance(error, dict) else ""
        match text_of(answer, "outcome"):
            case "cancelled":
                return _cancelled(number)
            case "absent":
                return self._gone(number)
            case "deferred" if isinstance(error, dict) and text_of(error, "class") == "locked":
                return Failure(Code.LOCKED, f"the company is closed: {said}", sent=False)
            case "deferred":
                return Failure(Code.RECORD_BUSY, f"somebody works on order {number}: {said}", sent=False)
            case "rejected":
                return Failure(Code.REFUSED, f"Sage refused to delete order {number}: {said}", sent=False)
            case other:
                return Failure(Code.UNCLEAR_ANSWER, f"the agent says {other!r} of order {number}: {said}")

    def _gone(self, number: str) -> Outcome:
        """Of an order that is not open any more: what history says."""
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
    text = f"goods of order {number} are leaving, or were shipped or invoiced already"
    return Failure(Code.REFUSED, text, sent=False)

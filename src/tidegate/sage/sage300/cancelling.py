"""Orders cancelled by the gateway: an order of which nothing was shipped is deleted (contract §1, §7).

The Web API can neither change nor delete an order. The order is looked up first; one that is gone is cancelled.
"""

from __future__ import annotations

from tidegate.domain.errors import Code, Failure
from tidegate.domain.fulfilment.sage_documents import SalesOrderStatus
from tidegate.domain.money import ZERO
from tidegate.reading.document import Unreadable
from tidegate.sage.port.outcomes import Accepted, Outcome
from tidegate.sage.sage300.client import Sage300Client
from tidegate.sage.sage300.gateway import NOT_FOUND, Gateway
from tidegate.sage.sage300.rows import details_of, number_of, text_of
from tidegate.sage.sage300.status_words import status_of
from tidegate.sage.sage300.wire_names import (
    LAST_INVOICE,
    LAST_SHIPMENT,
    ORDER_LINES,
    ORDER_NUMBER,
    OUR_KEY,
    SHIPPED,
)

VIEW = "OE0520"


class Cancelling:
    """Cancels orders."""

    def __init__(self, client: Sage300Client, gateway: Gateway) -> None:
        self._client = client
        self._gateway = gateway

    def cancel(self, order_id: str, number: str) -> Outcome:
        """Delete the order, if nothing of it was shipped or invoiced; one that is gone is cancelled."""
        row = self._client.entry("OEOrders", order_id)
        if isinstance(row, Failure):
            return row
        if row is None:
            return _cancelled(order_id, number)
        if text_of(row, ORDER_NUMBER) != number:
            text = f"Sage's order with the id {order_id} is {text_of(row, ORDER_NUMBER)}, not {number}"
            return Failure(Code.OTHER_CONTENT, text, sent=False)
        if status_of(row) is SalesOrderStatus.CANCELLED:
            return _cancelled(order_id, number)
        try:
            shipped = any(number_of(line, SHIPPED) or ZERO for line in details_of(row, ORDER_LINES))
        except Unreadable as error:
            return Failure(Code.UNREADABLE, f"order {number} cannot be read: {error}", sent=False)
        if shipped or text_of(row, LAST_SHIPMENT) or text_of(row, LAST_INVOICE):
            text = f"items of order {number} were shipped or invoiced already"
            return Failure(Code.REFUSED, text, sent=False)
        fields = {"ORDUNIQ": order_id, "ORDNUMBER": number}
        failure = self._gateway.delete(VIEW, text_of(row, OUR_KEY), fields)
        if failure is None or NOT_FOUND in failure.details:
            return _cancelled(order_id, number)
        return failure


def _cancelled(order_id: str, number: str) -> Accepted:
    return Accepted(order_id, number, status=SalesOrderStatus.CANCELLED)

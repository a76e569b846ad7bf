"""Orders cancelled by closing them with a reason (contract §9, A). What X3 shows is looked at first."""

from __future__ import annotations

from tidegate.domain.errors import Code, Failure
from tidegate.domain.fulfilment.sage_documents import SalesOrderStatus
from tidegate.sage.port.outcomes import Accepted, Outcome
from tidegate.sage.x3 import answers, objects
from tidegate.sage.x3.client import X3Client
from tidegate.sage.x3.queries import equals
from tidegate.sage.x3.reference import Reference
from tidegate.sage.x3.rows import Row, text_of
from tidegate.sage.x3.settings import X3Settings
from tidegate.sage.x3.status_words import status_of
from tidegate.sage.x3.wire_names import CLOSING_REASON, NOT_BEGUN


class Cancelling:
    """Cancels orders."""

    def __init__(self, client: X3Client, reference: Reference, company: X3Settings) -> None:
        self._client = client
        self._reference = reference
        self._company = company

    def cancel(self, order_id: str, number: str) -> Outcome:
        """Close the order, if nothing of it was delivered or invoiced; one that is gone is cancelled."""
        if order_id != number:
            text = f"X3's order is {order_id}, not {number}"
            return Failure(Code.OTHER_CONTENT, text, sent=False)
        row = self._row(number)
        if isinstance(row, Failure):
            return row
        if row is None or status_of(row) is SalesOrderStatus.CANCELLED:
            return _cancelled(order_id, number)
        if text_of(row, "DLVSTA") != NOT_BEGUN or text_of(row, "INVSTA") != NOT_BEGUN:
            return Failure(
                Code.REFUSED, f"items of order {number} were delivered or invoiced already", sent=False
            )
        screen = self._reference.screen(self._company.order_object)
        if isinstance(screen, Failure):
            return screen
        content = objects.written(screen, {CLOSING_REASON: self._company.close_reason}, [])
        keys = {"SOHNUM": number}
        returned = self._client.call(
            "modify",
            self._company.order_object,
            {"objectKeys": keys, "objectXml": content},
            reading=False,
            ours=(number,),
        )
        if not isinstance(returned, Failure) or answers.GONE in returned.details:
            return _cancelled(order_id, number)
        return returned

    def _row(self, number: str) -> Row | Failure | None:
        rows = self._client.read("SORDER", (equals("SOHNUM", number),))
        if isinstance(rows, Failure):
            return rows
        return rows[0] if rows else None


def _cancelled(order_id: str, number: str) -> Accepted:
    return Accepted(order_id, number, status=SalesOrderStatus.CANCELLED)

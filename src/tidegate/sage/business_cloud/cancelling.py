"""Orders taken back: an invoice or a draft is voided, a quote is deleted (contract §3.2, §8.2).

A document is looked at first; one that is gone, or void already, is cancelled. What is paid, or a quote that is an
invoice already, is a person's business.
"""

from __future__ import annotations

from collections.abc import Callable

from tidegate.domain.errors import Code, Failure
from tidegate.domain.fulfilment.sage_documents import SalesOrderStatus
from tidegate.sage.business_cloud.answers import GONE
from tidegate.sage.business_cloud.client import BusinessCloudClient
from tidegate.sage.business_cloud.rows import Row, id_of
from tidegate.sage.business_cloud.settings import Form
from tidegate.sage.business_cloud.web_documents import (
    INVOICES,
    QUOTES,
    is_void,
    key_of_document,
    number_of_document,
    resource_of,
)
from tidegate.sage.port.outcomes import Accepted, Outcome

REASON = "Cancelled in the web shop"


class Cancelling:
    """Cancels orders. `gone` is called with the id of a document that no longer exists: no list would report it."""

    def __init__(
        self, client: BusinessCloudClient, form: Form, gone: Callable[[str], None] = lambda _id: None
    ) -> None:
        self._client = client
        self._resource = resource_of(form)
        self._gone = gone

    def cancel(self, order_id: str, number: str) -> Outcome:
        """Void or delete the document of an order."""
        outcome = self._cancel(order_id, number)
        if isinstance(outcome, Accepted):
            self._gone(order_id)
        return outcome

    def _cancel(self, order_id: str, number: str) -> Outcome:
        row = self._client.entry(
            self._resource, order_id, {"mark_as_sent": "false"} if self._resource == INVOICES else None
        )
        if isinstance(row, Failure):
            return row
        if row is None or is_void(row):
            return _cancelled(order_id, number)
        failure = self._unfit(row, order_id, number)
        if failure is not None:
            return failure
        query = {"void_reason": REASON} if self._resource == INVOICES else None
        done = self._client.delete(self._resource, order_id, query)
        if isinstance(done, Failure):
            return _cancelled(order_id, number) if GONE in done.details else done
        if done is not None and not is_void(done):
            return Failure(Code.UNCLEAR_ANSWER, f"Sage's answer shows that {number} was not voided")
        return _cancelled(order_id, number)

    def _unfit(self, row: Row, order_id: str, number: str) -> Failure | None:
        there = number_of_document(row)
        if number and there and there != number:
            text = f"Sage's document with the id {order_id} is {there}, not {number}"
            return Failure(Code.OTHER_CONTENT, text, sent=False)
        if not key_of_document(row):
            text = f"Sage's document {there or order_id} does not have Tidegate's key"
            return Failure(Code.OTHER_CONTENT, text, sent=False)
        if self._resource == QUOTES and id_of(row, "invoice"):
            text = f"quote {number} was made into an invoice: void or credit the invoice in Sage"
            return Failure(Code.REFUSED, text, sent=False)
        return None


def _cancelled(order_id: str, number: str) -> Accepted:
    return Accepted(order_id, number, status=SalesOrderStatus.CANCELLED)

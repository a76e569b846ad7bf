"""The invoices of orders that are drafts first."""

from __future__ import annotations

from tidegate.conformance.memory.documents import Documents
from tidegate.conformance.memory.inside import Inside
from tidegate.domain.errors import Code, Failure
from tidegate.domain.fulfilment.sage_documents import SalesOrderStatus
from tidegate.sage.port.outcomes import Accepted, Kind, Outcome


class Invoicing:
    """Makes them, once."""

    def __init__(self, company: Inside) -> None:
        self._company = company

    def invoice(self, order_id: str, number: str) -> Outcome:
        """Invoiced again is invoiced."""
        return self._company.calls_made.write("invoice", lambda: self._invoiced(order_id, number))

    def _invoiced(self, order_id: str, number: str) -> Outcome:
        books = self._company.books
        order = books.orders.get(order_id)
        if order is None or order.status is SalesOrderStatus.CANCELLED:
            return Failure(Code.REFUSED, f"the draft {number} is void, or gone", sent=False)
        if order.reached("invoiced") == "none":
            Documents(books).invoice_whole(order.number)
        return Accepted(order.id, order.number, Kind.INVOICE, gross=order.gross)

"""The states of a sales order, in the domain's words.

Source: contract §6.3. A closed order is cancelled when nothing was made of it, else what is left of it is.
"""

from __future__ import annotations

from tidegate.domain.fulfilment.sage_documents import SalesOrderStatus

CLOSED = "Closed"
CONVERTED = "Converted"
PARTLY = "Partially Converted"
OPEN = ("Pending", "In Progress", PARTLY)
#: The order waits for an approval, or the approval was refused.
WAITING = frozenset({"Draft", "Submitted", "Partially Approved", "Declined"})


def status_of(state: str) -> SalesOrderStatus:
    """An order's status by its own state alone; an unknown state counts as live."""
    if state == CLOSED:
        return SalesOrderStatus.CANCELLED
    return SalesOrderStatus.ON_HOLD if state in WAITING else SalesOrderStatus.LIVE

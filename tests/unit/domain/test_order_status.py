"""One word for how an order stands."""

from __future__ import annotations

import pytest

from tidegate.domain.fulfilment.order_status import OrderStatus, stands
from tidegate.domain.fulfilment.sage_documents import SalesOrderStatus

LIVE, DONE = SalesOrderStatus.LIVE, SalesOrderStatus.COMPLETE


@pytest.mark.parametrize(
    ("status", "despatched", "invoiced", "paid", "word"),
    [
        (LIVE, "none", "none", False, OrderStatus.OPEN),
        (LIVE, "part", "none", False, OrderStatus.PARTLY_SHIPPED),
        (LIVE, "full", "none", False, OrderStatus.SHIPPED),
        (LIVE, "part", "part", False, OrderStatus.INVOICED_OPEN),
        (LIVE, "full", "full", False, OrderStatus.INVOICED_OPEN),
        (LIVE, "part", "part", True, OrderStatus.PAID),
        (LIVE, "full", "full", True, OrderStatus.COMPLETE),
        (DONE, "full", "full", False, OrderStatus.INVOICED_OPEN),
        (DONE, "full", "full", True, OrderStatus.COMPLETE),
        (SalesOrderStatus.ON_HOLD, "part", "part", True, OrderStatus.ON_HOLD),
        (SalesOrderStatus.CANCELLED, "none", "none", False, OrderStatus.CANCELLED),
    ],
)
def test_what_counts_most_is_reported(
    status: SalesOrderStatus, despatched: str, invoiced: str, paid: bool, word: OrderStatus
) -> None:
    assert stands(status, despatched, invoiced, paid=paid) is word

"""One word for how an order stands."""

from __future__ import annotations

import pytest

from tidegate.domain.fulfilment.order_status import Standing, stands
from tidegate.domain.fulfilment.sage_documents import OrderStanding

LIVE, DONE = OrderStanding.LIVE, OrderStanding.COMPLETE


@pytest.mark.parametrize(
    ("standing", "despatched", "invoiced", "paid", "word"),
    [
        (LIVE, "none", "none", False, Standing.OPEN),
        (LIVE, "part", "none", False, Standing.PARTLY_SHIPPED),
        (LIVE, "full", "none", False, Standing.SHIPPED),
        (LIVE, "part", "part", False, Standing.INVOICED_OPEN),
        (LIVE, "full", "full", False, Standing.INVOICED_OPEN),
        (LIVE, "part", "part", True, Standing.PAID),
        (LIVE, "full", "full", True, Standing.COMPLETE),
        (DONE, "full", "full", False, Standing.INVOICED_OPEN),
        (DONE, "full", "full", True, Standing.COMPLETE),
        (OrderStanding.ON_HOLD, "part", "part", True, Standing.ON_HOLD),
        (OrderStanding.CANCELLED, "none", "none", False, Standing.CANCELLED),
    ],
)
def test_what_counts_most_is_told(
    standing: OrderStanding, despatched: str, invoiced: str, paid: bool, word: Standing
) -> None:
    assert stands(standing, despatched, invoiced, paid=paid) is word

"""Documents of the company that were skipped, because the ledger did not know their orders.

A ledger that was restored from an older copy reads documents of orders that it takes in again later.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from tidegate.domain.states import State
from tidegate.ledger import models
from tidegate.ledger.database import inside

STEP = "unknown-"  #: how the steps of such documents begin


def read_again(connection: str, keys: Collection[str], now: datetime) -> list[str]:
    """The orders with these keys are known now: flows that skipped documents of theirs read from the beginning.

    Inside the transaction that takes the orders in. Returns the flows.
    """
    inside(now)
    skipped = models.Delivery.objects.filter(
        label__in=list(keys), connection=connection, state=State.SKIPPED.value, step__startswith=STEP
    )
    flows = sorted(set(skipped.values_list("flow", flat=True))) if keys else []
    if flows:
        models.Cursor.objects.filter(connection=connection, flow__in=flows).delete()
    return flows

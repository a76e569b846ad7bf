"""Documents of the company that were skipped, because the ledger did not know their orders.

A ledger that was restored from an older copy reads documents of orders that it takes in again later.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from tidegate.domain.states import State
from tidegate.ledger import item_rows, models, rows
from tidegate.ledger.database import inside

STEP = "unknown-"  #: how the steps of such documents begin


def read_again(connection: str, keys: Collection[str], now: datetime) -> list[str]:
    """The orders with these keys are known now: flows that skipped documents of theirs read from the beginning.

    Inside the transaction that takes the orders in. Returns the flows.
    """
    inside(now)
    found: set[str] = set()
    for part in rows.chunks(list(keys)):
        ending = (
            f"WHERE label IN ({rows.marks(part)}) AND connection = %s AND state = %s AND {item_rows.BEGINS}"
        )
        skipped = (*part, connection, State.SKIPPED.value, len(STEP), STEP)
        found |= {flow for (flow,) in rows.find(models.Delivery, ("flow",), ending, *skipped)}
    flows = sorted(found)
    if flows:
        models.Cursor.objects.filter(connection=connection, flow__in=flows).delete()
    return flows

"""Orders that a reading of the changed ones had to leave out: read by their ids as soon as they can be read.

The cursor moves on without them, and their change lies behind it. One set for each connection: a store has
reservations or has none.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TypeVar

from tidegate.flows.cycle import Cycle
from tidegate.ledger import lookups, snapshot
from tidegate.magento.changed_orders import Changed, ChangedOrders, HasId

T = TypeVar("T", bound=HasId)

SNAPSHOT = "inventory:missed"


def read(cycle: Cycle) -> frozenset[int]:
    """Their entity ids."""
    return frozenset(int(key) for key in snapshot.read(cycle.name, SNAPSHOT)["key"])


def changed_since(cycle: Cycle, since: datetime) -> ChangedOrders:
    """What to ask the store for: the orders changed at or after `since`, and these, as far as they can be read now."""
    store = cycle.connection.settings.store
    return ChangedOrders(
        since,
        cycle.connection.page_size,
        lookups.unreadable_ids(cycle.name, store, "order"),
        lookups.highest_id(store, "order"),
        read(cycle),
    )


def left_out(asked: ChangedOrders, found: Changed[T]) -> frozenset[int]:
    """Those that this reading could not read."""
    return frozenset((*asked.skip_ids, *found.unreadable))


def keep(cycle: Cycle, missed: Collection[int]) -> None:
    """Store them, in the transaction that moves the cursor."""
    if set(missed) != read(cycle):
        values = {str(entity_id): "" for entity_id in missed}
        snapshot.write(cycle.name, SNAPSHOT, snapshot.frame(values), cycle.now())

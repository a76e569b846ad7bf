"""Orders that a reading of the changed ones had to leave out: read by their ids as soon as they can be read.

The cursor moves on without them, and their change lies behind it. One set for each connection: a store has
reservations or has none. Those in review wait for it. One that is in none, since a person has skipped that, say, can
only be asked for, which costs several calls while it cannot be read: that is done by the hour.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import TypeVar

from tidegate.flows.cycle import Cycle
from tidegate.ledger import lookups, snapshot
from tidegate.magento.changed_orders import Changed, ChangedOrders, HasId

T = TypeVar("T", bound=HasId)

SNAPSHOT = "inventory:missed"
#: From one vain question for an order to the next.
PATIENCE = timedelta(hours=1)


def read(cycle: Cycle) -> dict[int, str]:
    """Their entity ids, with when each was asked for in vain; "" for not yet."""
    return {int(key): asked for key, asked in snapshot.read(cycle.name, SNAPSHOT).iter_rows()}


def changed_since(cycle: Cycle, since: datetime) -> ChangedOrders:
    """What to ask the store for: the orders changed at or after `since`, and these, as far as they can be read now."""
    store = cycle.connection.settings.store
    missed = read(cycle)
    resting = {entity_id for entity_id, asked in missed.items() if rests(asked, cycle.now())}
    return ChangedOrders(
        since,
        cycle.connection.page_size,
        lookups.unreadable_ids(cycle.name, store, "order") | resting,
        lookups.highest_id(store, "order"),
        missed,
    )


def rests(asked: str, now: datetime) -> bool:
    """Whether it is too early to ask again."""
    return bool(asked) and now - datetime.fromisoformat(asked) < PATIENCE


def left_out(asked: ChangedOrders, found: Changed[T]) -> frozenset[int]:
    """Those that this reading could not read."""
    return frozenset((*asked.skip_ids, *found.unreadable))


def keep(cycle: Cycle, missed: Collection[int]) -> None:
    """Store them, in the transaction that moves the cursor."""
    before = read(cycle)
    if not missed and not before:
        return
    now = cycle.now()
    in_review = lookups.unreadable_ids(cycle.name, cycle.connection.settings.store, "order")
    after = dict.fromkeys(missed, "")
    for entity_id in before.keys() & after.keys() - in_review:
        asked = before[entity_id]
        after[entity_id] = asked if rests(asked, now) else now.isoformat()
    if after != before:
        values = {str(entity_id): asked for entity_id, asked in after.items()}
        snapshot.write(cycle.name, SNAPSHOT, snapshot.frame(values), now)

"""Orders that a reading of the changed ones had to leave out: read by their ids as soon as they can be read.

The cursor moves on without them, and their change lies behind it. One set for each connection: a store has
reservations or has none.
"""

from __future__ import annotations

from collections.abc import Collection

from tidegate.flows.cycle import Cycle
from tidegate.ledger import snapshot

SNAPSHOT = "inventory:missed"


def read(cycle: Cycle) -> frozenset[int]:
    """Their entity ids."""
    return frozenset(int(key) for key in snapshot.read(cycle.name, SNAPSHOT)["key"])


def keep(cycle: Cycle, missed: Collection[int]) -> None:
    """Store them, in the transaction that moves the cursor."""
    if set(missed) != read(cycle):
        values = {str(entity_id): "" for entity_id in missed}
        snapshot.write(cycle.name, SNAPSHOT, snapshot.frame(values), cycle.now())

"""The changes in the store, not made by Tidegate, that the last full comparison found, item by item.

Kept beside the mirror, as a snapshot of which nothing is sent to anybody; the next full compare takes its place.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from tidegate.flows.cycle import Cycle
from tidegate.ledger import marks, snapshot

#: Flows whose values name no person: of all others only the item is kept.
NAMELESS = ("inventory", "prices", "products")
_BETWEEN = "\x1f"


@dataclass(frozen=True, slots=True)
class Drifted:
    """One item: what was written to the store, and what the compare found there."""

    key: str
    sent: str
    found: str


def keep(cycle: Cycle, drifted: Mapping[str, tuple[str, str]], stray: Mapping[str, str]) -> None:
    """Store the findings of this comparison, in a transaction.

    `drifted` is key -> (written, found); `stray` is key -> found, for values that Tidegate never wrote.
    """
    found = {key: values if cycle.flow in NAMELESS else ("", "") for key, values in drifted.items()}
    found |= {key: ("", value if cycle.flow in NAMELESS else "") for key, value in stray.items()}
    if found or snapshot.size(cycle.name, _name(cycle.flow)):
        rows = snapshot.frame({key: _BETWEEN.join(values) for key, values in found.items()})
        snapshot.write(cycle.name, _name(cycle.flow), rows, cycle.now())


def last(connection: str, flow: str) -> list[Drifted]:
    """What the last full compare found, by key."""
    return [
        Drifted(key, *value.split(_BETWEEN))
        for key, value in snapshot.read(connection, _name(flow)).iter_rows()
    ]


def compared_at(connection: str, flow: str) -> datetime | None:
    """When everything was compared last; None: never."""
    written = marks.read(f"full:{connection}:{flow}")
    return datetime.fromisoformat(written) if written else None


def _name(flow: str) -> str:
    return f"{flow}:drift"

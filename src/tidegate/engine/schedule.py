"""Which cycle is due when. Missed runs collapse into one: cycles never pile up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from tidegate.engine.cycles import FLOWS, cadence_of
from tidegate.engine.hub import Hub
from tidegate.flows.connection import Connection
from tidegate.ledger import marks


@dataclass(frozen=True)
class Due:
    """One planned cycle; `at` is aware UTC."""

    at: datetime
    connection: Connection
    flow: str


def planned(hub: Hub, connection: Connection) -> Iterator[Due]:
    """The next cycle of every enabled flow of one connection, in no order."""
    now = hub.clock.now()
    for flow in FLOWS:
        rule = connection.settings.flows.get(flow)
        if rule is None or not rule.enabled:
            continue
        written = marks.read(marks.last_run(connection.name, flow))
        last = datetime.fromisoformat(written) if written else None
        yield Due(cadence_of(connection, flow).next_after(last, now), connection, flow)


def next_due(hub: Hub, connection: Connection) -> Due | None:
    """The connection's cycle that comes first; orders before what follows from them."""
    rank = list(FLOWS)
    return min(planned(hub, connection), key=lambda due: (due.at, rank.index(due.flow)), default=None)

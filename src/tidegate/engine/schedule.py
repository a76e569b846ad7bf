"""Which cycle is due when. Missed runs collapse into one: cycles never pile up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from tidegate.engine.cycles import FLOWS, cadence_of, enabled_flows
from tidegate.engine.hub import Hub
from tidegate.flows.connection import Connection
from tidegate.flows.orders import orders as orders_flow
from tidegate.ledger import asked, hastened

#: The shortest time between two cycles of a flow that call-backs hasten: they may come in storms.
SOONEST = timedelta(seconds=30)


@dataclass(frozen=True)
class Due:
    """One planned cycle; times are aware UTC."""

    at: datetime  #: what is late is due now, at the asker's moment
    connection: Connection
    flow: str
    late_since: datetime | None = None

    @property
    def since(self) -> datetime:
        """When it was to begin, also where that is past: among connections the one that is late by most comes first."""
        return self.late_since or self.at


def planned(hub: Hub, connection: Connection, now: datetime | None = None) -> Iterator[Due]:
    """The next cycle of every enabled flow of one connection, in no order.

    `now` is the asker's moment, at which what is late is due: by a clock that is read here once more, a moment later,
    nothing would ever be due for an asker who compares. None: the clock's.
    """
    now = hub.clock.now() if now is None else now
    calls = connection.company.doorbell is not None or connection.settings.store in hub.hooks
    called = hastened.hastened(connection.name) if calls else {}
    flows = enabled_flows(connection)
    began, wanted = asked.turns(connection.name, flows)
    for flow in flows:
        if flow in wanted:
            yield Due(now, connection, flow)
            continue
        if (connection.name, flow) in hub.unfinished:
            yield Due(hub.unfinished[connection.name, flow][0], connection, flow)
            continue
        last = began.get(flow)
        since = cadence_of(connection, flow).due_after(last, now)
        at = max(since, now)
        if flow in called:
            at = min(at, max(called[flow], last + SOONEST) if last else called[flow])
        yield Due(at, connection, flow, min(since, at))


def next_due(hub: Hub, connection: Connection) -> Due | None:
    """The connection's cycle that comes first; orders before all that is due beside them.

    But never twice in a row while something else is due: orders that come without a pause must not keep
    their own numbers and shipments waiting.
    """
    rank, now = list(FLOWS), hub.clock.now()
    waiting = sorted(planned(hub, connection, now), key=lambda due: (due.at, rank.index(due.flow)))
    due = [each for each in waiting if each.at <= now]
    orders = next((each for each in due if each.flow == orders_flow.FLOW), None)
    if orders is None:
        return waiting[0] if waiting else None
    others = [each for each in due if each is not orders]
    just_ran = hub.ran_last.get(connection.name) == orders_flow.FLOW
    return others[0] if others and just_ran else orders


def others_are_due(hub: Hub, running: Due) -> bool:
    """Whether another flow of the connection waits for this one to end."""
    now = hub.clock.now()
    return any(each.flow != running.flow and each.at <= now for each in planned(hub, running.connection, now))

"""Run one cycle of one flow: halted? leased? then the flow, and a record of what it did."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from tidegate.domain.cadence import Cadence
from tidegate.domain.ownership import Kind, Side, Write, check_flow
from tidegate.engine.hub import Hub
from tidegate.flows import notes, order_status, orders
from tidegate.flows.connection import Connection
from tidegate.flows.cycle import LEASE_SECONDS, Cycle
from tidegate.ledger import delivery, halts, lease, marks
from tidegate.ledger.database import transaction
from tidegate.ledger.faults import LeaseLost

log = structlog.get_logger()


@dataclass(frozen=True)
class Plan:
    """A flow as the engine knows it. It cannot be built if it would write against the ownership table."""

    name: str
    run: Callable[[Cycle], None]
    writes: tuple[Write, ...]

    def __post_init__(self) -> None:
        check_flow(self.name, self.writes)


FLOWS = {
    plan.name: plan
    for plan in (
        Plan(orders.FLOW, orders.run, (Write(Kind.ORDER, Side.SAGE), Write(Kind.REGISTRATION, Side.SAGE))),
        Plan(notes.FLOW, order_status.run, (Write(Kind.ORDER_STATUS, Side.MAGENTO),)),
    )
}


@dataclass(frozen=True)
class Report:
    """What one cycle did, or why it did nothing. Instants are aware UTC."""

    connection: str
    flow: str
    started: datetime
    outcome: str  #: done, halted, busy, lease lost
    text: str = ""
    counts: dict[str, int] = field(default_factory=dict)


def cadence_of(connection: Connection, flow: str) -> Cadence:
    """When the flow runs, in the company's time zone."""
    rule = connection.settings.flows[flow]
    return Cadence(every=rule.every, cron=rule.cron, time_zone=connection.company_settings.time_zone)


def run_cycle(hub: Hub, connection: Connection, flow: str) -> Report:
    """One cycle, now. Safe to call twice at once: the lease lets one through."""
    now = hub.clock.now()
    halted = halts.halted(connection.name)
    if halted is not None:
        return Report(connection.name, flow, now, "halted", halted.reason)
    with hub.at_work(connection.settings.company, flow) as alone:
        if not alone:
            return Report(connection.name, flow, now, "busy", "another connection runs this flow")
        return run_alone(hub, connection, flow, now)


def run_alone(hub: Hub, connection: Connection, flow: str, now: datetime) -> Report:
    """The cycle, if no other process is at it. A lease that a failed ledger kept us from giving back is ours."""
    with transaction("lease"):
        held = lease.acquire(connection.settings.company, flow, hub.holder, LEASE_SECONDS, now, again=True)
        if held is None:
            log.info("cycle", connection=connection.name, flow=flow, outcome="busy")
            return Report(connection.name, flow, now, "busy", "another worker runs this flow")
        batch_id = delivery.open_batch(held, connection.name, now)
        marks.write(marks.last_run(connection.name, flow), now.isoformat(), now)
    cycle = Cycle(
        connection=connection,
        flow=flow,
        lease=held,
        batch_id=batch_id,
        started=now,
        next_cycle=cadence_of(connection, flow).next_after(now, now),
    )
    return carry(cycle)


def carry(cycle: Cycle) -> Report:
    """The flow itself, its calls counted; the lease is given back however it ends."""
    connection = cycle.connection
    store_before, company_before = connection.store.calls, connection.company.calls
    outcome, text = "done", ""
    try:
        FLOWS[cycle.flow].run(cycle)
    except LeaseLost as lost:
        outcome, text = "lease lost", str(lost)
    cycle.counts.calls_store = connection.store.calls - store_before
    cycle.counts.calls_company = connection.company.calls - company_before
    if cycle.ended_by is not None:
        text = f"ended early: {cycle.ended_by.text}"
    elif cycle.closed_reason:
        text = f"closed: {cycle.closed_reason}"
    now = cycle.now()
    with transaction("end"):
        delivery.close_batch(
            cycle.batch_id, now, calls=cycle.counts.calls_store + cycle.counts.calls_company, note=text
        )
        lease.release(cycle.lease, now)
    log.info(
        "cycle", connection=cycle.name, flow=cycle.flow, outcome=outcome, note=text, **cycle.counts.as_dict()
    )
    return Report(cycle.name, cycle.flow, cycle.started, outcome, text, cycle.counts.as_dict())

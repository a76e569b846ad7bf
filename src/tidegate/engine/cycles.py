"""Run one cycle of one flow: halted? leased? then the flow, and a record of what it did."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import structlog
from structlog.contextvars import bound_contextvars

from tidegate import tracing
from tidegate.domain.cadence import Cadence, cadence
from tidegate.domain.ownership import Kind, Side, Write, check_flow
from tidegate.engine import clock_watch, endings, mappings, watch
from tidegate.engine.hub import Hub
from tidegate.flows import learnt
from tidegate.flows.connection import Connection
from tidegate.flows.cycle import LEASE_SECONDS, Cycle, Followers
from tidegate.flows.fulfilment import credits, invoices, shipments
from tidegate.flows.masters import customer_records, products, registrations
from tidegate.flows.orders import orders
from tidegate.flows.payments import deposits, payments
from tidegate.flows.prices import preview as price_preview
from tidegate.flows.prices import prices
from tidegate.flows.prices import reading as price_reading
from tidegate.flows.status import note_steps, notes, order_status, steps
from tidegate.flows.stock import inventory
from tidegate.flows.writing import documents
from tidegate.ledger import asked, delivery, halts, hastened, idle_cycles, lease, marks
from tidegate.ledger.database import transaction
from tidegate.ledger.faults import LeaseLost
from tidegate.transport import tallied

log = structlog.get_logger()


@dataclass(frozen=True)
class Plan:
    """A flow as the engine knows it. It cannot be built if it would write against the ownership table."""

    name: str
    run: Callable[[Cycle], None]
    writes: tuple[Write, ...]
    preview: Callable[[Connection], list[dict[str, Any]]] | None = (
        None  #: its dry run; None: `engine.dry_run`
    )
    excludes: tuple[str, ...] = ()  #: flows that must not run at the same time: their leases are held, too

    def __post_init__(self) -> None:
        check_flow(self.name, self.writes)

    @property
    def writes_company(self) -> bool:
        """Whether its records go to the company: a `locked` answer about one then closes the company."""
        return any(write.to is Side.SAGE for write in self.writes)


FLOWS = {
    plan.name: plan
    for plan in (
        Plan(orders.FLOW, orders.run, (Write(Kind.ORDER, Side.SAGE), Write(Kind.REGISTRATION, Side.SAGE))),
        Plan(
            note_steps.FLOW,
            order_status.run,
            (Write(Kind.ORDER_STATUS, Side.MAGENTO),),
            excludes=documents.beside(note_steps.FLOW),
        ),
        Plan(
            shipments.FLOW,
            shipments.run,
            (Write(Kind.SHIPMENT, Side.MAGENTO),),
            preview=shipments.preview,
            excludes=documents.beside(shipments.FLOW),
        ),
        Plan(
            inventory.FLOW,
            inventory.run,
            (Write(Kind.INVENTORY, Side.MAGENTO),),
            preview=inventory.preview,
            excludes=(shipments.FLOW,),
        ),
        Plan(
            price_reading.FLOW, prices.run, (Write(Kind.PRICES, Side.MAGENTO),), preview=price_preview.preview
        ),
        Plan(
            customer_records.FLOW,
            customer_records.run,
            (Write(Kind.CUSTOMER_MASTER, Side.MAGENTO),),
            preview=customer_records.preview,
        ),
        Plan(
            registrations.FLOW,
            registrations.run,
            (Write(Kind.REGISTRATION, Side.SAGE),),
            preview=registrations.preview,
        ),
        Plan(
            products.FLOW, products.run, (Write(Kind.PRODUCT_MASTER, Side.MAGENTO),), preview=products.preview
        ),
        Plan(
            invoices.FLOW,
            invoices.run,
            (Write(Kind.INVOICE, Side.MAGENTO),),
            preview=invoices.preview,
            excludes=documents.beside(invoices.FLOW),
        ),
        Plan(
            payments.FLOW,
            payments.run,
            (Write(Kind.PAYMENT, Side.MAGENTO), Write(Kind.DEPOSIT, Side.SAGE)),
            preview=payments.preview,
            excludes=documents.beside(payments.FLOW),
        ),
        Plan(
            credits.FLOW,
            credits.run,
            (Write(Kind.CREDIT, Side.MAGENTO),),
            preview=credits.preview,
            excludes=documents.beside(credits.FLOW),
        ),
    )
}


#: A confirmed order brings its receipt and its notes; a document resets its order's status, which is reported again.
FOLLOWERS = Followers(order_confirmed=(deposits.ask_for, notes.ask_for), document_made=(steps.tell_again,))


@dataclass(frozen=True)
class Report:
    """What one cycle did, or why it did nothing. Instants are aware UTC."""

    connection: str
    flow: str
    started: datetime
    outcome: str  #: done, ended early (`engine.endings`), halted, busy, lease lost
    text: str = ""
    counts: dict[str, int] = field(default_factory=dict)
    unfinished: bool = False  #: it let others go first, and continues after them


def cadence_of(connection: Connection, flow: str) -> Cadence:
    """When the flow runs, in the company's time zone."""
    rule = connection.settings.flows[flow]
    return cadence(rule.every, rule.cron, connection.company_settings.time_zone)


def enabled_flows(connection: Connection) -> list[str]:
    """The connection's flows that are switched on, in the order of their ranks."""
    rules = connection.settings.flows
    return [flow for flow in FLOWS if flow in rules and rules[flow].enabled]


def run_cycle(
    hub: Hub,
    connection: Connection,
    flow: str,
    others_are_due: Callable[[], bool] | None = None,
    between_pages: Callable[[], None] | None = None,
) -> Report:
    """One cycle, when its turn comes. Safe to call twice at once: the lease lets one through.

    With `others_are_due`, long work is done in parts: while others wait, the cycle ends early and is due
    again at once. Without, it runs to its end. `between_pages` is done between two pages of long reading.
    """
    clock_watch.look(hub.clock_watch, hub.clock)
    halted = halts.halted(connection.name)
    if halted is not None:
        return Report(connection.name, flow, hub.clock.now(), "halted", halted.reason)
    company, flows = connection.settings.company, (flow, *FLOWS[flow].excludes)
    with hub.turns.turn(company, flows, hub.stop.is_set) as granted:
        if not granted:
            return Report(
                connection.name, flow, hub.clock.now(), "busy", ("stopped while it waited for its turn")
            )
        if others_are_due is None:
            return run_alone(hub, connection, flow, None, between_pages)
        due = others_are_due
        return run_alone(
            hub, connection, flow, lambda: hub.turns.somebody_waits(company, flows) or due(), between_pages
        )


def this(name: str, flow: str) -> str:
    """The flow that is in the way, in words."""
    return "this flow" if name == flow else f"the flow {name}"


def run_alone(
    hub: Hub,
    connection: Connection,
    flow: str,
    others_wait: Callable[[], bool] | None,
    between_pages: Callable[[], None] | None = None,
) -> Report:
    """The cycle, if no other process is at it. Leases that a failed ledger kept us from giving back are given back."""
    plan, now = FLOWS[flow], hub.clock.now()
    _, former = hub.unfinished.pop((connection.name, flow), (now, None))
    mappings.refresh(connection)
    hub.left_leases.give_back(now)
    flows = (flow, *plan.excludes)
    with transaction("lease"):
        leases = lease.acquire_all(
            connection.settings.company, flows, hub.holder, LEASE_SECONDS, now, again=True
        )
        if isinstance(leases, str):
            log.info("cycle", connection=connection.name, flow=flow, outcome="busy")
            return Report(connection.name, flow, now, "busy", f"another worker runs {this(leases, flow)}")
        batch_id = delivery.open_batch(leases[0], connection.name, now, former)
        clock_watch.beat(now, marks.last_run(connection.name, flow))
        asked.begun(connection.name, flow, now)
        if connection.company.doorbell is not None:
            hastened.begun(connection.name, flow, now)
    cycle = Cycle(
        connection=connection,
        flow=flow,
        lease=leases[0],
        beside=leases[1:],
        batch_id=batch_id,
        started=now,
        next_cycle=cadence_of(connection, flow).next_after(now, now),
        writes_company=plan.writes_company,
        followers=FOLLOWERS,
        others_wait=others_wait,
        between_pages=between_pages,
        keep_seats=hub.seats.keep,
    )
    try:
        with bound_contextvars(cycle=batch_id):  # under which the console shows it
            report = carry(cycle, goes_on=batch_id == former)
    except Exception:
        hub.left_leases.keep((cycle.lease, *cycle.beside))
        raise
    if report.unfinished:
        hub.unfinished[connection.name, flow] = (hub.clock.now(), batch_id)
    return report


def carry(cycle: Cycle, *, goes_on: bool) -> Report:
    """The flow itself, its calls counted; the lease is given back however it ends.

    One that `goes_on` with an unfinished run is not idle, even if nothing is left to do: the parts before did it.
    """
    connection = cycle.connection
    limits = learnt.recall(connection, cycle.started)
    connection.store.client.take_bad_rows()  # what another process's reading has left
    with (
        tallied() as tally,
        tracing.span("cycle", connection=connection.name, flow=cycle.flow, batch=cycle.batch_id) as about,
    ):
        try:
            FLOWS[cycle.flow].run(cycle)
            endings.heed_refused_keys(cycle)
            outcome, text = endings.outcome(cycle)
            endings.tell_bad_rows(cycle)
        except LeaseLost as lost:
            outcome, text = "lease lost", str(lost)
        about["outcome"] = outcome
    cycle.counts.calls_store = connection.store.calls_in(tally)
    cycle.counts.calls_company = connection.company.calls_in(tally)
    unfinished = cycle.unfinished and outcome == endings.DONE and not text
    if unfinished:
        text = "continues after other flows that are due"
    now = cycle.now()
    with transaction("end"):
        learnt.keep(connection, limits, now)
        if connection.spending is not None:
            connection.spending.settle(connection.company, now)
        if not unfinished:  # else the next part goes on with the same run
            calls = cycle.counts.calls_store + cycle.counts.calls_company
            nothing = outcome == endings.DONE and cycle.counts.idle and not goes_on
            if delivery.close_batch(cycle.batch_id, now, calls=calls, note=text, idle=nothing):
                idle_cycles.count(cycle.name, cycle.flow, cycle.started, calls, now)
        endings.note(cycle, outcome, text)
        lease.release_all((cycle.lease, *cycle.beside), now)
    watch.clear_what_is_over(cycle.name, now, of_orders=True)
    tell(cycle, outcome, text)
    return Report(
        cycle.name, cycle.flow, cycle.started, outcome, text, cycle.counts.as_dict(), unfinished=unfinished
    )


def tell(cycle: Cycle, outcome: str, text: str) -> None:
    """One line in the log: what was done; at `debug` when there was nothing to do, or the company is closed."""
    happened = {name: count for name, count in cycle.counts.as_dict().items() if count}
    idle = outcome == endings.DONE and all(name.startswith("calls_") for name in happened)
    if idle:
        log.debug("closed" if cycle.closed_reason else "idle", connection=cycle.name, flow=cycle.flow)
        return
    level = log.info if outcome == endings.DONE else log.warning
    note = {"note": text} if text else {}
    level("cycle", connection=cycle.name, flow=cycle.flow, outcome=outcome, **note, **happened)

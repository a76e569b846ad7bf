"""What status, queue, trace and alerts show: plain dicts that become JSON as they are.

Instants are ISO 8601 texts in UTC, amounts are decimal texts, so that the command line and a console
say the same. Only the ledger and the configuration are read; neither store nor company is called.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec

from tidegate.config.model import Alerts, CompanySettings, Configuration, ConnectionSettings, Flow
from tidegate.domain.cadence import Cadence
from tidegate.domain.flow_account import Account
from tidegate.domain.parcel import Parcel, is_overdue
from tidegate.domain.states import TRANSITIONS, State
from tidegate.engine import budgets, endings
from tidegate.engine.window_gate import calendar_of
from tidegate.ledger import account as accounts
from tidegate.ledger import (
    alerts,
    archive,
    closures,
    copies,
    edits,
    halts,
    marks,
    mirror,
    overview,
    parcels,
    queue,
    trace,
    usage,
)
from tidegate.ledger.queue import Item

Report = dict[str, Any]

#: The step whose tally represents a flow even before its first delivery.
FIRST_STEPS = {"orders": "order"}


def iso(instant: datetime | None) -> str | None:
    """An instant as every report writes it: UTC, `2026-03-02T14:05:00Z`."""
    return None if instant is None else instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


def amount(value: Decimal | None) -> str | None:
    """An amount as text: JSON numbers would become floats on the other side."""
    return None if value is None else format(value.normalize() if value == 0 else value, "f")


# --- status -----------------------------------------------------------------------------------


def status(configuration: Configuration, now: datetime) -> Report:
    """Every connection: its flows' accounts, queue, ages, next cycles, window, halt and alerts.

    `adds_up` is false as soon as one account has documents that are nowhere. Connections that only
    the ledger knows are shown, too: what waits there waits for ever.
    """
    held: dict[str, list[tuple[str, str]]] = {}
    mirrored = [(connection, flow, mirror.STEP) for connection, flow in mirror.mirrors()]
    for connection, flow, step in [*overview.steps(), *mirrored]:
        held.setdefault(connection, []).append((flow, step))
    open_alerts = alerts.open_alerts()
    connections: dict[str, Report] = {}
    for name in [
        *configuration.connections,
        *(name for name in held if name not in configuration.connections),
    ]:
        connections[name] = connection_status(configuration, name, held.get(name, []), now)
        connections[name]["alerts"] = sum(alert.connection == name for alert in open_alerts)
    unexplained = sum(
        each["account"]["unexplained"] for flows in connections.values() for each in flows["flows"].values()
    )
    return {
        "at": iso(now),
        "adds_up": all(
            step["unexplained"] == 0
            for each in connections.values()
            for flow in each["flows"].values()
            for step in flow["steps"].values()
        ),
        "unexplained": unexplained,
        "alerts": len(open_alerts),
        "connections": connections,
    }


def connection_status(
    configuration: Configuration, name: str, held: Sequence[tuple[str, str]], now: datetime
) -> Report:
    """One connection; `held` are the (flow, step) pairs that the ledger has deliveries of."""
    settings = configuration.connections.get(name)
    company = configuration.companies.get(settings.company) if settings else None
    halted = halts.halted(name)
    oldest = queue.oldest_waiting(name)
    flows = dict.fromkeys([*(settings.flows if settings else ()), *(flow for flow, _ in held)])
    return {
        "configured": settings is not None,
        "store": settings.store if settings else None,
        "company": settings.company if settings else None,
        "time_zone": company.time_zone if company else "UTC",
        "halted": {"reason": halted.reason, "code": halted.code, "since": iso(halted.since), "by": halted.by}
        if halted
        else None,
        "window": window(settings.company, company, now) if settings and company else None,
        "oldest_waiting": age(oldest, now),
        "used": asdict(usage.since(settings.company, now - timedelta(days=1))) if settings else None,
        "seats": budgets.seat_row(settings.company, now) if settings else None,
        "budget": budgets.budget_rows(settings.company, now) if settings else [],
        "parcels": [parcel_dict(each, settings, now) for each in parcels.open_parcels(name)],
        "flows": {flow: flow_status(name, settings, company, flow, held, now) for flow in flows},
    }


def parcel_dict(parcel: Parcel, settings: ConnectionSettings | None, now: datetime) -> Report:
    """A parcel that the company holds, and since when."""
    hours = (settings.alerts if settings else Alerts()).parcel_hours
    return {
        "id": parcel.id,
        "scope": parcel.scope,
        "tracking": parcel.tracking,
        "digest": parcel.digest,
        "records": len(parcel.keys),
        "opened": age(parcel.opened_at, now),
        "not_before": iso(parcel.not_before),
        "expires": iso(parcel.expires),
        "overdue": is_overdue(parcel, hours, now),
    }


def flow_status(
    name: str,
    settings: ConnectionSettings | None,
    company: CompanySettings | None,
    flow: str,
    held: Iterable[tuple[str, str]],
    now: datetime,
) -> Report:
    """One flow: the account of each step and of all, its queue and when it runs."""
    steps = dict.fromkeys([step for other, step in held if other == flow])
    if flow in FIRST_STEPS:
        steps = {FIRST_STEPS[flow]: None, **steps}
    counted = {step: step_account(name, flow, step) for step in steps}
    whole = sum(counted.values(), Account(read=0))
    rule = settings.flows.get(flow) if settings else None
    last = marks.read(marks.last_run(name, flow))
    return {
        "enabled": bool(rule and rule.enabled),
        "account": account_dict(whole),
        "steps": {step: account_dict(each) for step, each in counted.items()},
        "queue": whole.waiting,
        "ended_early": endings.in_a_row(name, flow),
        "last_cycle": iso(datetime.fromisoformat(last)) if last else None,
        "next_cycle": iso(next_cycle(rule, company, last, now))
        if rule and rule.enabled and company
        else None,
    }


def step_account(name: str, flow: str, step: str) -> Account:
    """The account of one step's deliveries, of a family of steps, or of a flow's mirror."""
    if step == mirror.STEP:
        return mirror.account(name, flow)
    return accounts.account(name, flow, step)


def next_cycle(rule: Flow, company: CompanySettings, last: str | None, now: datetime) -> datetime:
    """When the flow is due; at the earliest now."""
    cadence = Cadence(every=rule.every, cron=rule.cron, time_zone=company.time_zone)
    return cadence.next_after(datetime.fromisoformat(last) if last else None, now)


def account_dict(account: Account) -> dict[str, int]:
    """The account with what it must add up to."""
    return {**asdict(account), "accounted": account.accounted, "unexplained": account.unexplained}


def window(name: str, company: CompanySettings, now: datetime) -> Report:
    """Whether the company may be called now: by its calendar, and by its answers."""
    calendar = calendar_of(company)
    until, reason = None, ""
    by_rule, learnt = calendar.closed(now), closures.closed(name, now)
    if by_rule is not None:
        until, reason = by_rule.until, by_rule.reason
    if learnt is not None and (until is None or learnt.until > until):
        until, reason = learnt.until, learnt.reason
    following = calendar.next_closing(now) if until is None else None
    return {
        "open": until is None,
        "closed_until": iso(until),
        "reason": reason,
        "next_closing": {"at": iso(following.start), "until": iso(following.end), "reason": following.reason}
        if following
        else None,
    }


def age(since: datetime | None, now: datetime) -> Report | None:
    """Since when, and how long that is."""
    if since is None:
        return None
    return {"since": iso(since), "seconds": int((now - since).total_seconds())}


# --- queue ------------------------------------------------------------------------------------


def delivery(item: Item, now: datetime) -> Report:
    """One delivery without its history."""
    return {
        "id": item.id,
        "connection": item.connection,
        "flow": item.flow,
        "step": item.step,
        "label": item.label,
        "key": item.key,
        "store": item.store,
        "entity_id": item.entity_id,
        "state": item.state.value,
        "failures": item.failures,
        "code": item.reason_code,
        "reason": item.reason,
        "waits_for": item.waits_for,
        "due_at": iso(item.due_at),
        "created_at": iso(item.created_at),
        "changed_at": iso(item.changed_at),
        "age_seconds": int((now - item.created_at).total_seconds()),
        "target_id": item.target_id,
        "target_number": item.target_number,
        "target_status": item.target_status,
        "target_kind": item.target_kind,
        "target_total": amount(item.target_total),
        "adopted": item.adopted,
    }


def deliveries(
    now: datetime,
    *,
    connection: str | None = None,
    flow: str | None = None,
    states: Sequence[State] = (),
    code: str | None = None,
    label: str | None = None,
    older_than: datetime | None = None,
    after: int = 0,
    limit: int = 50,
) -> Report:
    """A page of the queue in the order of ids; `next` is the `after` of the next page, null on the last."""
    found = queue.listing(
        connection=connection,
        flow=flow,
        state=list(states) or None,
        code=code,
        label=label,
        older_than=older_than,
        after=after,
        limit=limit + 1,
    )
    page = found[:limit]
    return {
        "deliveries": [delivery(item, now) for item in page],
        "next": page[-1].id if len(found) > limit else None,
    }


# --- trace ------------------------------------------------------------------------------------


def traced(identifier: str, now: datetime, prefixes: Iterable[str] = ()) -> Report:
    """Everything known about an order, from either end; `orders` is empty when nothing is known.

    Several orders when the number fits several, each with the document that it was `found_by`. `prefixes` come
    before an order's number in the company.
    """
    from tidegate.engine import chains  # needs the flows, which take a tenth of the start of `status`

    found = trace.trace(identifier, prefixes)
    orders = [
        {"found_by": chains.named(each), **order(each, now), "chain": chains.report(each)} for each in found
    ]
    return {"identifier": identifier, "orders": orders}


def add_edits(report: Report) -> None:
    """Add to each delivery of `traced` its `edits`: what a person wants sent instead of what the store says."""
    steps = [row for found in report["orders"] for row in found["deliveries"]]
    kept = edits.history([row["id"] for row in steps])
    for row in steps:
        row["edits"] = [{**asdict(each), "at": iso(each.at)} for each in kept.get(row["id"], ())]


def add_sent(report: Report) -> None:
    """Add to each attempt of `traced` what it `sent`, None where no copy is left."""
    steps = [row for found in report["orders"] for row in found["deliveries"]]
    tries = [each for row in steps for each in row["attempts"]]
    kept = copies.of_attempts([each["id"] for each in tries]) | archive.copies_of(row["id"] for row in steps)
    for each in tries:
        each["sent"] = msgspec.json.decode(kept[each["id"]]) if each["id"] in kept else None


def order(found: trace.Trace, now: datetime) -> Report:
    """One order: its document, its deliveries with attempts and history, its ties."""
    source = found.source
    document = None
    if source is not None:
        document = {
            "connection": source.connection,
            "store": source.store,
            "kind": source.kind,
            "entity_id": source.entity_id,
            "increment_id": source.increment_id,
            "website": source.website,
            "state": source.state,
            "status": source.status,
            "grand_total": amount(source.grand_total),
            "currency": source.currency,
            "created_at": iso(source.source_created_at),
            "updated_at": iso(source.source_updated_at),
            "first_read_at": iso(source.first_read_at),
            "read_at": iso(source.read_at),
            "revision": source.revision,
            "replaces": source.parent_entity_id,
            "replaced_by": source.child_entity_id,
        }
    return {
        "magento": document,
        "deliveries": [_traced_delivery(each, now) for each in found.deliveries],
        "links": [
            {"kind": link.kind, "identifier": link.identifier, "number": link.number} for link in found.links
        ],
    }


def _traced_delivery(found: trace.TracedDelivery, now: datetime) -> Report:
    unresolved = State.HANDED_OVER if found.item.state is State.HANDED_OVER else State.IN_DOUBT
    return {
        **delivery(found.item, now),
        "attempts": [
            {
                "id": attempt.id,
                "number": attempt.number,
                "batch": attempt.batch_id,
                "started_at": iso(attempt.started_at),
                "ended_at": iso(attempt.ended_at),
                "outcome": attempt.outcome or unresolved.value,
                "code": attempt.code,
                "text": attempt.text,
                "payload_hash": attempt.payload_hash,
            }
            for attempt in found.attempts
        ],
        "history": [
            {
                "at": iso(event.at),
                "letter": event.letter,
                "what": TRANSITIONS[event.letter][2] if event.letter in TRANSITIONS else "",
                "before": event.before,
                "after": event.after,
                "by": event.actor,
                "text": event.text,
            }
            for event in found.events
        ],
    }

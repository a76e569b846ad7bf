"""Why an open delivery waits, and whose order it is: what a person asks about a queue.

A delivery that was refused or held has its reason in the ledger. One that was not refused waits for what
is around it: a halt, a closed company, a flow that is off, its next cycle.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from tidegate.config.model import Configuration
from tidegate.domain.money import shown
from tidegate.domain.ownership import Side, may_write
from tidegate.domain.states import OUT, WAITING, State
from tidegate.engine.reports import next_cycle, window
from tidegate.flows.stored_order import read_order
from tidegate.ledger import about, halts, marks, parcels

Report = dict[str, Any]

#: States in which a delivery goes on by itself as soon as it may.
_MOVING = tuple(state.value for state in dict.fromkeys((*WAITING, *OUT)))


def explain(configuration: Configuration, rows: Sequence[Report], now: datetime) -> None:
    """Add to each report of a delivery `why` (all that it waits for), `amount`, `currency` and `customer`."""
    orders = about.orders([row["id"] for row in rows])
    places = {
        place: Place.of(configuration, *place, now)
        for place in {(row["connection"], row["flow"]) for row in rows}
    }
    for row in rows:
        order = orders.get(row["id"])
        row["why"] = "; ".join(reasons(row, places[row["connection"], row["flow"]], now))
        row["amount"] = shown(order.total) if order and order.total is not None else None
        row["currency"] = order.currency if order else ""
        row["customer"] = customer(order.document) if order else ""


def customer(document: str) -> str:
    """Whose order it is, as the invoice names them; "" for an order that was never readable."""
    if not document:
        return ""
    try:
        order = read_order(document)
    except msgspec.DecodeError:
        return ""
    names = (order.billing.name, order.billing.company)
    return ", ".join(name for name in names if name) or order.customer.email


@dataclass(frozen=True, slots=True)
class Place:
    """What keeps a whole flow of a connection from sending now ("" = nothing), and when it runs next."""

    obstacle: str
    next_cycle: str

    @staticmethod
    def of(configuration: Configuration, connection: str, flow: str, now: datetime) -> Place:
        """By configuration and ledger, without a call."""
        settings = configuration.connections.get(connection)
        if settings is None:
            return Place("the connection is no longer configured: nothing of it is sent", "")
        company = configuration.companies[settings.company]
        zone = ZoneInfo(company.time_zone)
        halted = halts.halted(connection)
        if halted is not None:
            return Place(f"the connection is halted: {halted.reason}", "")
        rule = settings.flows.get(flow)
        if rule is None or not rule.enabled:
            return Place(f"the flow {flow} is off", "")
        last = marks.read(marks.last_run(connection, flow))
        following = next_cycle(rule, company, last, now)
        shown = "now" if following <= now else f"{following.astimezone(zone):%Y-%m-%d %H:%M %Z}"
        there = window(settings.company, company, now)
        if not there["open"] and may_write(flow, Side.SAGE):
            until = datetime.fromisoformat(there["closed_until"]).astimezone(zone)
            return Place(f"the company is closed until {until:%Y-%m-%d %H:%M %Z} ({there['reason']})", shown)
        return Place("", shown)


def reasons(row: Report, place: Place, now: datetime) -> Iterable[str]:
    """Everything that keeps the delivery, its own reason first."""
    own = own_reason(row)
    if own:
        yield own
    if row["state"] not in _MOVING:
        return
    if row["state"] == State.IN_DOUBT.value:
        yield "sent, but no answer says whether it arrived: it is looked up before anything is sent again"
    if row["state"] == State.HANDED_OVER.value:
        yield from lying(row["id"], now)
        return
    if place.obstacle:
        yield place.obstacle
        return
    if row["state"] == State.SENDING.value:
        yield "on its way"
    elif row["due_at"] and datetime.fromisoformat(row["due_at"]) > now:
        yield "waits for its next try"
    elif row["state"] == State.IN_DOUBT.value and place.next_cycle:
        yield f"is looked up when settle_minutes have passed since it was sent (next cycle: {place.next_cycle})"
    elif place.next_cycle:
        yield f"is sent with the next cycle ({place.next_cycle})"


def lying(delivery_id: int, now: datetime) -> Iterable[str]:
    """The parcel of a record that was handed over, and since when."""
    parcel = parcels.holding(delivery_id)
    if parcel is None:
        yield "handed over; it is looked up"
    else:
        hours = int((now - parcel.opened_at).total_seconds() // 3600)
        where = parcel.tracking or "no tracking reference yet"
        yield (
            f"handed over to {parcel.company} in parcel {parcel.id} ({where}) {hours} hours ago: its result "
            "is read later"
        )


def own_reason(row: Report) -> str:
    """What the ledger says of the record itself, in one line: code, text, and what it waits for."""
    text = row["reason"].partition("\n")[0]
    if row["waits_for"] and row["waits_for"] not in text:
        text = f"waits for {row['waits_for']}" + (f" ({text})" if text else "")
    return ": ".join(part for part in (row["code"], text) if part)

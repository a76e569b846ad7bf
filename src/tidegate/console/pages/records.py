"""Cycles and their batches, items of stock and prices, and the record of what people changed."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from tidegate.console import changes
from tidegate.console.pages import ways_out
from tidegate.console.pages.page import Visit, page
from tidegate.console.pages.reasons import sees_values
from tidegate.console.roles import Permission
from tidegate.domain.states import State
from tidegate.engine import items as mirrored
from tidegate.engine.cycles import FLOWS
from tidegate.engine.waiting import own_reason
from tidegate.flows.item_words import name_of, value_in_words
from tidegate.ledger import database, mirror, runs

PAGE = 50


@page(Permission.SEE)
def cycles(visit: Visit) -> HttpResponse:
    """The newest runs first."""
    flow = visit.text("flow")
    found = runs.listing(visit.chosen(), flow, before=visit.number("before"), limit=PAGE + 1)
    return visit.show(
        "cycles",
        runs=found[:PAGE],
        next=found[PAGE - 1].id if len(found) > PAGE else 0,
        filter={"connection": visit.text("connection"), "flow": flow},
        connections=visit.connections(),
        flows=list(FLOWS),
        at=visit.now,
    )


@page(Permission.SEE)
def cycle(visit: Visit, run: int) -> HttpResponse:
    """One run with every attempt of its batch."""
    found = runs.get(run)
    if found is None or not visit.rights.may(Permission.SEE, found.connection):
        raise Http404("there is no such cycle")
    return visit.show("cycle", run=found, attempts=runs.attempts(run, limit=500))


@page(Permission.SEE)
def items(visit: Visit) -> HttpResponse:
    """What the shop has of stock, prices and masters, and what it shall have: what is open."""
    seen = set(visit.chosen())
    places = [(connection, flow) for connection, flow in mirror.mirrors() if connection in seen]
    chosen = (visit.text("connection"), visit.text("flow"))
    if chosen not in places:
        chosen = next(
            (place for place in places if not visit.text("flow") or place[1] == visit.text("flow")), ("", "")
        )
    rows: list[dict[str, Any]] = []
    following = ""
    key = visit.text("key")
    if chosen[0]:
        if key:
            rows = [mirrored.item(chosen[1], one) for one in mirror.find(*chosen, [key])]
        else:
            states = [State(name) for name in visit.request.GET.getlist("state") if name in set(State)]
            report = mirrored.items(*chosen, states, visit.text("after"), PAGE)
            rows, following = report["items"], report["next"] or ""
    for row in rows:
        row["why"] = own_reason(row)
        row["wanted_words"], row["sent_words"] = (
            value_in_words(row["wanted"]),
            value_in_words(row["sent"]),
        )
    stuck = [row["code"] for row in rows if row["state"] in (State.HELD.value, State.REVIEW.value)]
    accounts = {place: mirror.account(*place) for place in places}
    return visit.show(
        "items",
        places=[
            {"connection": place[0], "flow": place[1], "account": accounts[place], "here": place == chosen}
            for place in places
        ],
        connection=chosen[0],
        flow=chosen[1],
        key=key,
        name=name_of(chosen[1], key) if key else "",
        rows=rows,
        persons=sees_values(visit, *chosen),
        how=ways_out.said_of_items(stuck),
        next=following,
        acts=bool(chosen[0]) and visit.rights.may(Permission.ACT, chosen[0]),
        at=visit.now,
    )


@page(Permission.ACT, methods=("POST",))
def retry_item(visit: Visit) -> HttpResponse:
    """Have one item sent again."""
    connection, flow, key = visit.text("connection"), visit.text("flow"), visit.text("key")
    visit.require(Permission.ACT, connection)
    with database.transaction("console-item"):
        done = mirrored.retry(connection, flow, [key], visit.now)
        if done:
            changes.record(visit.now, visit.name, "retry", connection=connection, subject=name_of(flow, key))
    result = (
        "is written again with the next cycle"
        if done
        else "needs no retry: it is already correct in the shop, or waits for the next cycle"
    )
    messages.success(visit.request, f"The {name_of(flow, key)} {result}.")
    return redirect(f"/items?connection={connection}&flow={flow}")


@page(Permission.SEE)
def audit(visit: Visit) -> HttpResponse:
    """Who changed what, with before and after; of the connections that the user may see."""
    whole = visit.rights.everywhere(Permission.USERS)
    chosen = visit.text("connection")
    names = visit.chosen() if chosen or not whole else None
    found = changes.listing(names, before=visit.number("before"), limit=PAGE + 1)
    return visit.show(
        "audit",
        rows=changes.masked(
            found[:PAGE], lambda connection: visit.rights.may(Permission.PERSONS, connection)
        ),
        next=found[PAGE - 1].pk if len(found) > PAGE else 0,
        connections=visit.connections(),
        connection=chosen,
    )

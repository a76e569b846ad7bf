"""The queue: what waits, stands still or is in doubt, with everything that it misses. The address holds the filter."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse

from tidegate.console.pages import deeds, edits, plots
from tidegate.console.pages.page import Visit, page
from tidegate.console.roles import Permission
from tidegate.domain.cadence import parse_every
from tidegate.domain.errors import Code
from tidegate.domain.states import FINAL, State
from tidegate.engine import editing, reports, waiting
from tidegate.engine.cycles import FLOWS
from tidegate.ledger import causes, depths, heads, queue

PAGE = 50
AGES = (
    ("", "any age"),
    ("1h", "older than 1 h"),
    ("4h", "older than 4 h"),
    ("1d", "older than 1 d"),
    ("7d", "older than 7 d"),
)


@page(Permission.SEE)
def listing(visit: Visit) -> HttpResponse:
    """A page of the queue."""
    return visit.show("queue", **content(visit), **over_time(visit))


@page(Permission.SEE)
def plot(visit: Visit) -> HttpResponse:
    """How deep it was, and how old; the page refreshes it by itself."""
    return visit.show("queue_plot", **over_time(visit))


def over_time(visit: Visit) -> dict[str, Any]:
    """The samples of the chosen connections and flow, drawn."""
    name, span = plots.span_of(visit.text("span"))
    start = visit.now - span
    samples = depths.history(visit.chosen(), start, visit.text("flow"))
    chosen = {key: visit.text(key) for key in ("connection", "flow") if visit.text(key)}
    return {
        "plot": plots.plot(samples, start, visit.now),
        "from": start,
        "span": name,
        "spans": [
            (each, words, "/queue?" + urlencode({**chosen, "span": each})) for each, words, _ in plots.SPANS
        ],
        "plot_address": "/queue/plot?" + urlencode({**chosen, "span": name}),
    }


@page(Permission.SEE)
def rows(visit: Visit) -> HttpResponse:
    """What the page refreshes by itself."""
    return visit.show("queue_rows", **content(visit))


def content(visit: Visit) -> dict[str, Any]:
    """The rows that fit the filter, how deep the queue is, and what can be done."""
    names = visit.chosen()
    states = states_of(visit)
    found = []
    for name in names:
        found += queue.listing(
            connection=name,
            flow=visit.text("flow") or None,
            state=states or [state for state in State if state not in FINAL],
            code=visit.text("code") or None,
            waits_for=visit.text("waits_for") or None,
            older_than=visit.now - age if (age := age_of(visit.text("age"))) else None,
            after=visit.number("after"),
            limit=PAGE + 1,
        )
    found.sort(key=lambda item: item.id)
    shown = found[:PAGE]
    listed = [reports.delivery(item, visit.now) for item in shown]
    waiting.explain(visit.configuration, listed, visit.now)
    for row, item in zip(listed, shown, strict=True):
        row["editable"] = edits.may(visit, item) and editing.may_be_edited(item)
        row["persons"] = visit.rights.may(Permission.PERSONS, row["connection"])
        row["lines"] = row["reason"].splitlines()[1:]
        row["address"] = f"/delivery/{row['id']}"
    query = visit.request.GET.copy()
    query.pop("after", None)
    return {
        "rows": listed,
        "next": f"?{query.urlencode()}&after={shown[-1].id}" if len(found) > PAGE else "",
        "first": f"?{query.urlencode()}" if visit.number("after") else "",
        "query": visit.request.GET.urlencode(),
        "address": visit.request.get_full_path().replace("/queue/rows", "/queue"),
        "filter": {name: visit.text(name) for name in ("connection", "flow", "code", "age", "waits_for")},
        "wanted": [state.value for state in states],
        "upto": heads.highest_delivery(),
        "connections": visit.connections(),
        "flows": list(FLOWS),
        "states": [state.value for state in State],
        "codes": sorted(code.value for code in Code),
        "ages": AGES,
        "depths": [
            (state.value, count, depth_address(visit, state)) for state, count in causes.depths(names).items()
        ],
        "acts": visit.rights.among(Permission.ACT, names) != [],
        "wishes": [act.value for act in deeds.WORDS],
        "at": visit.now,
    }


def states_of(visit: Visit) -> list[State]:
    """The states that the address names; unknown ones are left out."""
    return [State(name) for name in visit.request.GET.getlist("state") if name in set(State)]


def age_of(text: str) -> timedelta | None:
    """`4h` as a time span; None for anything else."""
    try:
        return parse_every(text)
    except ValueError:
        return None


def depth_address(visit: Visit, state: State) -> str:
    """The queue of one state, with the chosen connection."""
    chosen = {"connection": visit.text("connection")} if visit.text("connection") else {}
    return "/queue?" + urlencode({**chosen, "state": state.value})

"""The tide table: is anything wrong, what waits for whom, when does the next water pass."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpResponse

from tidegate.console.pages import drawing, plots
from tidegate.console.pages.alert_places import with_places
from tidegate.console.pages.page import Visit, page
from tidegate.console.roles import Permission
from tidegate.engine import alert_report, reports, tides
from tidegate.ledger import depths, mirror

#: In the order of the account; with `confirmed` they add up to `read`.
PLACES = ("confirmed", "handed_over", "waiting", "in_doubt", "review", "held", "cancelled", "skipped")
#: How far back the small line of the depth goes.
DAY = timedelta(days=1)


@page(Permission.SEE)
def home(visit: Visit) -> HttpResponse:
    """The page."""
    return visit.show("home", **content(visit))


@page(Permission.SEE)
def tide(visit: Visit) -> HttpResponse:
    """What the page refreshes by itself."""
    return visit.show("tide", **content(visit))


def content(visit: Visit) -> dict[str, Any]:
    """One band for each connection, and what needs a person first."""
    seen = visit.connections()
    report = reports.status(visit.configuration, visit.now)
    listed = alert_report.alert_list(visit.now)
    whole = visit.rights.everywhere(Permission.SEE)
    bands = []
    for name in seen:
        connection = report["connections"].get(name)
        if connection is None:
            continue
        day = tides.tide_of(visit.configuration, name, visit.now)
        bands.append(
            {
                "name": name,
                "status": connection,
                "condition": condition(connection),
                "day": drawing.day(day, visit.now) if day else None,
                "depth": plots.spark(depths.history([name], visit.now - DAY), visit.now - DAY, visit.now),
                "totals": totals(connection, None),
                "deliveries": totals(connection, False),
                "items": totals(connection, True),
                "flows": by_flow(connection),
                "next": next_run(connection),
                "early": sum(bool(each["ended_early"]) for each in connection["flows"].values()),
            }
        )
    return {
        "bands": bands,
        "alerts": with_places(
            [
                each
                for each in listed["alerts"]
                if each["connection"] in seen or (whole and not each["connection"])
            ]
        ),
        "adds_up": all(band["totals"]["unexplained"] == 0 for band in bands),
        "places": PLACES,
        "at": visit.now,
    }


def condition(connection: dict[str, Any]) -> str:
    """One word for a connection: the worst that is true."""
    if not connection["configured"]:
        return "not configured"
    if connection["halted"]:
        return "halted"
    return "open" if connection["window"]["open"] else "closed"


def totals(connection: dict[str, Any], mirrored: bool | None) -> dict[str, int]:
    """The accounts of all flows together: of deliveries, of items of stock, prices and masters, or (None) of both."""
    names = ("read", *PLACES, "unexplained")
    accounts = [
        account
        for flow in connection["flows"].values()
        for step, account in (flow["steps"] or {"": flow["account"]}).items()
        if mirrored is None or mirrored is (step == mirror.STEP)
    ]
    return {name: sum(account.get(name, 0) for account in accounts) for name in names}


def by_flow(connection: dict[str, Any]) -> list[dict[str, Any]]:
    """The account of each flow that has read anything: what it read is in one of the places."""
    return [
        {
            "name": name,
            "page": "items" if mirror.STEP in flow["steps"] else "queue",
            "read": flow["account"]["read"],
            "places": [(place, flow["account"].get(place, 0)) for place in PLACES],
            "adds_up": not flow["account"]["unexplained"],
        }
        for name, flow in connection["flows"].items()
        if flow["account"]["read"]
    ]


def next_run(connection: dict[str, Any]) -> dict[str, str] | None:
    """The flow that runs next, and when."""
    planned = [(each["next_cycle"], flow) for flow, each in connection["flows"].items() if each["next_cycle"]]
    if not planned:
        return None
    at, flow = min(planned)
    return {"flow": flow, "at": at}

"""The pages of connections: health, windows, flows, seats, credentials, budget; halt, lift, run now, clear an alert."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from tidegate.console import changes
from tidegate.console.pages import drawing, entrances
from tidegate.console.pages.alert_places import with_places
from tidegate.console.pages.home import condition
from tidegate.console.pages.page import Visit, page
from tidegate.console.roles import Permission
from tidegate.engine import alert_report, interventions, reports, tides
from tidegate.engine.door_check import check_door
from tidegate.ledger import asked, halts
from tidegate.ledger.database import transaction


@page(Permission.SEE)
def listing(visit: Visit) -> HttpResponse:
    """List the connections that the user may see, one row each."""
    report = reports.status(visit.configuration, visit.now)
    rows = [
        {
            "name": name,
            "status": each,
            "condition": condition(each),
            "queue": sum(flow["queue"] for flow in each["flows"].values()),
        }
        for name in visit.connections()
        if (each := report["connections"].get(name)) is not None
    ]
    return visit.show("connections", rows=rows, at=visit.now)


@page(Permission.SEE)
def one(visit: Visit, connection: str) -> HttpResponse:
    """Show one connection with all details."""
    visit.require(Permission.SEE, connection)
    report = reports.status(visit.configuration, visit.now)["connections"].get(connection)
    if report is None:
        raise Http404(f"there is no connection {connection}")
    day = tides.tide_of(visit.configuration, connection, visit.now)
    listed = alert_report.alert_list(visit.now)["alerts"]
    return visit.show(
        "connection",
        name=connection,
        status=report,
        condition=condition(report),
        day=drawing.day(day, visit.now) if day else None,
        alerts=with_places([each for each in listed if each["connection"] == connection]),
        halts=halts.history(connection, 10),
        findings=findings(visit, connection),
        entrance=entrances.credentials(visit, connection),
        holders=seat_holders(visit, report),
        steers=visit.rights.may(Permission.STEER, connection),
        at=visit.now,
    )


def seat_holders(visit: Visit, report: dict[str, Any]) -> list[dict[str, Any]]:
    """The processes that hold a seat now, and whether each is this one."""
    held = (report["seats"] or {}).get("holders", [])
    return [{"name": each, "here": each == visit.hub.holder} for each in held]


def findings(visit: Visit, connection: str) -> list[dict[str, Any]]:
    """The findings about consent, call-backs and budget of the company that need no call to it."""
    known = visit.hub.connections.get(connection)
    return [asdict(each) for each in check_door(visit.hub, known.settings.company)] if known else []


@page(Permission.STEER, methods=("POST",))
def halt(visit: Visit, connection: str) -> HttpResponse:
    """Halt a connection, with a reason: it sends nothing until the halt is lifted."""
    visit.require(Permission.STEER, connection)
    reason = visit.text("reason")
    if connection not in visit.configuration.connections:
        raise Http404(f"there is no {connection}")
    if not reason:
        messages.error(visit.request, "Give the reason: it is shown with the halt.")
        return redirect(f"/connections/{connection}")
    with transaction("console-halt"):
        done = interventions.halt(connection, reason, actor=visit.name, now=visit.now)
        if done:
            note(visit, "halted", connection, after=reason, reason=reason)
    text = (
        "The connection is halted: nothing is sent until the halt is lifted."
        if done
        else "The connection was already halted."
    )
    messages.success(visit.request, text)
    return redirect(f"/connections/{connection}")


@page(Permission.STEER, methods=("POST",))
def lift(visit: Visit, connection: str) -> HttpResponse:
    """Lift the halt of a connection, and drop a closure that was learnt from its company's answers."""
    visit.require(Permission.STEER, connection)
    settings = visit.configuration.connections.get(connection)
    with transaction("console-lift"):
        lifted = interventions.lift(
            connection, company=settings.company if settings else None, actor=visit.name, now=visit.now
        )
        if lifted.halt or lifted.closure:
            until = f"closed until {lifted.closure.until:%Y-%m-%d %H:%M} UTC" if lifted.closure else ""
            before = lifted.halt.reason if lifted.halt else until
            note(visit, "lifted", connection, before=before, reason=visit.text("reason"))
    found = lifted.halt or lifted.closure
    messages.success(
        visit.request,
        "The halt is lifted: the next cycles send again." if found else "The connection was not halted.",
    )
    return redirect(f"/connections/{connection}")


@page(Permission.STEER, methods=("POST",))
def run(visit: Visit, connection: str) -> HttpResponse:
    """Request a cycle of one flow; it runs as soon as possible."""
    visit.require(Permission.STEER, connection)
    settings = visit.configuration.connections.get(connection)
    flow = visit.text("flow")
    if settings is None or flow not in settings.flows or not settings.flows[flow].enabled:
        raise Http404("there is no such flow")
    with transaction("console-run"):
        note(visit, "cycle asked for", connection, after=flow)
        asked.ask(connection, flow, visit.now)
    messages.success(visit.request, f"The flow {flow} runs next: within seconds, if nothing else is running.")
    return redirect(f"/connections/{connection}")


@page(Permission.STEER, methods=("POST",))
def clear(visit: Visit, connection: str, alert: int) -> HttpResponse:
    """Clear one alert. It is raised again if its cause persists."""
    visit.require(Permission.STEER, connection)
    known = [each for each in alert_report.alert_list(visit.now)["alerts"] if each["id"] == alert]
    if not known or known[0]["connection"] != connection:
        raise Http404("there is no such alert")
    with transaction("console-alert"):
        if interventions.clear_alert(alert, visit.now):
            note(visit, "alert cleared", connection, before=f"{known[0]['code']} {known[0]['text']}")
    messages.success(visit.request, "The alert is cleared. It is raised again if its cause persists.")
    return redirect(f"/connections/{connection}")


def note(
    visit: Visit, act: str, connection: str, *, before: str = "", after: str = "", reason: str = ""
) -> None:
    """Record a change in the audit, inside a transaction."""
    changes.record(
        visit.now,
        visit.name,
        act,
        connection=connection,
        subject=connection,
        before=before,
        after=after,
        reason=reason,
    )

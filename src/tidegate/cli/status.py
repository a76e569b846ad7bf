"""`status`: the account that adds up, and what is due, closed, halted."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import typer

from tidegate.cli import exits, showing
from tidegate.cli.invocation import here
from tidegate.cli.showing import Json, ago, local
from tidegate.domain.usage import Usage

#: In the order of the account; with `confirmed` they add up to `read`.
REST = ["handed_over", "waiting", "in_doubt", "review", "held", "cancelled", "skipped", "unexplained"]


def status(context: typer.Context, as_json: Json = False) -> None:
    """Show every connection: its account, queue, next cycles. Exit 1 when a person is needed."""
    there = here(context)
    with there.ledger() as configuration:
        from tidegate.engine import reports

        report = reports.status(configuration, there.clock.now())
    if as_json:
        showing.print_json(report)
    else:
        show(report)
    halted = any(each["halted"] for each in report["connections"].values())
    if halted or report["alerts"] or not report["adds_up"]:
        raise typer.Exit(exits.FOUND)


def show(report: dict[str, Any]) -> None:
    """The report for people."""
    for name, connection in report["connections"].items():
        show_connection(name, connection)
        showing.say()
    if not report["connections"]:
        showing.say("no connection is configured, and the ledger is empty")
    if report["adds_up"]:
        showing.say("every tally adds up: nothing is unexplained")
    else:
        showing.paragraph(
            f"NOT EVERY ACCOUNT ADDS UP: {report['unexplained']} unexplained. Keep the ledger and report it.",
            style="bold red",
        )
    if report["alerts"]:
        showing.say(f"open alerts: {report['alerts']} (tidegate alerts shows them)", style="yellow")


def show_connection(name: str, connection: dict[str, Any]) -> None:
    """One connection: its head line, then a row for each step of each flow."""
    zone = ZoneInfo(connection["time_zone"])
    tied = (
        f"{connection['store']} -> {connection['company']}"
        if connection["configured"]
        else "not configured any more"
    )
    showing.paragraph(f"{name} ({tied}): {condition(connection, zone)}", style="bold")
    oldest = connection["oldest_waiting"]
    if oldest:
        showing.paragraph(
            f"  oldest waiting: {ago(oldest['seconds'])} (since {local(oldest['since'], zone)})"
        )
    used = connection["used"]
    if used and any(used.values()):
        showing.paragraph(f"  used of {connection['company']} in a day: {Usage(**used).words}")
    seats = connection["seats"]
    if seats:
        whose = ", ".join(dict.fromkeys(" process ".join(each.split(":")[:2]) for each in seats["holders"]))
        showing.paragraph(
            f"  seats in use: {seats['in_use']} of {seats['limit']}" + (f" ({whose})" if whose else "")
        )
    for each in connection["budget"]:
        showing.paragraph(f"  budget: {each['used']} used of {each['words']}, {each['left']} left")
    for parcel in connection["parcels"]:
        lies = (
            f"parcel {parcel['tracking'] or parcel['id']} of {parcel['scope']}: {parcel['records']} records "
            "were handed over "
        )
        showing.paragraph(
            f"  {lies}to {connection['company']} at {local(parcel['opened']['since'], zone)} ("
            f"{ago(parcel['opened']['seconds'])})",
            style="yellow" if parcel["overdue"] else None,
        )
    if connection["alerts"]:
        showing.say(f"  open alerts: {connection['alerts']}", style="yellow")
    early = {flow: each["ended_early"] for flow, each in connection["flows"].items() if each["ended_early"]}
    if early:
        listed = ", ".join(f"{flow} ({count} in a row)" for flow, count in early.items())
        showing.paragraph(f"  ended early: {listed}", style="yellow")
    rows = []
    for flow, each in connection["flows"].items():
        steps = each["steps"] or {"": each["account"]}
        for number, (step, account) in enumerate(steps.items()):
            due = next_run(each, zone) if number == 0 else ""
            name = flow if number == 0 else ""
            rows.append([f"  {name}", step, account["read"], account["confirmed"], rest(account), due])
    if rows:
        columns = ["  flow", "step", "read", "confirmed", "and the rest", "next cycle"]
        showing.show_table(columns, rows)


def rest(account: dict[str, Any]) -> str:
    """What was read and is not confirmed, in words; what is nought is left out."""
    return ", ".join(
        f"{account[column]} {'UNEXPLAINED' if column == 'unexplained' else column.replace('_', ' ')}"
        for column in REST
        if account[column]
    )


def next_run(flow: dict[str, Any], zone: ZoneInfo) -> str:
    """Day and time of the flow's next cycle, short enough for a column."""
    if not flow["enabled"]:
        return "off"
    return local(flow["next_cycle"], zone).partition("-")[2]


def condition(connection: dict[str, Any], zone: ZoneInfo) -> str:
    """Halted, closed or open."""
    halted = connection["halted"]
    if halted:
        return f"HALTED since {local(halted['since'], zone)} by {halted['by']}: {halted['reason']}"
    window = connection["window"]
    if window is None:
        return "deliveries that wait here are never sent: configure the connection again, or cancel them"
    if not window["open"]:
        return f"closed until {local(window['closed_until'], zone)} ({window['reason']})"
    following = window["next_closing"]
    return f"open until {local(following['at'], zone)} ({following['reason']})" if following else "open"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("status")(status)

"""`alerts`, `halt`, `lift`: what a person should know, and the brake."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from tidegate.cli import exits, showing
from tidegate.cli.complaint import Unknown
from tidegate.cli.invocation import here, named_connection, zone_of
from tidegate.cli.operator import By, operator_name
from tidegate.cli.showing import Json, local

if TYPE_CHECKING:
    from tidegate.engine.interventions import Lifted

Name = Annotated[str, typer.Argument(metavar="CONNECTION", help="Its name in the configuration.")]


def alerts(
    context: typer.Context,
    clear: Annotated[
        list[int] | None,
        typer.Option("--clear", metavar="ID", help="Clear this alert; may be given several times."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Show open alerts and halted connections. Exit 1 when there are any. What lasts raises its alert again."""
    there = here(context)
    with there.ledger() as configuration:
        from tidegate.engine import interventions, reports

        now = there.clock.now()
        for alert_id in clear or []:
            if not interventions.clear_alert(alert_id, now):
                raise Unknown("open alert", str(alert_id), remedy="it may have been cleared already")
        report = reports.alert_list(now)
        report["cleared"] = clear or []
        zones = {each["connection"]: zone_of(configuration, each["connection"]) for each in report["alerts"]}
        zones |= {each["connection"]: zone_of(configuration, each["connection"]) for each in report["halted"]}
    if as_json:
        showing.print_json(report)
    else:
        show(report, zones)
    if report["alerts"] or report["halted"]:
        raise typer.Exit(exits.FOUND)


def show(report: dict[str, Any], zones: dict[str, Any]) -> None:
    """The report for people."""
    for alert_id in report["cleared"]:
        showing.say(f"cleared {alert_id}")
    for each in report["halted"]:
        since = local(each["since"], zones[each["connection"]])
        showing.paragraph(
            f"{each['connection']} is HALTED since {since} by {each['by']}: {each['reason']}",
            style="bold red",
        )
    if not report["alerts"]:
        showing.say("no open alert")
        return
    for each in report["alerts"]:
        zone = zones[each["connection"]]
        raised, last = local(each["raised_at"], zone), local(each["last_at"], zone)
        again = f", {each['count']} times, last {last}" if each["count"] > 1 else ""
        where = each["connection"] or "the hub"
        about = f": {each['subject']}" if each["subject"] else ""
        showing.paragraph(f"{each['id']}  {where}: {each['code']}{about}", style="bold")
        showing.paragraph(f"raised {raised}{again}", indent=4)
        showing.paragraph(each["text"], indent=4)


def halt(
    context: typer.Context,
    connection: Name,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; everybody sees it.")],
    by: By = None,
    as_json: Json = False,
) -> None:
    """Stop a connection: nothing is sent until somebody lifts it. Orders wait safely in the ledger."""
    there = here(context)
    with there.ledger() as configuration:
        from tidegate.engine import interventions

        named_connection(configuration, connection)
        done = interventions.halt(connection, reason, actor=operator_name(by), now=there.clock.now())
    text = f"{connection} is halted" if done else f"{connection} was halted already: nothing to do"
    _tell(connection, done, text, as_json)


def lift(context: typer.Context, connection: Name, by: By = None, as_json: Json = False) -> None:
    """Let a halted connection send again."""
    there = here(context)
    with there.ledger() as configuration:
        from tidegate.engine import interventions

        named_connection(configuration, connection)
        company = configuration.connections[connection].company
        now = there.clock.now()
        done = interventions.lift(connection, company=company, actor=operator_name(by), now=now)
        zone = zone_of(configuration, connection)
    _tell(
        connection, done.halt is not None or done.closure is not None, lifted(connection, done, zone), as_json
    )


def lifted(connection: str, done: Lifted, zone: ZoneInfo) -> str:
    """What a lift did, each thing in a sentence."""
    if done.halt is None:
        said = [f"{connection} was not halted: nothing to do"]
    else:
        by, since = done.halt.by, local(done.halt.since, zone)
        said = [f"{connection} sends again: the halt by {by} since {since} is lifted ({done.halt.reason})"]
    if done.alerts:
        said.append(f"{done.alerts} alerts of it are cleared" if done.alerts > 1 else "its alert is cleared")
    if done.closure is not None:
        until = local(done.closure.until, zone)
        said.append(f"the company counted as closed until {until} by an answer of its own: that is forgotten")
    return "; ".join(said)


def _tell(connection: str, done: bool, text: str, as_json: bool) -> None:
    if as_json:
        showing.print_json({"connection": connection, "changed": done, "text": text})
    else:
        showing.paragraph(text)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("alerts")(alerts)
    app.command("halt")(halt)
    app.command("lift")(lift)

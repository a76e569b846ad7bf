"""`alerts`, `halt`, `lift`: what a person should know, and the brake."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from tidegate.cli import showing
from tidegate.cli.complaint import Unknown
from tidegate.cli.invocation import here, named_connection, zone_of
from tidegate.cli.operator import By, operator_name
from tidegate.cli.showing import Json, local

Name = Annotated[str, typer.Argument(metavar="CONNECTION", help="Its name in the configuration.")]


def alerts(
    context: typer.Context,
    clear: Annotated[
        list[int] | None,
        typer.Option("--clear", metavar="ID", help="Clear this alert; may be given several times."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Show open alerts and halted connections. What lasts raises its alert again."""
    there = here(context)
    with there.ledger() as configuration:
        from tidegate.engine import interventions, reports

        now = there.clock.now()
        for alert_id in clear or []:
            if not interventions.clear_alert(alert_id, now):
                raise Unknown("open alert", str(alert_id), remedy="it may have been cleared already")
        report = reports.alert_list(now)
        report["cleared"] = clear or []
        if as_json:
            showing.print_json(report)
            return
        zones = {each["connection"]: zone_of(configuration, each["connection"]) for each in report["alerts"]}
        zones |= {each["connection"]: zone_of(configuration, each["connection"]) for each in report["halted"]}
    show(report, zones)


def show(report: dict[str, Any], zones: dict[str, Any]) -> None:
    """The report for people."""
    for alert_id in report["cleared"]:
        showing.say(f"cleared {alert_id}")
    for each in report["halted"]:
        since = local(each["since"], zones[each["connection"]])
        showing.say(
            f"{each['connection']} is HALTED since {since} by {each['by']}: {each['reason']}",
            style="bold red",
        )
    if not report["alerts"]:
        showing.say("no open alert")
        return
    showing.show_table(
        ["id", "raised", "last", "times", "connection", "code", "subject", "text"],
        [
            [
                each["id"],
                local(each["raised_at"], zones[each["connection"]]),
                local(each["last_at"], zones[each["connection"]]),
                each["count"],
                each["connection"],
                each["code"],
                each["subject"],
                each["text"],
            ]
            for each in report["alerts"]
        ],
    )


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
        done = interventions.lift(connection, company=company, actor=operator_name(by), now=there.clock.now())
    text = f"{connection} sends again" if done else f"{connection} was not halted: nothing to do"
    _tell(connection, done, text, as_json)


def _tell(connection: str, done: bool, text: str, as_json: bool) -> None:
    if as_json:
        showing.print_json({"connection": connection, "changed": done, "text": text})
    else:
        showing.say(text)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("alerts")(alerts)
    app.command("halt")(halt)
    app.command("lift")(lift)

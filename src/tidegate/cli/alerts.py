"""`alerts`, `halt`, `lift`: what a person should know, and the brake."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from tidegate.cli import exits, showing
from tidegate.cli.complaint import Refused, Unknown
from tidegate.cli.invocation import here, named_connection, zone_of
from tidegate.cli.operator import By, operator_name
from tidegate.cli.showing import Json, local

if TYPE_CHECKING:
    from tidegate.engine.interventions import Lifted

Name = Annotated[str, typer.Argument(metavar="CONNECTION", help="Its name in the configuration.")]


group = typer.Typer(help="Open alerts and halts, and whether messages arrive.")


@group.callback(invoke_without_command=True)
def alerts(
    context: typer.Context,
    clear: Annotated[
        list[int] | None,
        typer.Option("--clear", metavar="ID", help="Clear this alert; may be given several times."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Open alerts and halts, and whether messages arrive. Exit 1 when there are any."""
    if context.invoked_subcommand is not None:
        return
    there = here(context)
    with there.ledger() as configuration:
        from tidegate.engine import alert_report

        now = there.clock.now()
        if clear:
            end(clear, now)
        report = alert_report.alert_list(now)
        report["cleared"] = clear or []
        zones = {each["connection"]: zone_of(configuration, each["connection"]) for each in report["alerts"]}
        zones |= {each["connection"]: zone_of(configuration, each["connection"]) for each in report["halted"]}
    if as_json:
        showing.print_json(report)
    else:
        show(report, zones)
    if report["alerts"] or report["halted"]:
        raise typer.Exit(exits.FOUND)


def end(alert_ids: list[int], now: datetime) -> None:
    """Clear these alerts."""
    from tidegate.engine import interventions  # needs the flows

    for alert_id in alert_ids:
        if not interventions.clear_alert(alert_id, now):
            raise Unknown("open alert", str(alert_id), remedy="it may already have been cleared")


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
        showing.paragraph(f"{each['severity']}, for {each['role']}; raised {raised}{again}", indent=4)
        showing.paragraph(each["text"], indent=4)
        for notice in each["notifications"]:
            showing.paragraph(message_line(notice, zone), indent=4)


def message_line(notice: dict[str, Any], zone: ZoneInfo) -> str:
    """What became of one message."""
    if notice["state"] == "sent":
        return f"{notice['target']} was notified {local(notice['sent_at'], zone)}"
    if notice["state"] == "failed":
        return (
            f"{notice['target']} was NOT notified ({notice['tries']} tries: {notice['error']}); "
            f"tried again {local(notice['due_at'], zone)}"
        )
    return f"{notice['target']} is notified {local(notice['due_at'], zone)}"


@group.command("test")
def try_targets(
    context: typer.Context,
    target: Annotated[
        str, typer.Argument(metavar="[TARGET]", help="The target's name; all targets if left out.")
    ] = "",
    as_json: Json = False,
) -> None:
    """Send a test message to each target of [notify]. Exit 1 when one of them fails."""
    there = here(context)
    configuration = there.loaded().configuration
    targets = configuration.notify.targets
    if target and target not in targets:
        raise Unknown("target", target, targets)
    if not targets:
        raise Refused(
            "no target is configured: nobody is notified of alerts",
            "add [notify.targets.NAME] with a url",
            exits.CONFIGURATION,
        )
    from tidegate.config import secrets
    from tidegate.engine.messages import send_test

    addresses = {
        name: secrets.resolve(each.url, f"notify.targets.{name}.url").reveal()
        for name, each in targets.items()
        if target in ("", name)
    }
    found = send_test(addresses, there.clock.now(), link=configuration.notify.link)
    if as_json:
        showing.print_json(
            {"targets": [{"target": name, "ok": not error, "text": error} for name, error in found.items()]}
        )
    else:
        for name, error in found.items():
            showing.paragraph(f"{name}: {'not sent: ' + error if error else 'sent'}")
    if any(found.values()):
        raise typer.Exit(exits.FOUND)


def halt(
    context: typer.Context,
    connection: Name,
    reason: Annotated[
        str, typer.Option("--reason", metavar="TEXT", help=("The reason; it is shown with the halt."))
    ],
    by: By = None,
    as_json: Json = False,
) -> None:
    """Stop a connection: nothing is sent until somebody lifts it. Orders wait safely in the ledger."""
    there = here(context)
    with there.ledger() as configuration:
        from tidegate.engine import interventions

        named_connection(configuration, connection)
        done = interventions.halt(connection, reason, actor=operator_name(by), now=there.clock.now())
    text = f"{connection} is halted" if done else f"{connection} was already halted: nothing to do"
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
        said.append(
            f"the company had answered that it is closed, which was assumed until {until}: Tidegate tries "
            "again now"
        )
    return "; ".join(said)


def _tell(connection: str, done: bool, text: str, as_json: bool) -> None:
    if as_json:
        showing.print_json({"connection": connection, "changed": done, "text": text})
    else:
        showing.paragraph(text)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(group, name="alerts")
    app.command("halt")(halt)
    app.command("lift")(lift)

"""`queue list` and `queue show`: what waits, and why."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from tidegate.cli import showing
from tidegate.cli.complaint import Unknown
from tidegate.cli.invocation import here, named_connection, zone_of
from tidegate.cli.showing import Json, ago, local
from tidegate.domain.days import FIRST, LAST, within_reach

if TYPE_CHECKING:
    from tidegate.domain.states import State

#: The largest whole number that a ledger can be asked for.
LARGEST_ID = 2**63 - 1

app = typer.Typer(help="What waits or is in review, why, and what to do with it.", no_args_is_help=True)

Connection = Annotated[
    str | None, typer.Option("--connection", metavar="NAME", help="Only of this connection.")
]
FlowName = Annotated[str | None, typer.Option("--flow", metavar="FLOW", help="Only of this flow.")]


@app.command("list")
def list_deliveries(
    context: typer.Context,
    connection: Connection = None,
    flow: FlowName = None,
    state: Annotated[
        list[str] | None,
        typer.Option("--state", metavar="STATE", help="Only in this state; may be given several times."),
    ] = None,
    code: Annotated[str | None, typer.Option("--code", metavar="CODE", help="Only with this reason.")] = None,
    label: Annotated[str | None, typer.Option("--label", metavar="ORDER", help="Only of this order.")] = None,
    older_than: Annotated[
        str | None,
        typer.Option("--older-than", metavar="AGE", help="Only older than this: 30m, 4h, 2d and so on."),
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Also the finished: confirmed, cancelled, skipped.")
    ] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="Show at most this many.")] = 50,
    after: Annotated[
        int, typer.Option("--after", metavar="ID", min=0, max=LARGEST_ID, help="Show the page after this id.")
    ] = 0,
    as_json: Json = False,
) -> None:
    """List deliveries; by default all that are not finished."""
    there = here(context)
    with there.ledger() as configuration:
        from tidegate.domain.states import FINAL, State
        from tidegate.engine import reports, waiting

        if connection is not None and connection not in configuration.connections:
            known_in_ledger(configuration.connections, connection)
        known_flow(flow)
        known_code(code)
        now = there.clock.now()
        states = states_of(state or [])
        if not states and not everything and label is None:
            states = [one for one in State if one not in FINAL]
        report = reports.deliveries(
            now,
            connection=connection,
            flow=flow,
            states=states,
            code=code,
            label=label,
            older_than=now - age_of(older_than) if older_than else None,
            after=after,
            limit=limit,
        )
        waiting.explain(configuration, report["deliveries"], now)
        if as_json:
            showing.print_json(report)
            return
        zones = {name: zone_of(configuration, name) for name in configuration.connections}
    show_deliveries(report, zones)


def known_in_ledger(configured: Any, connection: str) -> None:
    """A connection may be gone from the configuration while its deliveries still wait."""
    from tidegate.ledger import overview

    names = {name for name, _, _ in overview.steps()}
    if connection not in names:
        raise Unknown("connection", connection, {*configured, *names})


def known_flow(flow: str | None) -> None:
    """A flow that nothing is called would list nothing, as if nothing waited."""
    from tidegate.config.flow_rules import FLOWS

    if flow is not None and flow not in FLOWS:
        raise Unknown("flow", flow, FLOWS)


def known_code(code: str | None) -> None:
    """The same of a reason's code."""
    from tidegate.domain.errors import Code
    from tidegate.ledger import queue

    if code is not None and code not in set(Code) and not queue.listing(code=code, limit=1):
        raise Unknown("reason", code, Code)


def states_of(words: list[str]) -> list[State]:
    """States by their names; `in-doubt` and `in doubt` are the same."""
    from tidegate.domain.states import State

    found = []
    for word in words:
        try:
            found.append(State(word.strip().lower().replace("-", " ").replace("_", " ")))
        except ValueError:
            names = ", ".join(state.value.replace(" ", "-") for state in State)
            raise typer.BadParameter(
                f"unknown state {word}; the states are {names}", param_hint="--state"
            ) from None
    return found


def age_of(text: str) -> timedelta:
    """`4h` as a time span."""
    from tidegate.domain.cadence import parse_every

    try:
        return parse_every(text)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--older-than") from None


def show_deliveries(report: dict[str, Any], zones: dict[str, ZoneInfo]) -> None:
    """Each delivery in three lines: whose it is, where it stands, why."""
    rows = report["deliveries"]
    if not rows:
        showing.say("nothing")
        return
    for row in rows:
        zone = zones.get(row["connection"], ZoneInfo("UTC"))
        total = f"{row['amount']} {row['currency']}" if row["amount"] else ""
        head = "  ".join(part for part in (row["label"] or row["key"], total, row["customer"]) if part)
        showing.paragraph(head, style="bold")
        failures = f", {row['failures']} failures" if row["failures"] else ""
        showing.paragraph(
            f"{row['connection']} {row['flow']} / {row['step']}: {row['state']} since "
            f"{local(row['changed_at'], zone)}, {ago(row['age_seconds'])} old{failures}  id:{row['id']}",
            indent=2,
        )
        if row["state"] == "confirmed":
            showing.paragraph(f"in Sage or Magento: {row['target_number'] or row['target_id']}", indent=4)
        elif row["why"]:
            showing.paragraph(row["why"], indent=4)
    if report["next"]:
        showing.say(f"there is more: --after {report['next']}")


@app.command("show")
def show(
    context: typer.Context,
    names: Annotated[list[str], typer.Argument(metavar="ORDER|id:ID...", help="Order numbers or ids.")],
    connection: Connection = None,
    as_json: Json = False,
) -> None:
    """Show deliveries in full: the reason, and what can be done."""
    there = here(context)
    with there.ledger() as configuration:
        from tidegate.engine import interventions, reports, waiting
        from tidegate.ledger import trace

        if connection is not None:
            named_connection(configuration, connection)
        items, unknown = interventions.find(names, connection=connection)
        for name in list(unknown):  # any other number of the order, as `trace` finds it
            traced = [step.item for each in trace.trace(name) for step in each.deliveries]
            here_only = [one for one in traced if connection in (None, one.connection)]
            if here_only:
                items += here_only
                unknown.remove(name)
        if unknown:
            raise Unknown("order or delivery", unknown[0], remedy="`tidegate queue list` shows what there is")
        now = there.clock.now()
        found = [reports.delivery(item, now) for item in items]
        waiting.explain(configuration, found, now)
        for row in found:
            row["possible"] = possible(row)
        if as_json:
            showing.print_json({"deliveries": found})
            return
        zones = {row["connection"]: zone_of(configuration, row["connection"]) for row in found}
    for row in found:
        show_one(row, zones[row["connection"]])


def possible(row: dict[str, Any]) -> list[str]:
    """The acts that make sense in the delivery's state."""
    from tidegate.domain.states import State
    from tidegate.engine.interventions import REVIVED, SENSIBLE

    state = State(row["state"])
    acts = [act.value for act, states in SENSIBLE.items() if state in states]
    if state in REVIVED:
        return ["retry"]
    return [*acts, "link"] if state in (State.REVIEW, State.HELD) else acts


def show_one(row: dict[str, Any], zone: ZoneInfo) -> None:
    """One delivery in lines."""
    showing.say(f"{row['label'] or row['key']}: {row['flow']} / {row['step']} (id:{row['id']})", style="bold")
    lines = [
        ("state", row["state"]),
        ("customer", row["customer"]),
        ("amount", f"{row['amount']} {row['currency']}" if row["amount"] else ""),
        ("reason", f"{row['code']}: {row['reason']}" if row["code"] else row["reason"]),
        ("why", row["why"] if row["why"] != f"{row['code']}: {row['reason']}" else ""),
        ("waits for", row["waits_for"]),
        ("failures", row["failures"] or ""),
        ("next try", local(row["due_at"], zone)),
        ("captured", local(row["created_at"], zone)),
        ("changed", local(row["changed_at"], zone)),
        ("in Sage", " ".join(part for part in (row["target_number"], row["target_status"]) if part)),
        ("Sage's total", row["target_total"]),
        ("key", row["key"]),
        ("connection", row["connection"]),
        ("possible", ", ".join(row["possible"])),
    ]
    for name, value in lines:
        if value:
            first, *more = str(value).splitlines()
            showing.say(f"  {name + ':':<14}{first}")
            for line in more:
                showing.say(f"  {'':<14}{line}")


def parse_instant(text: str, zone: ZoneInfo, option: str) -> datetime:
    """A date or instant as an aware UTC instant; without an offset it is in `zone`."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(
            f"{text!r} is not a date; write 2026-03-02 or 2026-03-02T14:00", param_hint=option
        ) from None
    if not within_reach(instant):
        raise typer.BadParameter(f"{text!r} is not between the years {FIRST} and {LAST}", param_hint=option)
    return (instant if instant.tzinfo else instant.replace(tzinfo=zone)).astimezone(UTC)

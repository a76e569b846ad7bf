"""`coverage`: where everything goes that orders can hold, before the first one is sent."""

from __future__ import annotations

from typing import Annotated

import typer

from tidegate.cli import exits, showing
from tidegate.cli.adopt import refuse_when_stopped
from tidegate.cli.complaint import Refused
from tidegate.cli.invocation import here, only_connection
from tidegate.cli.running import ConnectionName
from tidegate.cli.showing import Json


def coverage(
    context: typer.Context,
    connection: ConnectionName = None,
    gaps: Annotated[bool, typer.Option("--missing", help="Only what is missing.")] = False,
    as_json: Json = False,
) -> None:
    """Show where everything goes: accounts and codes. Of every payment and shipping method, tax rate
    and product group."""
    there = here(context)
    with there.hub() as hub:
        from tidegate.domain.errors import Failure
        from tidegate.engine import coverage as report

        tied = hub.connections[only_connection(hub.configuration, connection)]
        refuse_when_stopped(hub, tied)
        found = report.coverage(tied)
        if isinstance(found, Failure):
            raise Refused(found.text, "run it again when that is put right")
    lines = [each for each in found if not gaps or each.verdict == report.MISSING]
    missing = sum(each.verdict == report.MISSING for each in found)
    if as_json:
        rows = [{name: getattr(each, name) for name in each.__dataclass_fields__} for each in lines]
        showing.print_json({"connection": tied.name, "missing": missing, "lines": rows})
    else:
        columns = ["", "in Magento, or group", "goes to", "", ""]
        rows_shown = [(each.kind, each.name, each.target, each.verdict, each.text) for each in lines]
        showing.show_table(columns, rows_shown)
        showing.say(f"{missing} missing" if missing else "everything has its place")
    if missing:
        raise typer.Exit(exits.FOUND)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("coverage")(coverage)

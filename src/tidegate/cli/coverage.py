"""`coverage`: where everything goes that orders can hold, before the first one is sent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from tidegate.cli import exits, showing
from tidegate.cli.adopt import refuse_when_stopped
from tidegate.cli.complaint import Refused
from tidegate.cli.invocation import here, only_connection
from tidegate.cli.running import ConnectionName
from tidegate.cli.showing import Json

if TYPE_CHECKING:
    from tidegate.engine.coverage import Covered


def coverage(
    context: typer.Context,
    connection: ConnectionName = None,
    gaps: Annotated[bool, typer.Option("--missing", help="Only what is missing or unreadable.")] = False,
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
            raise Refused(found.text, "correct that and run the command again")
    lines = [each for each in found if not gaps or each.verdict in report.OPEN]
    counted = {verdict: sum(each.verdict == verdict for each in found) for verdict in report.OPEN}
    summary = ", ".join(f"{count} {verdict}" for verdict, count in counted.items() if count)
    if as_json:
        rows = [{name: getattr(each, name) for name in each.__dataclass_fields__} for each in lines]
        showing.print_json({"connection": tied.name, **counted, "lines": rows})
    else:
        show(lines)
        showing.say(summary or "everything is mapped")
    if summary:
        raise typer.Exit(exits.FOUND)


def show(lines: Sequence[Covered]) -> None:
    """Each thing in a line, what is to be said of it below."""
    for each in lines:
        to = f" -> {each.target}" if each.target else ""
        style = "yellow" if each.verdict in ("missing", "unreadable") else None
        showing.paragraph(f"{each.verdict}: {each.kind} {each.name}{to}", style=style)
        if each.text:
            showing.paragraph(each.text, indent=4)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("coverage")(coverage)

"""`items list | retry`: stock, prices and masters that were not written to the store yet, and why."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from tidegate.cli import queue, showing
from tidegate.cli.complaint import Unknown
from tidegate.cli.invocation import here
from tidegate.cli.queue import known_in_ledger, states_of
from tidegate.cli.showing import Json

group = typer.Typer(help="Stock, prices and masters on their way to the store.", no_args_is_help=True)

MIRRORED = ("inventory", "prices", "customers", "products")

Name = Annotated[str, typer.Argument(metavar="CONNECTION", help="Its name in the configuration.")]
FlowName = Annotated[str, typer.Argument(metavar="FLOW", help="inventory, prices, customers or products.")]


@group.command("list")
def list_items(
    context: typer.Context,
    connection: Name,
    flow: FlowName,
    state: Annotated[
        list[str] | None,
        typer.Option("--state", metavar="STATE", help="Only in this state; may be given several times."),
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="Show at most this many.")] = 50,
    after: Annotated[str, typer.Option("--after", metavar="KEY", help="Show the page after this key.")] = "",
    as_json: Json = False,
) -> None:
    """List stock, prices and masters that wait, item by item."""
    with here(context).ledger() as configuration:
        from tidegate.engine import items
        from tidegate.engine.waiting import own_reason

        if connection not in configuration.connections:
            known_in_ledger(configuration.connections, connection)
        known_flow(flow)
        report = items.items(connection, flow, states_of(state or []), after, limit)
    if as_json:
        showing.print_json(report)
        return
    for row in report["items"]:
        row["why"] = own_reason(row)
    show(report)


def known_flow(flow: str) -> None:
    """Of any other flow there are no items, and an empty list would say that nothing waits."""
    queue.known_flow(flow)
    if flow not in MIRRORED:
        remedy = f"`tidegate queue list --flow {flow}` lists its orders; items have {', '.join(MIRRORED)}"
        raise Unknown("list of items of", flow, remedy=remedy)


def show(report: dict[str, Any]) -> None:
    """Each item in two or three lines: what the store has, what it shall have, why not yet."""
    if not report["items"]:
        showing.say("nothing")
        return
    from tidegate.flows.item_words import value_in_words

    for row in report["items"]:
        showing.paragraph(f"{row['name']} (key {row['key']})", style="bold")
        failures = f"; {row['failures']} failures" if row["failures"] else ""
        has = (
            f"the store has {value_in_words(row['sent'])}" if row["sent"] else ("the store has no value yet")
        )
        wanted = value_in_words(row["wanted"]) if row["wanted"] else "nothing"
        showing.paragraph(f"{row['state']}: wanted {wanted}; {has}{failures}", indent=2)
        if row["why"]:
            showing.paragraph(row["why"], indent=4)
    if report["next"]:
        showing.say(f"there is more: --after {report['next']}")


@group.command("retry")
def retry(
    context: typer.Context,
    connection: Name,
    flow: FlowName,
    keys: Annotated[list[str], typer.Argument(metavar="KEY...", help="Keys, as the list shows them.")],
    as_json: Json = False,
) -> None:
    """Try items again that are in review, held or skipped. The next cycle of the flow sends them."""
    there = here(context)
    with there.ledger() as configuration:
        from tidegate.engine import items

        if connection not in configuration.connections:
            raise Unknown("connection", connection, configuration.connections)
        known_flow(flow)
        count = items.retry(connection, flow, keys, there.clock.now())
    if as_json:
        showing.print_json({"retried": count})
    else:
        showing.say(f"{count} of {len(keys)} are tried again with the next cycle")


def register(app: typer.Typer) -> None:
    """Add the group with its commands."""
    app.add_typer(group, name="items")

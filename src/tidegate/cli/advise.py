"""`advise`: how often to publish stock, and how much to hold back, by the company's own numbers."""

from __future__ import annotations

import importlib
import random
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tidegate.cli import exits, showing
from tidegate.cli.complaint import Refused
from tidegate.cli.invocation import here, only_connection
from tidegate.cli.running import ConnectionName
from tidegate.cli.showing import Json, ago

if TYPE_CHECKING:
    from tidegate.domain.stock.advice import Option
    from tidegate.engine.advice import Advice


def advise(
    context: typer.Context,
    connection: ConnectionName = None,
    days: Annotated[int, typer.Option("--days", min=1, max=730, help="Days of history that are read.")] = 90,
    other: Annotated[
        int | None,
        typer.Option(
            "--other",
            min=0,
            max=10_000,
            help="Sales of other channels in percent of the web's; default: measured.",
        ),
    ] = None,
    cover: Annotated[
        int, typer.Option("--cover", min=1, max=365, help="Days that one delivery of goods lasts.")
    ] = 14,
    risk: Annotated[
        str, typer.Option("--risk", metavar="N", help="Oversold pieces per 1000 that are acceptable.")
    ] = "1",
    seed: Annotated[int, typer.Option("--seed", help="The same seed gives the same advice.")] = 1,
    plot: Annotated[
        Path | None, typer.Option("--plot", metavar="FILE", help="Draw the curves: .svg or .png.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Recommend cadence and buffer by the ledger's own history. Asks nobody."""
    if plot is not None and plot.suffix.lower() not in (".svg", ".png"):
        raise typer.BadParameter("the file's name ends in .svg or .png", param_hint="--plot")
    if plot is not None:
        importlib.import_module("matplotlib")  # what is not installed is said before the work
    acceptable = number(risk)
    there = here(context)
    with there.ledger() as configuration:
        from tidegate.domain.stock.advice import Target
        from tidegate.engine.advice import Dice, draw
        from tidegate.engine.advice import advise as advice_for

        name = only_connection(configuration, connection)
        settings = configuration.connections[name]
        found = advice_for(
            name,
            configuration.companies[settings.company],
            there.clock.now(),
            Dice(random.Random(seed)),
            skus=settings.skus,
            days=days,
            other_percent=other,
            cover_days=cover,
            target=Target(oversold=acceptable),
        )
    if found is None:
        raise Refused(f"{name} has captured no order in the last {days} days", "ask for more with --days")
    if plot is not None:
        draw(found, plot)
    document = report_of(name, found)
    if as_json:
        showing.print_json(document)
    else:
        show(document)
    if document["too_little"]:
        raise typer.Exit(exits.FOUND)


def number(text: str) -> Decimal:
    """A risk as it is typed."""
    try:
        value = Decimal(text)
    except InvalidOperation:
        value = Decimal(-1)
    if not value.is_finite() or value < 0:
        raise typer.BadParameter(f"{text!r} is no number such as 0.5", param_hint="--risk")
    return value


def report_of(connection: str, advice: Advice) -> dict[str, Any]:
    """The document of `--json`."""
    return {
        "connection": connection,
        "orders": advice.orders,
        "days": advice.days,
        "measured_gap_seconds": {"usual": advice.gaps.usual, "longest": advice.gaps.longest},
        "classes": [
            {
                "name": each.name,
                "skus": each.skus,
                "web_pieces_a_day": str(Decimal(each.web) / 1000),
                "other_pieces_a_day": str(Decimal(each.other) / 1000),
            }
            for each in advice.classes
        ],
        "recommended": [option(each) for each in advice.recommended],
        "options": [option(each) for each in advice.options],
        "measured": list(advice.measured),
        "assumed": list(advice.assumed),
        "too_little": advice.too_little,
    }


def option(each: Option) -> dict[str, Any]:
    """One option, flat."""
    return {
        "class": each.sku_class,
        "every_seconds": each.cadence,
        "buffer_percent": each.buffer.percent,
        "buffer_pieces": each.buffer.pieces,
        "oversold_per_1000": str(each.oversold),
        "refused_per_1000": str(each.refused),
    }


def show(document: dict[str, Any]) -> None:
    """The recommendation first, then every option."""
    showing.say(f"{document['connection']}: {document['orders']} orders in {document['days']} days")
    showing.show_table(
        ["class", "SKUs", "web pieces a day", "other pieces a day"],
        [tuple(each.values()) for each in document["classes"]],
    )
    columns = ["class", "every", "buffer", "oversold / 1000", "refused / 1000"]
    if document["too_little"]:
        text = f"too little history, so nothing is recommended: {document['too_little']}"
        showing.paragraph(text, style="bold yellow")
    else:
        showing.show_table(columns, map(line, document["recommended"]), title="\nrecommended")
    showing.show_table(columns, map(line, document["options"]), title="\nall options")
    usual, longest = document["measured_gap_seconds"].values()
    if usual is not None:
        showing.say(f"\nmeasured: a cycle every {ago(usual)}, the longest gap {ago(longest)}")
    for text in document["measured"]:
        showing.paragraph(f"measured: {text}")
    for text in document["assumed"]:
        showing.paragraph(f"assumed: {text}", style="yellow")


def line(each: dict[str, Any]) -> list[object]:
    """One option as a row."""
    percent, pieces = each["buffer_percent"], each["buffer_pieces"]
    buffer = f"{percent} %" if percent or not pieces else f"{pieces} pieces"
    every = ago(each["every_seconds"])
    return [
        each["class"],
        every,
        buffer,
        Decimal(each["oversold_per_1000"]),
        Decimal(each["refused_per_1000"]),
    ]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("advise")(advise)

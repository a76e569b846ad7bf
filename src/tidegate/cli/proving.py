"""`demo`, `simulate`, `bench`: Tidegate shows and proves itself against its own sandbox."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from tidegate.cli.showing import Json
from tidegate.simulation.houses.house import House
from tidegate.simulation.products import LIVED, SIMULATED, USUAL

Sage = Annotated[str, typer.Option("--sage", metavar="PRODUCT", help="The simulated Sage product.")]

#: A store with a website for every product that is simulated.
ALL = "all"


def simulated(sage: str, known: Mapping[str, House] = SIMULATED) -> House:
    """The product of that name. Raises BadParameter where this version simulates none such."""
    if sage not in known:
        names = ", ".join(known)
        raise typer.BadParameter(
            f"unknown product {sage}: this version simulates {names}", param_hint="--sage"
        )
    return known[sage]


def with_room(sage: str, known: Mapping[str, House] = SIMULATED) -> House:
    """The same, where a hub is to work with it. Raises BadParameter where the product has no room yet."""
    from tidegate.sage.rooms import PRODUCTS

    house = simulated(sage, known)
    rooms = [each.name for each in PRODUCTS]
    if house.name not in rooms:
        text = (
            f"Tidegate can simulate {house.title}, but cannot connect to it yet: it connects to "
            f"{', '.join(rooms)}"
        )
        raise typer.BadParameter(text, param_hint="--sage")
    return house


def command_of(module: str) -> Callable[..., int]:
    """The function `main` of a module that only these commands need; it returns an exit code."""
    loaded: Any = importlib.import_module(module)
    found: Callable[..., int] = loaded.main
    return found


def demo(
    headless: Annotated[bool, typer.Option("--headless", help="Without pauses and live display.")] = False,
    orders: Annotated[int, typer.Option("--orders", min=1, help="Orders that are placed.")] = 40,
    seed: Annotated[int, typer.Option("--seed", help="Each seed plays a different day.")] = 1,
    sage: Annotated[
        str, typer.Option("--sage", metavar="PRODUCT", help="The simulated Sage product; all: every one.")
    ] = USUAL.name,
    as_json: Json = False,
) -> None:
    """Show an evening of a shop, Sage, and Tidegate between them. On this machine, nothing to set up."""
    if sage == ALL:
        carry_out = command_of("tidegate.demo.family")
        raise typer.Exit(carry_out(orders=orders, seed=seed, headless=headless or as_json, as_json=as_json))
    with_room(sage)
    carry_out = command_of("tidegate.demo")
    raise typer.Exit(
        carry_out(orders=orders, seed=seed, sage=sage, headless=headless or as_json, as_json=as_json)
    )


def simulate(
    seeds: Annotated[int, typer.Option("--seeds", min=1, help="How many weeks, each with its own seed.")] = 1,
    first: Annotated[int, typer.Option("--first", min=0, help="The first seed.")] = 0,
    sage: Annotated[
        str, typer.Option("--sage", metavar="PRODUCT", help="The simulated Sage product; all: each in turn.")
    ] = USUAL.name,
    days: Annotated[
        int | None,
        typer.Option(
            "--days", min=2, help="How long each week is; by default four days, or three with every flow."
        ),
    ] = None,
    jobs: Annotated[int, typer.Option("--jobs", min=1, help="Processes side by side.")] = 1,
    at_least: Annotated[
        int,
        typer.Option(
            "--at-least", min=0, help="Fail when a cell of the tables of faults has fewer than this."
        ),
    ] = 0,
    keep: Annotated[
        Path | None,
        typer.Option(
            "--keep",
            metavar="FILE",
            dir_okay=False,
            help="Keep the sums there, and go on where the last run was broken off.",
        ),
    ] = None,
    shrink: Annotated[
        Path | None,
        typer.Option(
            "--shrink",
            metavar="FOLDER",
            file_okay=False,
            exists=True,
            help="Write weeks that fail there, with the fewest events that still fail.",
        ),
    ] = None,
    replay: Annotated[
        Path | None,
        typer.Option(
            "--replay", metavar="FILE", dir_okay=False, exists=True, help="Run a week of such a file."
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Run simulated weeks with failures of every kind. The promises are checked at their ends."""
    if replay is not None and as_json:
        raise typer.BadParameter("--replay has no JSON document", param_hint="--json")
    products = list(SIMULATED) if sage == ALL else [sage]
    for each in products:
        with_room(each, LIVED)
    if replay is not None:
        raise typer.Exit(command_of("tidegate.simulation.replaying")(replay))
    carry_out = command_of("tidegate.simulation.command")
    from tidegate.simulation.campaign_file import OtherFile

    try:
        code = carry_out(
            seeds=seeds,
            first=first,
            products=products,
            jobs=jobs,
            as_json=as_json,
            at_least=at_least,
            shrink=shrink,
            keep=keep,
            days=days,
        )
    except OtherFile as error:
        raise typer.BadParameter(str(error), param_hint="--keep") from error
    raise typer.Exit(code)


def bench(
    only: Annotated[str | None, typer.Option("--only", metavar="NAME", help="Only this measurement.")] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Smaller numbers, rougher figures.")] = False,
    peers: Annotated[
        bool, typer.Option("--peers", help="Only what users would pick instead, from the package index.")
    ] = False,
    plot: Annotated[
        Path | None, typer.Option("--plot", metavar="FILE", help="Draw the peers: .svg or .png.")
    ] = None,
    sage: Sage = USUAL.name,
    as_json: Json = False,
) -> None:
    """Measure this machine: speed, calls, commits, memory."""
    with_room(sage)
    if plot is not None and (not peers or plot.suffix.lower() not in (".svg", ".png")):
        raise typer.BadParameter("the file's name ends in .svg or .png, with --peers", param_hint="--plot")
    if plot is not None:
        importlib.import_module("matplotlib")  # what is not installed is said before the work
    importlib.import_module(
        "tidegate_sandbox.server"
    )  # a process of a measurement cannot say which extra it misses
    carry_out = command_of("tidegate.bench.command")
    raise typer.Exit(carry_out(only=only, quick=quick, sage=sage, as_json=as_json, peers=peers, plot=plot))


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("demo")(demo)
    app.command("simulate")(simulate)
    app.command("bench")(bench)

"""`tidegate demo`: set both systems up, play the scenario, check it, and clean up."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.live import Live

from tidegate.demo.child import HubEnded
from tidegate.demo.figures import calls_while_locked, unsent
from tidegate.demo.overview import account, line_of, overview, unsent_table
from tidegate.demo.playing import command, conclude, in_folder, orders_of, print_figures, way_back_of
from tidegate.demo.scenario import Occurrence, Scenario, problems
from tidegate.demo.setup import Setup, staged
from tidegate.demo.story import FEWEST, Story, write_story
from tidegate.simulation.products import SIMULATED


def show(*, orders: int, seed: int, sage: str, headless: bool, as_json: bool) -> int:
    """Play one evening; the exit code. 0 only if nothing was lost or doubled and the account adds up."""

    def play(folder: Path) -> int:
        story = write_story(orders, seed, mixed_taxes=SIMULATED[sage].mixed_taxes)
        if story.orders > orders and not as_json:
            print(f"the story needs {FEWEST} orders; it is played with so many")
        with staged(folder, seed, SIMULATED[sage]) as setup:
            return perform(setup, story, headless=headless, as_json=as_json)

    return in_folder(play)


def perform(setup: Setup, story: Story, *, headless: bool, as_json: bool) -> int:
    """From the first order to the verdict, once both systems are set up."""
    console = Console(highlight=False, emoji=False)
    live = Live(console=console, auto_refresh=False) if console.is_terminal and not headless else None
    tell = printer(console, setup.place.zone) if live is None and not as_json else quiet
    setup.write_configuration()
    configuration = setup.sign_in()
    scenario = Scenario(setup, configuration, story, tell, watched=live is not None)
    curtain: AbstractContextManager[object] = live if live is not None else nullcontext()
    broken: list[str] = []
    try:
        with curtain:
            scenario.play(
                lambda: live.update(overview(scenario, console.height), refresh=True) if live else None
            )
    except HubEnded as error:
        broken.append(str(error))
    finally:
        scenario.child.stop()
    scenario.look()
    broken += problems(scenario)
    if as_json:
        print_figures(report(scenario))
    else:
        finish(console, scenario, broken, drawn=live is not None)
    return conclude(setup, configuration, broken, scenario.clock.now(), headless=headless)


def quiet(_event: Occurrence) -> None:
    """Events are reported elsewhere, or not at all."""


def printer(console: Console, zone: ZoneInfo) -> Callable[[Occurrence], None]:
    """Each event as a line of its own."""
    return lambda event: console.print(line_of(event, zone))


def report(scenario: Scenario) -> dict[str, Any]:
    """The figures of the orders flow, and Sage's own."""
    figures = scenario.figures
    confirmed = figures.orders["confirmed"]
    return {
        **orders_of(scenario),
        "calls_per_order": round(figures.sage_calls / confirmed, 2) if confirmed else None,
        "seat_seconds_per_order": _seat_seconds(scenario, confirmed),
        "kills": scenario.kills,
        "closed_windows": scenario.closed_windows,
        **way_back_of(scenario),
        "seconds": round(scenario.seconds, 1),
    }


def _seat_seconds(scenario: Scenario, confirmed: int) -> float | None:
    """Of a confirmed order, as Sage's licence counts them; None where it counts none."""
    count = scenario.setup.house.seat_seconds
    return round(count(scenario.setup.sage) / confirmed, 1) if count is not None and confirmed else None


def finish(console: Console, scenario: Scenario, broken: list[str], *, drawn: bool) -> None:
    """The account, one trace, the verdict."""
    if not drawn:
        console.print()
        console.print(account(scenario.figures.connection["flows"]))
    console.print("\nnot in Sage, and why", style="bold")
    console.print(unsent_table(unsent(scenario.setup.connection, scenario.figures.at)))
    lost = scenario.lost_answer()
    if lost:
        console.print(f"\n$ tidegate trace {lost}", style="bold")
        sys.stdout.flush()
        command(scenario.setup, "trace", lost, more={"COLUMNS": str(console.width)})
    console.print()
    console.print(verdict(scenario, broken), style="red" if broken else "green")


def verdict(scenario: Scenario, broken: list[str]) -> str:
    """One line."""
    figures, account = scenario.figures, scenario.figures.orders
    if broken:
        return f"This did not go well: {'; '.join(broken)}"
    return (
        f"{account['read']} orders: {account['confirmed']} in Sage, each exactly once; nothing lost, nothing "
        f"twice, nothing unexplained, after a closed window, a lost answer, a killed process and an order "
        f"that nobody could read. {figures.sage_calls / account['confirmed']:.1f} calls an order, "
        f"{calls_while_locked(scenario.setup)} while Sage was locked."
    )

"""`tidegate demo --sage all`: set everything up, play the day, check it, and clean up."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from tidegate.demo.child import HubEnded
from tidegate.demo.display import printer, quiet
from tidegate.demo.family.family import Family, staged
from tidegate.demo.family.scenario import Day
from tidegate.demo.family.website import Website
from tidegate.demo.figures import calls_while_locked
from tidegate.demo.playing import command, conclude, in_folder, orders_of, print_figures, way_back_of

#: What is shown of every product, and its heading: all of it fits eighty columns.
SHOWN = {
    "read": "read",
    "confirmed": "in\nSage",
    "unexplained": "unex-\nplained",
    "shipped": "ship-\nped",
    "invoiced": "in-\nvoiced",
    "paid": "paid",
    "stock_writes": "stock",
    "price_writes": "prices",
}


def show(*, orders: int, seed: int, headless: bool, as_json: bool) -> int:
    """Play one day; the exit code. 0 only if nothing was lost or doubled, and nobody was delayed by another company."""

    def play(folder: Path) -> int:
        with staged(folder, seed) as family:
            return perform(family, orders, headless=headless, as_json=as_json)

    return in_folder(play)


def perform(family: Family, orders: int, *, headless: bool, as_json: bool) -> int:
    """From the first order to the verdict, once everything is set up."""
    console = Console(highlight=False, emoji=False)
    family.write_configuration()
    configuration = family.sign_in()
    zone = family.members[0].place.zone
    day = Day(family, configuration, orders, quiet if as_json else printer(console, zone))
    broken: list[str] = []
    try:
        day.play()
    except HubEnded as error:
        broken.append(str(error))
    finally:
        day.child.stop()
    day.look()
    digests = json.loads(command(family, "digest", "--json", heard=True) or '{"digests": []}')["digests"]
    broken += day.problems() + day.digests(digests)
    if as_json:
        print_figures(report(day, digests))
    else:
        console.print()
        console.print(table(day))
        console.print()
        console.print(verdict(day, broken), style="red" if broken else "green")
    return conclude(family, configuration, broken, day.clock.now(), headless=headless)


def row(website: Website) -> dict[str, Any]:
    """The figures of one product."""
    return {
        **orders_of(website),
        "calls": website.figures.sage_calls,
        "calls_while_closed": calls_while_locked(website.setup),
        **way_back_of(website),
    }


def report(day: Day, digests: list[dict[str, Any]]) -> dict[str, Any]:
    """All products together, and each of them."""
    rows = {website.name: row(website) for website in day.websites}
    total: dict[str, Any] = {
        name: sum((each[name] for each in rows.values()), Decimal(0) if name == "trial_balance" else 0)
        for name in next(iter(rows.values()))
    }
    return {
        "websites": len(rows),
        **total,
        "adds_up": day.adds_up,
        "kills": day.kills,
        "closings": {
            each.company: {
                "waited": len(each.waited),
                "delayed": sum(map(len, each.delayed.values())),
                "least_cycles": min(each.cycles.values()),
            }
            for each in day.closings
        },
        "digests": len(digests),
        "seconds": round(day.seconds, 1),
        "products": rows,
    }


def table(day: Day) -> Table:
    """One line a product."""
    shown = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 1, 0, 0))
    shown.add_column("", no_wrap=True)
    for heading in SHOWN.values():
        shown.add_column(heading, justify="right", no_wrap=True, vertical="bottom")
    for website in day.websites:
        figures = row(website)
        shown.add_row(website.title, *(str(figures[name]) for name in SHOWN))
    return shown


def verdict(day: Day, broken: list[str]) -> str:
    """One line."""
    if broken:
        return f"This did not go well: {'; '.join(broken)}"
    read = sum(each.figures.orders["read"] for each in day.websites)
    confirmed = sum(each.figures.orders["confirmed"] for each in day.websites)
    return (
        f"{read} orders of {len(day.websites)} websites: {confirmed} in Sage, each exactly once; nothing lost, nothing twice, "
        f"nothing unexplained. Every company was closed for half an hour: its own orders waited, and no others did. "
        "One hub, one ledger, one account; it was killed once."
    )

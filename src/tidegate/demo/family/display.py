"""`tidegate demo --sage all`: set everything up, play the day, check it, and clean up."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from decimal import Decimal
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from tidegate.demo.afterwards import stay
from tidegate.demo.child import HubEnded
from tidegate.demo.display import FAILURE, INTERRUPTED, NUMBERS, SUCCESS, printer, quiet
from tidegate.demo.family.family import Family, staged
from tidegate.demo.family.scenario import Day
from tidegate.demo.family.website import Website
from tidegate.demo.figures import calls_while_locked
from tidegate.demo.overview import PLACES
from tidegate.ledger import database

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
    folder = Path(tempfile.mkdtemp(prefix="tidegate-demo-"))
    code = FAILURE
    try:
        with staged(folder, seed) as family:
            code = perform(family, orders, headless=headless, as_json=as_json)
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        code = INTERRUPTED
    finally:
        database.close()
        if code in (SUCCESS, INTERRUPTED):
            shutil.rmtree(folder, ignore_errors=True)
        else:
            print(f"tidegate demo: ledger, configuration and log are kept in {folder}", file=sys.stderr)
    return code


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
    digests = json.loads(tidegate(family, "digest", "--json"))["digests"]
    broken += day.problems() + day.digests(digests)
    if as_json:
        sys.stdout.write(NUMBERS.encode(report(day, digests)).decode() + "\n")
        sys.stdout.flush()
    else:
        console.print()
        console.print(table(day))
        console.print()
        console.print(verdict(day, broken), style="red" if broken else "green")
    for text in broken:
        print(f"tidegate demo: {text}", file=sys.stderr)
    if not broken and not headless:
        stay(family, configuration, day.clock.now())
    return FAILURE if broken else SUCCESS


def tidegate(family: Family, *words: str) -> str:
    """What a command prints, in a process of its own over the family's configuration."""
    program = "from tidegate.cli.main import run; run()"
    ended = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", program, "--config", str(family.config_path), *words],
        env=family.environment(),
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    return ended.stdout or '{"digests": []}'


def row(website: Website) -> dict[str, Any]:
    """The figures of one product."""
    figures = website.figures
    return {
        **{place: figures.orders[place] for place in PLACES},
        "sage_orders": figures.sage_orders,
        "duplicates": figures.duplicates,
        "calls": figures.sage_calls,
        "calls_while_closed": calls_while_locked(website.stage),
        "shipped": figures.life.shipped,
        "invoiced": figures.life.invoiced,
        "posted": figures.life.posted,
        "paid": figures.life.paid,
        "stock_writes": website.written["inventory"],
        "price_writes": website.written["prices"],
        "chain_complete": website.chains,
        "trial_balance": website.stage.sage.company.ledger.trial_balance(),
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

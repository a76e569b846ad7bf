"""What every demonstration does around its story: a folder of its own, figures, the hub's own commands, the exit code."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

import msgspec

from tidegate.config.model import Configuration
from tidegate.demo.afterwards import stay
from tidegate.demo.agreement import Agreement
from tidegate.demo.child import Served
from tidegate.demo.figures import Figures
from tidegate.demo.overview import PLACES
from tidegate.demo.setup import Setup
from tidegate.ledger import database

SUCCESS, FAILURE, INTERRUPTED = 0, 1, 130
PROGRAM = "from tidegate.cli.main import run; run()"
#: Amounts are numbers here: a script compares the trial balance with 0.
_NUMBERS = msgspec.json.Encoder(decimal_format="number")


class Played(Protocol):
    """One connection, as its story leaves it."""

    setup: Setup
    figures: Figures
    agreement: Agreement
    written: Counter[str]


def in_folder(play: Callable[[Path], int]) -> int:
    """The exit code of what is played in a folder of its own, which is kept only when it did not go well."""
    folder = Path(tempfile.mkdtemp(prefix="tidegate-demo-"))
    code = FAILURE
    try:
        code = play(folder)
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


def conclude(
    setup: Served, configuration: Configuration, broken: list[str], now: datetime, *, headless: bool
) -> int:
    """Tell what is broken, or stay with the console; the exit code."""
    for text in broken:
        print(f"tidegate demo: {text}", file=sys.stderr)
    if not broken and not headless:
        stay(setup, configuration, now)
    return FAILURE if broken else SUCCESS


def command(setup: Served, *words: str, more: Mapping[str, str] | None = None, heard: bool = False) -> str:
    """A command of Tidegate over the stage's configuration, in a process of its own: on this terminal, or `heard`."""
    ended = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", PROGRAM, "--config", str(setup.config_path), *words],
        env={**setup.environment(), **(more or {})},
        stdout=subprocess.PIPE if heard else None,
        text=True,
        check=False,
    )
    return ended.stdout or ""


def orders_of(played: Played) -> dict[str, Any]:
    """Where its orders are, by the hub's account and by Sage's books."""
    figures = played.figures
    return {
        **{place: figures.orders[place] for place in PLACES},
        "sage_orders": figures.sage_orders,
        "duplicates": figures.duplicates,
    }


def way_back_of(played: Played) -> dict[str, Any]:
    """What has come back to the shop, and Sage's trial balance."""
    life = played.figures.life
    return {
        "shipped": life.shipped,
        "invoiced": life.invoiced,
        "posted": life.posted,
        "paid": life.paid,
        "stock_writes": played.written["inventory"],
        "price_writes": played.written["prices"],
        "chain_complete": played.agreement.chains,
        "trial_balance": played.setup.sage.company.ledger.trial_balance(),
    }


def print_figures(figures: Mapping[str, Any]) -> None:
    """One JSON document on standard output."""
    sys.stdout.write(_NUMBERS.encode(figures).decode() + "\n")
    sys.stdout.flush()

"""`tidegate bench`: one measurement after the other, each in its own process, and what they came to."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tidegate.bench.figure import Figure
from tidegate.bench.machine import machine_line
from tidegate.bench.measurements import (
    INTERRUPTED,
    MEASUREMENTS,
    PEERS,
    MeasurementFailed,
    in_a_fresh_process,
)
from tidegate.simulation.products import SIMULATED, USUAL

FINE, MISSED, USAGE = 0, 1, 2
#: Columns where the output is no terminal.
WIDE = 160


def main(
    *,
    only: str | None,
    quick: bool,
    sage: str,
    as_json: bool,
    peers: bool = False,
    plot: Path | None = None,
) -> int:
    """Measure; the exit code. `peers`: other packages beside Tidegate, and nothing else; `plot`: a picture of them.

    1 when a measurement failed or a *counted* figure misses its target. Timed figures are reported only:
    a busy machine is no defect.
    """
    names = (
        list(PEERS) if peers else [name for name, each in MEASUREMENTS.items() if each.fits(SIMULATED[sage])]
    )
    if only is not None and only not in names:
        of = "" if sage == USUAL.name else f" with --sage {sage}"
        sys.stderr.write(f"tidegate bench: nothing is called {only!r}{of}; there are {', '.join(names)}\n")
        return USAGE
    lacking = {name: each.needs for name, each in MEASUREMENTS.items() if each.needs not in ("", *os.environ)}
    if only in lacking:
        sys.stderr.write(
            f"tidegate bench: {only} needs {lacking[only]} in the environment: see docs/benchmarks.md\n"
        )
        return USAGE
    machine = machine_line()
    figures: list[Figure] = []
    failed = False
    try:
        for name in [only] if only is not None else [each for each in names if each not in lacking]:
            announce(name, quick)
            try:
                figures += in_a_fresh_process(name, quick=quick, sage=sage)
            except MeasurementFailed as error:
                sys.stderr.write(f"tidegate bench: {error}\n")
                failed = True
    except KeyboardInterrupt:
        sys.stderr.write("stopped\n")
        return INTERRUPTED
    if plot is not None:
        from tidegate.bench.peers.drawing import draw  # only with the extra `plots`

        draw(figures, plot)
    tell = tell_programs if as_json else print_table
    tell(machine, figures, quick=quick)
    return MISSED if failed or missed(figures) else FINE


def announce(name: str, quick: bool) -> None:
    """A line on standard error, where somebody is looking: some measurements take their time."""
    if sys.stderr.isatty():
        each = (MEASUREMENTS | PEERS)[name]
        long = f" (about {each.minutes:.0f} minutes)" if each.minutes >= 1 and not quick else ""
        sys.stderr.write(f"{name}: {each.text}{long} ...\n")


def missed(figures: Iterable[Figure]) -> bool:
    """Whether a figure that is the same on every machine is not what it should be."""
    return any(each.kind == "counted" and each.met is False for each in figures)


def tell_programs(machine: str, figures: Sequence[Figure], *, quick: bool) -> None:
    """One JSON object: the machine line, whether it was quick, and the figures by their names."""
    document = {"machine": machine, "quick": quick, **{each.name: each.as_dict() for each in figures}}
    sys.stdout.write(json.dumps(document, indent=2) + "\n")


def print_table(machine: str, figures: Sequence[Figure], *, quick: bool) -> None:
    """A table, and the machine below it."""
    console = Console(width=None if sys.stdout.isatty() else WIDE, highlight=False, emoji=False)
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("figure", no_wrap=True)
    table.add_column("value", justify="right", no_wrap=True)
    table.add_column("unit", no_wrap=True)
    table.add_column("target", justify="right", no_wrap=True)
    table.add_column("", no_wrap=True)
    table.add_column("what", overflow="fold")
    for each in figures:
        verdict = {True: "[green]met[/]", False: "[red]missed[/]", None: ""}[each.met]
        target = "" if each.target is None else str(each.target)
        what = f"{each.kind}: {each.text}".replace("[", "\\[")
        table.add_row(each.name, f"{each.value:,g}", each.unit, target, verdict, what)
    console.print(table)
    size = "quick: smaller numbers, rougher figures. " if quick else ""
    console.print(f"\n{size}{machine}", style="dim", soft_wrap=True, markup=False)

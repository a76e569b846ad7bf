"""What can be measured, by name, and the process that measures one thing: a fresh one each time.

`python -m tidegate.bench.measurements NAME [--quick] [--sage PRODUCT]` prints the figures as one JSON list.
"""

from __future__ import annotations

import argparse
import importlib
import json
import subprocess
import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tidegate.bench import server
from tidegate.bench.figure import Figure
from tidegate.bench.folder import fresh_folder
from tidegate.simulation.houses.house import House
from tidegate.simulation.products import USUAL

INTERRUPTED = 130
Measure = Callable[..., list[Figure]]


@dataclass(frozen=True, slots=True)
class Measurement:
    """`module` has the function `measure(folder, *, quick)`; minutes are of a busy machine, in full.

    One that is `of_sage` has another result with another product, and takes its name besides: `sage`. One `of_documents`
    has a result where it stands with the product what a document may cost.
    """

    module: str
    text: str
    minutes: float
    of_sage: bool = False
    of_documents: bool = False
    needs: str = ""  #: an environment variable without which nothing can be measured

    def fits(self, house: House) -> bool:
        """Whether it is measured with this product: with the first one, everything is."""
        return house is USUAL or (self.of_sage and (bool(house.document_calls) or not self.of_documents))

    def measure(self) -> Measure:
        """The function."""
        found: Any = importlib.import_module(f"tidegate.bench.{self.module}")
        measure: Measure = found.measure
        return measure


MEASUREMENTS: dict[str, Measurement] = {
    "start": Measurement("start", "what the start of a command costs", 0.2),
    "calls": Measurement("calls", "requests an order", 0.1, of_sage=True),
    "documents": Measurement(
        "documents",
        "requests a shipment, an invoice and a payment",
        0.1,
        of_sage=True,
        of_documents=True,
    ),
    "settle": Measurement("settling", "attempts and outcomes that the ledger records in a second", 0.2),
    "cpu": Measurement("effort", "what an order costs the hub", 1),
    "connections": Measurement("many_connections", "a thousand connections in one process", 4),
    "workers": Measurement("workers", "one to eight workers over one PostgreSQL", 7, needs=server.ADDRESS),
    "memory": Measurement("memory", "what a hub needs beside 100,000 orders", 2),
    "five-years": Measurement("five_years", "a ledger after five years of orders", 6),
    "growth": Measurement("growth", "cycles and questions over ten thousand, and a million orders", 15),
    "trace": Measurement("tracing", "looking an order up among a million", 20),
    "pages": Measurement("pages", "every page of the console among a million orders", 15),
    "stock-compare": Measurement(
        "stock_compare", "a million stock rows against what was written to the store", 1
    ),
    "contract-prices": Measurement(
        "contract_prices", "ten million contract prices against the day before", 3
    ),
    "reconcile": Measurement("reconciling", "100,000 orders three ways", 4),
    "drain": Measurement("drain", "a backlog of 5,000 orders over two seats", 18),
}
#: What is measured by `--peers` only, beside other packages from the index.
PEERS: dict[str, Measurement] = {
    "peers-settle": Measurement(
        "peers.settling", "jobs settled with an audit, by Tidegate and by what users would pick instead", 4
    ),
    "peers-cron": Measurement("peers.cron_beside", "the naive cron script beside one connection", 2),
}


class MeasurementFailed(RuntimeError):
    """The process of a measurement ended without figures; what it said is on standard error."""


def in_a_fresh_process(name: str, *, quick: bool, sage: str = USUAL.name) -> list[Figure]:
    """Measure one thing where nothing was loaded or opened before. Raises MeasurementFailed."""
    command = [sys.executable, "-m", "tidegate.bench.measurements", name, "--sage", sage]
    command += ["--quick"] if quick else []
    ended = subprocess.run(  # noqa: S603 - our own program
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, check=False
    )
    if ended.returncode:
        raise MeasurementFailed(f"{name}: the measurement ended with status {ended.returncode}")
    return [Figure.from_wire(each) for each in json.loads(ended.stdout)]


def in_this_process(name: str, *, quick: bool, sage: str = USUAL.name) -> list[Figure]:
    """Measure one thing here, in a fresh folder."""
    measurement = (MEASUREMENTS | PEERS)[name]
    more = {"sage": sage} if measurement.of_sage else {}
    with fresh_folder() as folder:
        return measurement.measure()(Path(folder), quick=quick, **more)


def main() -> None:
    """The process of one measurement."""
    parser = argparse.ArgumentParser()
    parser.add_argument("name", choices=MEASUREMENTS | PEERS)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--sage", default=USUAL.name)
    given = parser.parse_args()
    try:
        with redirect_stdout(sys.stderr):  # whatever is logged on the way is no figure
            figures = in_this_process(given.name, quick=given.quick, sage=given.sage)
    except KeyboardInterrupt:
        raise SystemExit(INTERRUPTED) from None  # the command says so
    sys.stdout.write(json.dumps([figure.to_wire() for figure in figures]) + "\n")


if __name__ == "__main__":
    main()

"""`memory`: what a hub needs beside 100,000 orders of the past.

Another process fills the ledger. A fresh one then opens it and does what a hub does all day: a cycle of
each flow with nothing to do, the status report, and one batch of new orders from the shop into Sage.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tidegate.bench.figure import Figure, Target
from tidegate.bench.filling import fill
from tidegate.bench.memory_process import BATCH
from tidegate.bench.resources import MIB

ORDERS, QUICK = 100_000, 20_000


def measure(folder: Path, *, quick: bool) -> list[Figure]:
    """Fill a ledger, then have a fresh process work with it."""
    orders = QUICK if quick else ORDERS
    ledger = folder / "ledger.db"
    fill(ledger, orders)
    size = ledger.stat().st_size
    measured = work_in_a_fresh_process(ledger, orders)
    return [
        Figure(
            "hub-memory",
            round(measured["peak"] * MIB / 1e6, 1),
            "MB",
            "counted",  # memory is nearly the same on every machine: it is asserted
            f"peak resident memory of a hub with {orders:,} orders: opened, idle cycles, status, a batch of {BATCH}",
            Target("<", 200),
        ),
        Figure(
            "hub-memory-opened",
            round(measured["opened"], 1),
            "MiB",
            "timed",
            "the same once the ledger is open",
        ),
        Figure(
            "ledger-bytes-per-order",
            round(size / orders),
            "bytes",
            "counted",
            "document, three deliveries with attempts and history, the link; indexes included",
        ),
    ]


def work_in_a_fresh_process(ledger: Path, orders: int) -> dict[str, float]:
    """What the process says of itself. CalledProcessError when it fails."""
    command = [sys.executable, "-m", "tidegate.bench.memory_process", str(ledger), str(orders)]
    ended = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)  # noqa: S603 - our own program
    measured: dict[str, float] = json.loads(ended.stdout)
    return measured

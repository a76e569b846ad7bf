"""`trace`: "where is order 100234?", asked of a ledger with a million orders.

Two hundred orders by chance, each asked for by the shop's number and by Sage's number, through the same
report that `tidegate trace` prints. The command's own start is measured by `start`.
"""

from __future__ import annotations

import random
import statistics
from collections.abc import Callable
from pathlib import Path

from tidegate.bench.figure import Figure, Target
from tidegate.bench.filling import START, fill, increment_of, open_without_safety, sage_number_of
from tidegate.clock import SystemClock
from tidegate.engine import reports

ORDERS, QUICK = 1_000_000, 100_000
LOOK_UPS = 200
TARGET = Target("<", 100)


def measure(folder: Path, *, quick: bool) -> list[Figure]:
    """Fill the ledger, which takes a while, then look orders up."""
    orders = QUICK if quick else ORDERS
    ledger = folder / "trace.db"
    fill(ledger, orders)
    with open_without_safety(ledger):
        by_shop = look_up(orders, increment_of)
        by_sage = look_up(orders, sage_number_of)
    what = f"of {LOOK_UPS} look-ups among {orders:,} orders ({ledger.stat().st_size / 1e9:.1f} GB)"
    return [
        Figure(
            "trace-by-increment-id",
            median(by_shop),
            "ms",
            "timed",
            f"median {what}, by the shop's number",
            TARGET,
        ),
        Figure(
            "trace-by-sage-number", median(by_sage), "ms", "timed", f"median {what}, by Sage's number", TARGET
        ),
        Figure("trace-slowest", round(max(*by_shop, *by_sage), 2), "ms", "timed", f"the slowest {what}"),
    ]


def median(times: list[float]) -> float:
    """In milliseconds, to the hundredth."""
    return round(statistics.median(times), 2)


def look_up(orders: int, number_of: Callable[[int], str], times: int = LOOK_UPS) -> list[float]:
    """Milliseconds of each look-up. RuntimeError when an order is not found whole."""
    clock = SystemClock()
    chance = random.Random(f"trace/{orders}")
    taken = []
    for _ in range(times):
        number = chance.randrange(orders)
        began = clock.monotonic()
        report = reports.traced(number_of(number), START)
        taken.append((clock.monotonic() - began) * 1000)
        (found,) = report["orders"]
        if found["magento"]["increment_id"] != increment_of(number) or len(found["deliveries"]) != 3:
            raise RuntimeError(f"order {increment_of(number)} was asked for, this was found: {found}")
    return taken

"""`five-years`: how large a ledger becomes, with the nights that delete copies and archive what is finished.

Orders are made by the ledger's own functions, a month at a time, each with a copy of what was sent; after each month
the nights' work is done, by the functions that the hub calls. Bytes are counted, so the tests assert them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from tidegate.bench.figure import Figure, Target
from tidegate.bench.filling import (
    LASTING,
    START,
    add,
    documents,
    increment_of,
    open_without_safety,
)
from tidegate.bench.hub import COMPANY, CONNECTION
from tidegate.bench.resources import forget_peak, peak_memory
from tidegate.config.archive import Archive
from tidegate.config.copies import Copies
from tidegate.engine import reports
from tidegate.ledger import archive, copies, database, delivery, lease, models, old_runs, rows
from tidegate.ledger.database import transaction
from tidegate.ledger.lease import Lease
from tidegate.ledger.runs import get as find_run

ORDERS, QUICK = 300_000, 6_000
MONTHS = 60
MONTH = timedelta(days=30)
FLOWS = ("orders", "order-status")
#: Cycles with work that an order comes with: stock, prices, documents, the order and its notes.
STOCK, CYCLES = "inventory", 2
#: Bytes of an order after five years, indexes included; published in docs/benchmarks.md.
MOST = 6_000


@dataclass(frozen=True, slots=True)
class Aged:
    """A ledger after five years."""

    orders: int
    size: int  #: bytes of the file
    attempts: int  #: rows that are not archived
    archived: int  #: deliveries
    copies: int
    runs: int  #: cycles that are not archived
    first_run: bool  #: whether the first cycle is still found by its number
    oldest: reports.Report  #: what `trace` says of the first order
    memory: float  #: MiB, peak

    @property
    def bytes_per_order(self) -> float:
        return self.size / self.orders


def measure(folder: Path, *, quick: bool) -> list[Figure]:
    """Five years with the archive, and without."""
    orders = QUICK if quick else ORDERS
    aged, whole = age(folder / "archived.db", orders), age(folder / "whole.db", orders, archived_after=0)
    what = f"{orders:,} orders in five years"
    return [
        Figure(
            "ledger-five-years",
            round(aged.bytes_per_order),
            "bytes",
            "counted",
            f"{what}: an order, indexes included",
            Target("<=", MOST),
        ),
        Figure(
            "ledger-five-years-whole",
            round(whole.bytes_per_order),
            "bytes",
            "counted",
            f"{what}: without the archive",
        ),
        Figure("ledger-five-years-size", round(aged.size / 1e6), "MB", "timed", f"{what}: the file"),
        Figure(
            "ledger-five-years-memory",
            round(aged.memory),
            "MiB",
            "timed",
            f"{what}: peak memory of the process",
        ),
    ]


def age(ledger: Path, orders: int, *, archived_after: int = Archive().days) -> Aged:
    """Five years of orders, evenly, with their nights. `archived_after`: days; 0 = never."""
    examples = documents(ledger.parent)
    forget_peak()
    with open_without_safety(ledger):
        for month in range(MONTHS):
            numbers = range(orders * month // MONTHS, orders * (month + 1) // MONTHS)
            now = START + (month + 1) * MONTH
            with transaction("five years"):
                leases, batches = begun(now - MONTH)
                add(numbers, examples, leases, batches, now - MONTH)
                keep_copies(batches["orders"], examples, now - MONTH)
                for flow, held in leases.items():
                    delivery.close_batch(batches[flow], now)
                    lease.release(held, now)
                work(now - MONTH, len(numbers) * CYCLES)
            nights(now, archived_after)
        now = START + MONTHS * MONTH
        oldest = reports.traced(increment_of(0), now)
        attempts, archived, kept, runs = (
            model._default_manager.count()
            for model in (models.Attempt, models.Archived, models.PayloadCopy, models.Batch)
        )
        first_run = find_run(1) is not None
        database.compact()
    size = ledger.stat().st_size
    return Aged(orders, size, attempts, archived, kept, runs, first_run, oldest, peak_memory())


def begun(now: datetime) -> tuple[dict[str, Lease], dict[str, int]]:
    """A batch of each flow."""
    leases = {}
    for flow in FLOWS:
        held = lease.acquire(COMPANY, flow, "past", LASTING, now)
        if held is None:
            raise RuntimeError(f"{flow}: somebody else has the lease")
        leases[flow] = held
    return leases, {flow: delivery.open_batch(held, CONNECTION, now) for flow, held in leases.items()}


def keep_copies(batch_id: int, examples: Sequence[str], now: datetime) -> None:
    """What each order's attempt sent: as large as its document. In a transaction."""
    attempts = models.Attempt.objects.filter(batch_id=batch_id).values_list("pk", flat=True)
    copies.keep(CONNECTION, {pk: examples[pk % len(examples)] for pk in attempts}, now)


def work(since: datetime, count: int) -> None:
    """A month's cycles of the stock, each with something to send. In a transaction."""
    step = MONTH / max(count, 1)
    figures = ("sent", "confirmed", "failed", "in_doubt", "handed_over", "calls")
    columns = ("connection", "flow", "scope", "fence", "started_at", "ended_at", *figures, "note", "idle")
    times = [since + number * step for number in range(count)]
    rows.insert(
        models.Batch,
        columns,
        [(CONNECTION, STOCK, COMPANY, 1, at, at + step / 2, 3, 3, 0, 0, 0, 2, "", False) for at in times],
    )


def nights(now: datetime, archived_after: int) -> None:
    """What a month of nights deletes and archives."""
    while True:
        with transaction("five years"):
            gone = copies.expire(CONNECTION, now - timedelta(days=Copies().days), archive.AT_ONCE)
            if archived_after:
                gone += archive.archive(CONNECTION, now - timedelta(days=archived_after), now)
                for flow in (*FLOWS, STOCK):
                    gone += old_runs.archive(CONNECTION, flow, now - timedelta(days=archived_after), now)[0]
        if not gone:
            return

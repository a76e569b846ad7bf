"""`settle`: how fast the ledger records attempts and their outcomes, every commit forced to the disk.

Two commits a batch: the attempts (`begin`) before anything would be sent, the outcomes (`apply`) after it.
Synchronous FULL on a real file; jobs a second without an fsync would say nothing about a hub that holds
money. Beside batches of 100 it is done one by one, which is how a company is sent its orders.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from django.db import connection

from tidegate.bench.figure import Figure, Target
from tidegate.bench.hub import COMPANY, CONNECTION
from tidegate.clock import SystemClock
from tidegate.domain.verdict import Verdict
from tidegate.ledger import database, delivery, intake, lease
from tidegate.ledger.database import transaction
from tidegate.ledger.delivery import NewDelivery
from tidegate.ledger.intake import SourceRow
from tidegate.ledger.lease import Lease

DELIVERIES, QUICK = 20_000, 5_000
BATCH = 100
#: One by one it takes longer: so many of them are enough.
SINGLES = 500
START = datetime(2026, 1, 5, 9, tzinfo=UTC)
CHUNK = 1000
FULL = 2  #: how SQLite numbers it


def measure(folder: Path, *, quick: bool) -> list[Figure]:
    """Deliveries a second, in batches and one by one."""
    deliveries = QUICK if quick else DELIVERIES
    with full_ledger(folder):
        batches = settle(deliveries, BATCH, name="batches")
        singles = settle(SINGLES, 1, name="singles")
    return [
        Figure(
            "ledger-settle-rate",
            round(batches.rate),
            "deliveries/s",
            "timed",
            f"{deliveries} deliveries begun and confirmed in batches of {BATCH}, synchronous FULL",
            Target(">=", 2000),
        ),
        Figure(
            "ledger-commits-per-delivery",
            batches.commits / deliveries,
            "commits",
            "counted",
            f"in batches of {BATCH}",
            Target("<=", 0.02),
        ),
        Figure(
            "ledger-settle-rate-one-by-one",
            round(singles.rate),
            "deliveries/s",
            "timed",
            f"{SINGLES} deliveries, each begun and confirmed alone: two commits a delivery",
        ),
    ]


@dataclass(frozen=True, slots=True)
class Settled:
    """So many deliveries, so many seconds, so many commits that each waited for the disk."""

    deliveries: int
    seconds: float
    commits: int

    @property
    def rate(self) -> float:
        """Deliveries a second."""
        return self.deliveries / self.seconds


@contextmanager
def full_ledger(folder: Path) -> Iterator[None]:
    """A new ledger, open while the block runs. RuntimeError when it is not on synchronous FULL."""
    database.open_ledger(f"sqlite:///{folder / 'settle.db'}")
    try:
        database.ensure_ready()
        with connection.cursor() as cursor:
            (level,) = cursor.execute("PRAGMA synchronous").fetchone()
        if level != FULL:
            raise RuntimeError(f"the ledger is on synchronous {level}, not on FULL ({FULL})")
        yield
    finally:
        database.set_trip(None)
        database.close()


def settle(deliveries: int, batch: int, *, name: str) -> Settled:
    """Begin and confirm so many deliveries, `batch` at a time; making them does not count."""
    clock = SystemClock()
    ids, held, run = prepared(deliveries, name)
    commits = Counter[str]()
    database.set_trip(lambda label, when: commits.update([when]))
    began = clock.monotonic()
    for first in range(0, deliveries, batch):
        part = ids[first : first + batch]
        with transaction("attempt"):
            attempts = delivery.begin(held, run, [(pk, f"{pk:064x}") for pk in part], START)
        with transaction("outcome"):
            refused = delivery.apply([confirmed(pk, attempts[pk]) for pk in part], START, lease=held)
        if refused:
            raise RuntimeError(f"{len(refused)} outcomes were refused")
    return Settled(deliveries, clock.monotonic() - began, commits["after"])


def prepared(deliveries: int, name: str) -> tuple[list[int], Lease, int]:
    """Queued deliveries, the lease and the run they are carried under."""
    with transaction("prepare"):
        held = lease.acquire(COMPANY, name, "bench", 3600, START)
        if held is None:
            raise RuntimeError("somebody else works on this ledger")
        run = delivery.open_batch(held, CONNECTION, START)
    ids: list[int] = []
    for first in range(0, deliveries, CHUNK):
        numbers = range(first, min(first + CHUNK, deliveries))
        with transaction("prepare"):
            sources = intake.save_sources([document(number, name) for number in numbers], START)
            wanted = [new(number, name, sources[number]) for number in numbers]
            ids += delivery.create_many(wanted, START).values()
    return ids, held, run


def document(number: int, name: str) -> SourceRow:
    """What the delivery is about; its text does not matter here."""
    return SourceRow(
        connection=CONNECTION,
        store=name,
        entity_id=number,
        increment_id=f"{number:09}",
        revision="",
        document="",
    )


def new(number: int, name: str, source_id: int) -> NewDelivery:
    """A delivery that is queued."""
    return NewDelivery(
        connection=CONNECTION,
        flow=name,
        step="order",
        key=f"{name}:{number}:order",
        label=f"{number:09}",
        source_id=source_id,
    )


def confirmed(delivery_id: int, attempt_id: int) -> Verdict:
    """What is recorded when the company has accepted an order."""
    return Verdict(
        delivery_id,
        "c",
        attempt_id=attempt_id,
        target_id=str(delivery_id),
        target_number=f"{delivery_id:010}",
        target_status="Live",
        total=Decimal("100.00"),
        links=(("sage-order", str(delivery_id), f"{delivery_id:010}"),),
    )

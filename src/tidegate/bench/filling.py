"""A ledger with a long past: orders confirmed and noted long ago, made by the ledger's own functions.

Each order has what a carried order has: its document, three deliveries (order, number, comment) with one
attempt and the whole history each, and the link to the company's order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from tidegate.bench.hub import COMPANY, CONNECTION, STORE, quiet
from tidegate.bench.shopping import buy
from tidegate.domain.orders.keys import order_key, step_key
from tidegate.domain.verdict import Verdict
from tidegate.engine.cycles import run_cycle
from tidegate.ledger import database, delivery, intake, lease, queue, tally
from tidegate.ledger.database import transaction
from tidegate.ledger.delivery import NewDelivery
from tidegate.ledger.intake import SourceRow
from tidegate.ledger.lease import Lease
from tidegate.simulation.world import build_world

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
#: Entity ids of the past begin here, so that orders of today cannot be mistaken for them.
FIRST = 1_000_001
CHUNK = 1000
#: Documents that are written again and again; forty orders of the daily mix.
DOCUMENTS = 40
LASTING = 10 * 365 * 86400.0  #: seconds; the lease of the past outlives it
ORDERS, NOTES = "orders", "order-status"


def increment_of(number: int) -> str:
    """The shop's number of the order `number` of the past, from 0."""
    return f"{FIRST + number:09}"


def sage_number_of(number: int) -> str:
    """The company's number of the same order."""
    return f"{5_000_000_000 + number:010}"


def documents(folder: Path) -> list[str]:
    """Orders as the hub stores them, read by the hub itself from a sandbox in this process."""
    quiet()
    since = (START - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    world = build_world(1, f"sqlite:///{folder / 'documents.db'}", START, since=since, window="", seats=1)
    with world.open_hub() as hub:
        buy(world.shopper, DOCUMENTS)
        world.clock.advance(60)
        run_cycle(hub, hub.connections[CONNECTION], ORDERS)  # nobody has signed in: read, and not sent
        found = queue.due(CONNECTION, ORDERS, "order", DOCUMENTS, world.clock.now() + timedelta(days=1))
    if len(found) != DOCUMENTS:
        raise RuntimeError(f"{len(found)} of {DOCUMENTS} documents were captured")
    return [item.document for item in found]


@contextmanager
def open_without_safety(ledger: Path) -> Iterator[None]:
    """A ledger that is being filled needs no safety against power loss; it is closed when the block ends."""
    database.open_ledger(f"sqlite:///{ledger}", durability="off")
    try:
        database.ensure_ready()
        yield
    finally:
        database.close()


def fill(ledger: Path, orders: int, progress: Callable[[int], None] = lambda _done: None) -> None:
    """Make a ledger with `orders` orders of the past in it; `progress` is called with how many are done."""
    examples = documents(ledger.parent)
    with open_without_safety(ledger):
        with transaction("fill"):
            held = {flow: lease.acquire(COMPANY, flow, "past", LASTING, START) for flow in (ORDERS, NOTES)}
            leases = {flow: each for flow, each in held.items() if each is not None}
            batches = {flow: delivery.open_batch(leases[flow], CONNECTION, START) for flow in leases}
        for first in range(0, orders, CHUNK):
            numbers = range(first, min(first + CHUNK, orders))
            with transaction("fill"):
                add(numbers, examples, leases, batches)
            progress(numbers.stop)
        with transaction("fill"):
            for flow, each in leases.items():
                delivery.close_batch(batches[flow], START + timedelta(minutes=5))
                lease.release(each, START + timedelta(minutes=5))


def add(
    numbers: Sequence[int],
    examples: Sequence[str],
    leases: dict[str, Lease],
    batches: dict[str, int],
    at: datetime | None = None,
) -> None:
    """Capture, send, confirm and note the orders with these numbers, at one moment."""
    at = at or START + timedelta(seconds=numbers[0])
    sources = intake.save_sources([source(number, examples) for number in numbers], at)
    ids = delivery.create_many([wanted(n, ORDERS, "order", sources[FIRST + n]) for n in numbers], at)
    settle(ids, leases[ORDERS], batches[ORDERS], at, numbers, "order")
    for step in ("number", "comment"):
        ids = delivery.create_many([wanted(n, NOTES, step, sources[FIRST + n]) for n in numbers], at)
        settle(ids, leases[NOTES], batches[NOTES], at, numbers, step)


def source(number: int, examples: Sequence[str]) -> SourceRow:
    """The captured document."""
    at = START + timedelta(seconds=number)
    return SourceRow(
        connection=CONNECTION,
        store=STORE,
        entity_id=FIRST + number,
        increment_id=increment_of(number),
        revision=f"{number:016x}",
        document=examples[number % len(examples)],
        store_view_id=1,
        website="base",
        source_created_at=at,
        source_updated_at=at,
        state="processing",
        status="processing",
        grand_total=Decimal("100.00"),
        currency="USD",
    )


def wanted(number: int, flow: str, step: str, source_id: int) -> NewDelivery:
    """One step of the order."""
    return NewDelivery(
        connection=CONNECTION,
        flow=flow,
        step=step,
        key=step_key(order_key(STORE, FIRST + number), step),
        source_id=source_id,
        label=increment_of(number),
        subject="" if flow == ORDERS else f'{{"entity_id":{FIRST + number},"number":"","status":""}}',
    )


def settle(
    ids: dict[str, int], held: Lease, batch_id: int, at: datetime, numbers: Sequence[int], step: str
) -> None:
    """Begin and confirm them all."""
    attempts = delivery.begin(held, batch_id, [(pk, f"{pk:064x}") for pk in ids.values()], at)
    verdicts = []
    for number in numbers:
        pk = ids[step_key(order_key(STORE, FIRST + number), step)]
        sage_id, sage_number = str(7_000_000 + number), sage_number_of(number)
        to_sage = step == "order"
        verdicts.append(
            Verdict(
                pk,
                "c",
                attempt_id=attempts[pk],
                target_id=sage_id if to_sage else str(FIRST + number),
                target_number=sage_number,
                target_status="Live" if to_sage else "",
                total=Decimal("100.00") if to_sage else None,
                links=(("sage-order", sage_id, sage_number),) if to_sage else (),
            )
        )
    refused = delivery.apply(verdicts, at, lease=held)
    if refused:
        raise RuntimeError(f"{len(refused)} deliveries of the past were refused")


def count_finished(now: datetime) -> None:
    """Let the account count what is finished, as the running hub does in its first half hour."""
    for _ in range(2):
        for kind in (tally.DELIVERY, tally.SOURCE):
            more = True
            while more:
                with transaction("count"):
                    more = tally.advance(kind, now)

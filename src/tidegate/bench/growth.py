"""`growth`: what a hub does all day, over ledgers of some ten thousand, a hundred thousand and a million orders.

A cycle costs what is new, whatever lies behind it: statements are counted and must be the same over every ledger, CPU
time is shown beside them. The past is made by bulk insert (`past.py`); shop and company are simulated in this process,
so that their part of a cycle is in its CPU time, and is the same over every ledger, too.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.db import connection
from django.test import Client

from tidegate.bench.figure import Figure, Target
from tidegate.bench.filling import START, count_finished, fill, increment_of, open_without_safety
from tidegate.bench.hub import CONNECTION, quiet
from tidegate.bench.past import double
from tidegate.bench.resources import cpu_seconds
from tidegate.bench.shopping import SELLERS, buy
from tidegate.console import installed
from tidegate.console.answers import DESK, GATE, HUB
from tidegate.console.gate import Gate
from tidegate.engine import reports
from tidegate.engine.cycles import run_cycle
from tidegate.engine.hub import Hub
from tidegate.engine.price_answers import PriceDesk
from tidegate.engine.reconcile import compare, last_days
from tidegate.ledger import models
from tidegate.simulation.world import World, build_world

SEED_ORDERS = 1000
#: A ledger is doubled until it has at least four fifths of so many.
SIZES, QUICK = (10_000, 100_000, 1_000_000), (2_000, 16_000)
#: What is finished was finished before the last days.
NOW = START + timedelta(days=2)
#: From Sage to Magento, each with its cadence.
BACK = dict.fromkeys(
    ("shipments", "invoices", "payments", "credits", "inventory", "prices", "products", "customers"), "15m"
)
FLOWS = ("orders", "order-status", *BACK)
PAGES = ("/", "/tide", "/queue", "/reviews", "/connections", "/digest", "/cycles")
QUARTER = timedelta(minutes=15)
#: Widgets of the shop and the company: their number has nothing to do with the ledger.
ITEMS = 20


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one thing that was done."""

    statements: int
    cpu_ms: float


Costs = Mapping[str, Cost]


def measure(folder: Path, *, quick: bool) -> list[Figure]:
    """Everything, over each size of ledger: side by side, and what grows."""
    found = dict(grown(folder, QUICK if quick else SIZES))
    sizes = list(found)
    figures = []
    for name in found[sizes[0]]:
        costs = [found[size][name] for size in sizes]
        beside = ", ".join(
            f"{size:,} orders: {cost.statements} statements, {cost.cpu_ms:.1f} ms"
            for size, cost in zip(sizes, costs, strict=True)
        )
        more = max(cost.statements for cost in costs) - min(cost.statements for cost in costs)
        figures.append(
            Figure(
                f"growth {name}", more, "statements", "counted", f"more at most; {beside}", Target("<=", 0)
            )
        )
        figures.append(
            Figure(
                f"growth {name} CPU", round(costs[-1].cpu_ms, 1), "ms", "timed", f"with {sizes[-1]:,} orders"
            )
        )
    return figures


def grown(folder: Path, sizes: tuple[int, ...]) -> Iterator[tuple[int, Costs]]:
    """For each size how many orders there are, and what everything costs beside them."""
    installed.install()
    past, ledger = folder / "past.db", folder / "ledger.db"
    fill(past, SEED_ORDERS)
    for size in sizes:
        with open_without_safety(past):
            while (orders := models.Source.objects.count()) < size * 0.8:
                double()
        shutil.copyfile(past, ledger)
        yield orders, costs(ledger)
        ledger.unlink()


def costs(ledger: Path) -> Costs:
    """What everything costs over this ledger, by name."""
    quiet()
    since = (NOW - QUARTER).strftime("%Y-%m-%dT%H:%M:%SZ")
    url = f"sqlite:///{ledger}"
    world = build_world(
        1,
        url,
        NOW,
        since=since,
        window="",
        seats=1,
        audit_every="7d",
        back=BACK,
        full_every="7d",
        items=ITEMS,
    )
    with world.open_hub() as hub:
        world.sign_in(hub)
        count_finished(NOW)
        for _ in range(2):  # reference data is read, every flow has seen the others' echo
            for flow in FLOWS:
                cycle(world, hub, flow)
        return {name: cost(deed) for name, deed in deeds(world, hub)}


def deeds(world: World, hub: Hub) -> Iterator[tuple[str, Callable[[], object]]]:
    """What is done, one after the other: idle cycles first, then an order, then everybody's questions."""
    for flow in FLOWS:
        yield f"idle {flow}", lambda flow=flow: cycle(world, hub, flow)  # type: ignore[misc]
    buy(world.shopper, 1, goods=SELLERS[:ITEMS])
    yield "one order", lambda: cycle(world, hub, "orders", 1)
    yield "notes of one order", lambda: cycle(world, hub, "order-status", 2)
    here, clock = hub.connections[CONNECTION], hub.clock
    yield "reconciliation of a day", lambda: compare(here, last_days(here, 1))
    yield "status", lambda: reports.status(hub.configuration, clock.now())
    yield "queue", lambda: reports.deliveries(clock.now())
    yield "trace", lambda: reports.traced(increment_of(7), clock.now())
    client = signed_in(hub)
    for address in PAGES:
        client.get(address)  # templates are read once
        yield f"page {address}", lambda address=address: shown(client, address)  # type: ignore[misc]


def cycle(world: World, hub: Hub, flow: str, confirmed: int = 0) -> None:
    """A quarter of an hour passes, then the flow has a cycle. RuntimeError unless it confirms so much, or more."""
    world.clock.advance(QUARTER.total_seconds())
    report = run_cycle(hub, hub.connections[CONNECTION], flow)
    if report.outcome != "done" or report.counts["confirmed"] < confirmed:
        raise RuntimeError(f"{flow}: {report.text or 'not what was expected'}: {report.counts}")


def signed_in(hub: Hub) -> Client:
    """An administrator before the console."""
    from tidegate.console import accounts
    from tidegate.console.roles import Role

    within: dict[str, Any] = {HUB: hub, DESK: PriceDesk(hub), GATE: Gate(hub.clock)}
    client = Client(SERVER_NAME="localhost", **within)
    client.force_login(accounts.add("bench", [Role.ADMINISTRATOR], [], now=hub.clock.now(), actor="bench"))
    return client


def shown(client: Client, address: str) -> None:
    """A page. RuntimeError unless it comes."""
    answer = client.get(address)
    if answer.status_code != 200:
        raise RuntimeError(f"{address} answered {answer.status_code}")


def cost(deed: Callable[[], object]) -> Cost:
    """Statements and CPU time of this thread's work."""
    count = 0

    def counted(execute: Callable[..., Any], *given: Any) -> Any:
        nonlocal count
        count += 1
        return execute(*given)

    began = cpu_seconds()
    with connection.execute_wrapper(counted):
        deed()
    return Cost(count, (cpu_seconds() - began) * 1000)

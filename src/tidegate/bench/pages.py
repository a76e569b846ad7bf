"""`pages`: every page of the console, and its search, over a ledger with a million orders.

The first orders are made by the ledger's own functions, the others by bulk insert (`past.py`); some thousands wait.
Pages are made as the hub makes them, without the way over the network; each is asked for again and again.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.db import connection
from django.test import Client

from tidegate.bench.figure import Figure, Target
from tidegate.bench.filling import (
    FIRST,
    ORDERS,
    START,
    count_finished,
    fill,
    open_without_safety,
    source,
    wanted,
)
from tidegate.bench.filling import documents as documents_of
from tidegate.bench.hub import CONNECTION, quiet
from tidegate.bench.past import double
from tidegate.clock import SystemClock
from tidegate.console import installed
from tidegate.console.answers import DESK, GATE, HUB
from tidegate.console.gate import Gate
from tidegate.engine import reports
from tidegate.engine.hub import Hub
from tidegate.engine.price_answers import PriceDesk
from tidegate.ledger import delivery, intake, models
from tidegate.ledger.database import transaction
from tidegate.simulation.world import build_world

SEED_ORDERS, ALL, QUICK, OPEN = 1000, 1_000_000, 50_000, 2000
#: What is finished was finished before the last day, of which the digest tells: nobody sells a million in one.
NOW = START + timedelta(days=2)
TIMES, LOOK_UPS = 20, 100
TARGET, SEARCH = Target("<", 300), Target("<", 200)
#: Of one connection; each further one has its own.
STATEMENTS = Target("<=", 200)
PAGES = (
    *("/", "/tide", "/queue", "/queue/rows", "/queue/plot", "/queue?state=confirmed", "/queue?age=1h"),
    *("/reviews", "/mappings", "/cycles", "/items", "/drift", "/parcels", "/connections"),
    *(f"/connections/{CONNECTION}", "/months", "/digest", "/alerts", "/audit", "/users"),
)


def measure(folder: Path, *, quick: bool) -> list[Figure]:
    """Fill the ledger, which takes a while, then ask for everything."""
    installed.install()
    ledger = folder / "pages.db"
    fill(ledger, SEED_ORDERS)
    wanted_orders = QUICK if quick else ALL
    examples = documents_of(folder)
    with open_without_safety(ledger):
        while models.Source.objects.count() < wanted_orders:
            double()
        wait(examples)
        count_finished(NOW)
        orders = models.Source.objects.count()
    quiet()
    world = build_world(1, f"sqlite:///{ledger}", NOW, window="", seats=1)
    with world.open_hub() as hub:
        return asked(hub, f"{orders:,} orders ({ledger.stat().st_size / 1e9:.1f} GB)")


def wait(examples: list[str]) -> None:
    """Orders that are read and not sent, the newest of all."""
    highest = models.Source.objects.order_by("-entity_id").values_list("entity_id", flat=True)[0]
    numbers = range(highest - FIRST + 1, highest - FIRST + 1 + OPEN)
    with transaction("wait"):
        ids = intake.save_sources([source(number, examples) for number in numbers], NOW)
        delivery.create_many([wanted(n, ORDERS, "order", ids[FIRST + n]) for n in numbers], NOW)


def asked(hub: Hub, what: str) -> list[Figure]:
    """For each page what 95 of 100 askings stay below, and its statements; an order's page, searches, the report."""
    from tidegate.console import accounts
    from tidegate.console.roles import Role

    within: dict[str, Any] = {HUB: hub, DESK: PriceDesk(hub), GATE: Gate(hub.clock)}
    client = Client(SERVER_NAME="localhost", **within)
    user = accounts.add("bench", [Role.ADMINISTRATOR], [], now=hub.clock.now(), actor="bench")
    client.force_login(user)
    chance = random.Random("pages")
    known = list(models.Source.objects.order_by("pk").values_list("pk", flat=True)[:: max(1, 10_000)])
    some = [chance.choice(known) for _ in range(LOOK_UPS)]
    numbers = list(models.Source.objects.in_bulk(some).values())
    cases = [
        *((f"console {address}", [address] * TIMES, 200, TARGET) for address in PAGES),
        ("console /order", [f"/order/{each.pk}" for each in numbers], 200, TARGET),
        ("console /search", [f"/search?q={each.increment_id}" for each in numbers], 302, SEARCH),
    ]
    figures = [
        Figure(name, most(client, addresses, status), "ms", "timed", f"p95 among {what}", target)
        for name, addresses, status, target in cases
    ]
    clock = SystemClock()
    began = clock.monotonic()
    reports.status(hub.configuration, hub.clock.now())
    status = (clock.monotonic() - began) * 1000
    figures.append(Figure("status-report", round(status, 1), "ms", "timed", f"`status` among {what}", TARGET))
    counts = {name: statements(client, addresses[0]) for name, addresses, _, _ in cases}
    worst = max(counts, key=lambda name: counts[name])
    text = f"statements of the page with most of them ({worst}), among {what}"
    figures.append(Figure("console-statements", counts[worst], "statements", "counted", text, STATEMENTS))
    return figures


def statements(client: Client, address: str) -> int:
    """How many statements a page makes, once everything that is remembered is."""
    count = 0

    def counted(execute: Callable[..., Any], *given: Any) -> Any:
        nonlocal count
        count += 1
        return execute(*given)

    with connection.execute_wrapper(counted):
        client.get(address)
    return count


def most(client: Client, addresses: list[str], status: int = 200) -> float:
    """Milliseconds that 95 of 100 askings stay below. RuntimeError when a page is not what it should be."""
    clock, taken = SystemClock(), []
    client.get(addresses[0])  # templates are read once
    for address in addresses:
        began = clock.monotonic()
        answer = client.get(address)
        taken.append((clock.monotonic() - began) * 1000)
        if answer.status_code != status:
            raise RuntimeError(f"{address} answered {answer.status_code}")
    taken.sort()
    return round(taken[int(len(taken) * 0.95) - 1], 1)

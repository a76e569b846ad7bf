"""`connections`: a thousand merchants in one process. What opening one costs, and what its idle cycles cost.

Shop and company are simulated in this process and time is handed in, so nothing is waited for: what is left is the
hub's own work, over a real ledger. The cycles are chosen as the running hub chooses them (`engine.pool`), by one
thread. Every flow of every connection must begin once in each cadence: that is counted, and asserted by the tests.
"""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from msgspec.structs import replace

from tidegate.bench.figure import Figure, Target
from tidegate.bench.hub import quiet
from tidegate.bench.resources import cpu_seconds, resident_memory
from tidegate.clock import VirtualClock
from tidegate.config.model import Configuration
from tidegate.config.reading import loads
from tidegate.engine.cycles import Report
from tidegate.engine.hub import Hub, Surroundings, open_hub
from tidegate.engine.pool import Pool
from tidegate.engine.runner import run_due
from tidegate.ledger import database, presence
from tidegate.ledger.database import transaction
from tidegate.sage.rooms import SETTINGS
from tidegate.simulation.houses.house import House
from tidegate.simulation.products import SIMULATED
from tidegate.simulation.settings import render
from tidegate.simulation.world import World, build_world
from tidegate.transport import ClientFactory

START = datetime(2026, 3, 2, 15, tzinfo=UTC)
CADENCE = timedelta(minutes=5)
CONNECTIONS, QUICK, FEW = 1_000, 100, 10
ROUNDS = 3
#: Nobody signs in to it, and it answers at once: a thousand sign-ins would be another measurement.
HOUSE = next(
    house
    for house in SIMULATED.values()
    if house.let_in is House.__dataclass_fields__["let_in"].default and not house.hands_over
)


@dataclass(frozen=True, slots=True)
class Served:
    """So many connections through some cadences; the first one, which reads reference data, is not counted."""

    connections: int
    opened_ms: float  #: CPU, a connection
    opened_mb: float  #: resident, a connection
    memory_mb: float  #: of the whole process afterwards
    cycle_ms: float  #: CPU, an idle cycle
    begun: Counter[tuple[str, str]]  #: cycles, by connection and flow
    outcomes: Counter[str]


def measure(folder: Path, *, quick: bool) -> list[Figure]:
    """A few connections, and then many: an idle cycle must cost the same."""
    few = serve(folder / "few", FEW)
    many = serve(folder / "many", QUICK if quick else CONNECTIONS)
    what = f"{many.connections:,} connections in one process"
    uneven = sum(count != ROUNDS for count in many.begun.values())
    return [
        Figure(
            "connection-opened",
            round(many.opened_ms, 2),
            "ms",
            "timed",
            f"{what}: CPU to open one",
            Target("<", 10),
        ),
        Figure(
            "connection-memory",
            round(many.opened_mb, 3),
            "MB",
            "timed",
            f"{what}: memory of one",
            Target("<", 0.4),
        ),
        Figure(
            "connections-memory",
            round(many.memory_mb),
            "MB",
            "timed",
            f"{what}: the process",
            Target("<", 1000),
        ),
        Figure(
            "idle-cycle-of-few",
            round(few.cycle_ms, 2),
            "ms",
            "timed",
            f"CPU of an idle cycle, {few.connections} connections",
        ),
        Figure(
            "idle-cycle-of-many",
            round(many.cycle_ms, 2),
            "ms",
            "timed",
            f"the same, {many.connections:,} connections",
        ),
        Figure(
            "connections-uneven",
            uneven,
            "flows",
            "counted",
            f"{what}: that did not begin once in each cadence",
            Target("<=", 0),
        ),
    ]


def serve(
    folder: Path,
    connections: int,
    rounds: int = ROUNDS,
    *,
    ledger: str = "",
    cpu: Callable[[], float] = cpu_seconds,
) -> Served:
    """Open so many connections, and let so many cadences pass.

    The ledger is a file unless another empty one is named; `cpu` says whose CPU seconds are counted.
    """
    quiet()
    folder.mkdir()
    since = START.strftime("%Y-%m-%dT%H:%M:%SZ")
    every = f"{int(CADENCE.total_seconds() // 60)}m"
    world = build_world(
        1,
        ledger or f"sqlite:///{folder / 'ledger.db'}",
        START,
        house=HOUSE,
        since=since,
        window="",
        every_orders=every,
        every_status=every,
        audit_every="7d",
    )
    clock = VirtualClock(START)
    database.open_ledger(world.settings.ledger)
    database.ensure_ready()
    configuration = copied(world, connections)
    before, memory = cpu(), resident_memory()
    with opened(world, configuration, clock) as hub:
        opened_s, memory_opened = cpu() - before, resident_memory()
        reports: list[Report] = []
        stop = threading.Event()
        with transaction("bench"):
            hub.start_number = presence.register(clock.now())
        pool = Pool(hub, partial(run_due, hub), stop, 16, reports.append)
        a_round(pool, clock, world)
        reports.clear()
        before = cpu()
        for _ in range(rounds):
            clock.advance(CADENCE.total_seconds())
            a_round(pool, clock, world)
        spent = cpu() - before
        return Served(
            connections,
            opened_s * 1000 / connections,
            (memory_opened - memory) / connections,
            resident_memory(),
            spent * 1000 / max(len(reports), 1),
            Counter((each.connection, each.flow) for each in reports),
            Counter(each.outcome for each in reports),
        )


def a_round(pool: Pool, clock: VirtualClock, world: World) -> None:
    """Everything that is due runs, one after the other; simulated systems see the same time."""
    world.clock.set(clock.now())
    pool.look()
    while (due := pool.share.begin()) is not None:
        pool.serve(due)


def copied(world: World, connections: int) -> Configuration:
    """The world's one connection, so many times: each with a store and a company of its own."""
    text = render(world.settings)
    loaded = loads(text, path=Path("bench.toml"), environment=world.environment(), settings=SETTINGS)
    return multiplied(loaded.configuration, connections)


def multiplied(one: Configuration, connections: int) -> Configuration:
    """A configuration's one connection, so many times: each with a store and a company of its own, by numbers."""
    (store,), (company,), (tied,) = one.stores.values(), one.companies.values(), one.connections.values()
    names = [f"{number:04}" for number in range(connections)]
    return replace(
        one,
        stores=dict.fromkeys(names, store),
        companies=dict.fromkeys(names, company),
        connections={name: replace(tied, store=name, company=name) for name in names},
    )


def opened(world: World, configuration: Configuration, clock: VirtualClock) -> Hub:
    """The hub; its clients are real but for their network."""
    around = Surroundings(
        clock=clock,
        factory=ClientFactory(transport=world.transport, clock=clock),
        chance=random.Random(1),
        holder="bench",
        environment=world.environment(),
        durability="full",
    )
    return open_hub(configuration, around)

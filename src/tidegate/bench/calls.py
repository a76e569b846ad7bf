"""`calls`: how many requests an order costs, counted by the simulated shop and company themselves.

Virtual time: a cycle of each flow every 15 minutes. The first quarter of an hour, with 200 orders, reads
the reference data (tax codes, accounts, products, customers); what is counted is an ordinary quarter with
25 new orders, and one without any. Where a company works on orders later, what is counted goes on until it has
answered for all of them. The same on every machine, so it is asserted in the tests.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tidegate.bench.figure import Figure, Target
from tidegate.bench.hub import CONNECTION, quiet
from tidegate.bench.shopping import SELLERS, buy
from tidegate.bench.statements import Statements, counted
from tidegate.engine.cycles import run_cycle
from tidegate.engine.hub import Hub
from tidegate.simulation.place import place_of
from tidegate.simulation.products import SIMULATED, USUAL
from tidegate.simulation.world import World, build_world

START = datetime(2026, 3, 2, 15, tzinfo=UTC)
QUARTER = timedelta(minutes=15)
BATCH = 25
NOTES = 2  #: of an order
MOST_QUARTERS = 40  #: until a company that works on orders later has answered
#: Enough for every product and customer of the daily mix to have been asked for.
FIRST = 200
MOST_SEAT_SECONDS = 12.0  #: five minutes of one seat, shared by a batch


@dataclass(frozen=True, slots=True)
class Calls:
    """What one quarter of an hour has cost, by method and path without identifiers."""

    orders: int
    sage: dict[str, int]  #: both flows
    reading: dict[str, int]  #: the shop, by the flow `orders`
    noting: dict[str, int]  #: the shop, by the flow `order-status`
    metered: int = 0  #: units that the company's maker charges, by both flows
    held_before: int = 0  #: seconds of seats until then, as the company's licence counts them
    seat_seconds: int = 0  #: of it and of the minutes after it, by both flows
    statements: int = 0  #: of the ledger, by both flows; one about many rows counts once a row
    commits: int = 0  #: among them

    @property
    def sage_per_order(self) -> float:
        """Requests to the company, sign-in included."""
        return sum(self.sage.values()) / self.orders

    @property
    def metered_per_order(self) -> float:
        """What the maker charges of an order."""
        return self.metered / self.orders

    @property
    def seat_seconds_per_order(self) -> float:
        """Seconds in which nobody else could have the seat."""
        return self.seat_seconds / self.orders

    @property
    def shop_per_order(self) -> float:
        """Requests to the shop by both flows."""
        return (sum(self.reading.values()) + sum(self.noting.values())) / self.orders


def measure(folder: Path, *, quick: bool, sage: str = USUAL.name) -> list[Figure]:
    """Count; `quick` makes no difference."""
    del quick
    known, idle = count(folder, sage=sage)
    what = f"a cycle with {BATCH} new orders, reference data known"
    metered = [
        Figure(
            "sage-metered-per-order",
            known.metered_per_order,
            "transactions",
            "counted",
            f"Sage, {what}: what its maker meters",
            Target("<=", 1.05),
        ),
        Figure("sage-metered-idle", idle.metered, "transactions", "counted", "Sage, a cycle without orders"),
    ]
    seats = Figure(
        "sage-seat-seconds-per-order",
        known.seat_seconds_per_order,
        "seconds",
        "counted",
        f"Sage, {what}: of a seat, until it is free again",
        Target("<=", MOST_SEAT_SECONDS),
    )
    return [
        *(metered if known.metered else ()),
        *((seats,) if known.seat_seconds else ()),
        Figure(
            "sage-calls-per-order",
            known.sage_per_order,
            "calls",
            "counted",
            f"Sage, {what}",
            Target("<=", 1.1),
        ),
        Figure(
            "magento-calls-per-order",
            known.shop_per_order,
            "calls",
            "counted",
            f"Magento, {what}: reading, a look at all of them before the notes, two notes each",
            Target("<=", 2.2),
        ),
        Figure(
            "ledger-statements-per-order",
            round(known.statements / known.orders, 2),
            "statements",
            "counted",
            f"the ledger, {what}: both flows; one about many rows counts once a row",
            Target("<=", 54),
        ),
        Figure(
            "ledger-commits-per-order",
            round(known.commits / known.orders, 2),
            "commits",
            "counted",
            f"the ledger, {what}: both flows",
            Target("<=", 2.5),
        ),
        Figure(
            "sage-calls-idle", sum(idle.sage.values()), "calls", "counted", "Sage, a cycle without orders"
        ),
        Figure(
            "magento-calls-idle",
            sum(idle.reading.values()) + sum(idle.noting.values()),
            "calls",
            "counted",
            "Magento, a cycle of each flow without new orders",
        ),
    ]


def count(
    folder: Path, orders: int = BATCH, *, sage: str = USUAL.name, first: int = FIRST
) -> tuple[Calls, Calls]:
    """The calls of a quarter of an hour with `orders` new orders, `first` before it, and of a later one without any."""
    quiet()
    since = (START - QUARTER).strftime("%Y-%m-%dT%H:%M:%SZ")
    ledger = f"sqlite:///{folder / 'calls.db'}"
    house = SIMULATED[sage]
    world = build_world(1, ledger, START, house=house, since=since, window="", batch=BATCH, audit_every="7d")
    with world.open_hub() as hub:
        world.sign_in(hub)
        choices = place_of(house).choices
        buy(world.shopper, first, goods=SELLERS, choices=choices)
        quarter(world, hub, first)
        quarter(world, hub, 0)  # the shop shows noted orders once more: they have changed
        for seed in (2, 3):  # the second time beside the echo of as many notes: an ordinary quarter
            buy(world.shopper, orders, seed=seed, choices=choices)
            busy = quarter(world, hub, orders)
        after = quarter(world, hub, 0)
        busy = replace(busy, seat_seconds=after.held_before - busy.held_before)
        return busy, quarter(world, hub, 0)


def quarter(world: World, hub: Hub, orders: int) -> Calls:
    """A quarter of an hour passes, then each flow has a cycle. RuntimeError unless `orders` are carried.

    Where they are handed over, `orders` has a cycle every quarter until the company has answered for all.
    """
    company = hub.connections[CONNECTION].company
    before = company.usage().units
    world.sage_wire.clear_log()
    world.shop_wire.clear_log()
    left, held, reading, asked = orders, None, dict[str, int](), Statements()
    for _ in range(MOST_QUARTERS if company.about.orders.hands_over else 1):
        world.clock.advance(QUARTER.total_seconds())
        held = _held(world) if held is None else held
        with counted(asked):
            report = run_cycle(hub, hub.connections[CONNECTION], "orders")
        reading = reading or world.shop_wire.totals  # cycles that wait for the company are idle to the shop
        left -= report.counts.get("confirmed", 0)
        if left <= 0:
            break
    if left:
        raise RuntimeError(f"orders: {report.text or 'not every order was carried'}: {report.counts}")
    world.shop_wire.clear_log()
    with counted(asked):
        report = run_cycle(hub, hub.connections[CONNECTION], "order-status")
    if report.counts.get("confirmed") != orders * NOTES:
        raise RuntimeError(f"order-status: {report.text or 'not every order was noted'}: {report.counts}")
    noting, metered = world.shop_wire.totals, company.usage().units - before
    return Calls(
        orders,
        world.sage_wire.totals,
        reading,
        noting,
        metered,
        held or 0,
        statements=asked.all,
        commits=asked.commits,
    )


def _held(world: World) -> int:
    """Seconds of seats so far."""
    return world.house.seat_seconds(world.sage) if world.house.seat_seconds is not None else 0

"""`stock-compare`: a million SKU x warehouse rows against what was written to the store last, by the flow itself.

The ledger is a file that knows a million values which the store has. Then whole cycles of the flow
`inventory`: the company tells everything anew, tells nothing new, and tells one row in a thousand. The
company is a list in this process and the shop a simulated one, so that what the hub does itself is measured;
the shop counts the calls that it gets. A cycle has a handful of commits; they do not wait for the disk here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from math import ceil
from pathlib import Path
from typing import cast

from msgspec import structs

from tidegate.bench.figure import Figure, Kind, Target
from tidegate.bench.hub import CONNECTION, quiet
from tidegate.bench.resources import MIB, cpu_seconds, forget_peak, peak_memory
from tidegate.clock import SystemClock
from tidegate.config.stock import Stock
from tidegate.domain.delta import Delta
from tidegate.domain.stock.availability import level_table
from tidegate.domain.stock.stock_level import StockLevel, WebLine
from tidegate.engine.cycles import run_cycle
from tidegate.engine.hub import Hub
from tidegate.flows.stock.inventory import FLOW, calculated, corrections
from tidegate.flows.stock.levels import Reading
from tidegate.ledger import marks, mirror
from tidegate.ledger.database import transaction
from tidegate.sage.port.company import About, Company
from tidegate.sage.port.orders import Found, OrderDesk, OrderKey, OrderWriting
from tidegate.sage.port.session import Purpose, Session
from tidegate.sage.port.usage import Allowance, Usage
from tidegate.simulation.world import World, build_world
from tidegate.transport import Tally

START = datetime(2026, 3, 2, 15, tzinfo=UTC)
ROWS, QUICK = 1_000_000, 100_000
#: One row in so many changes.
CHANGED = 1000
#: Sage's warehouses and the sources of the shop.
PLACES = {"HOME": "wh_detroit", "LONDON": "wh_london"}
#: The arrays of a shop that limits them (contract point 28).
ARRAY_LIMIT = 20
#: MB (10^6 bytes), whatever the company reports. Memory is nearly the same on every machine: it is asserted.
MOST_MEMORY = 700


@dataclass
class WebLines:
    """No web order is open."""

    lines: list[WebLine]

    def read(self) -> list[WebLine]:
        """None, as a rule."""
        return self.lines


@dataclass
class NoOrders:
    """A company that is sent nothing."""

    about: OrderWriting

    def find(self, keys: Sequence[OrderKey]) -> dict[str, list[Found]]:
        """It has none."""
        return {each.key: [] for each in keys}


@dataclass
class Teller:
    """A company that only tells its stock, out of this process's memory.

    It tells each of `news` once and keeps nothing of it, as a room that has read it.
    """

    about: About
    news: list[Delta[StockLevel]]
    calls: int = 0
    lines: list[WebLine] = field(default_factory=list)
    learnt_limits: dict[str, int] = field(default_factory=dict)
    doorbell: None = None

    @contextmanager
    def session(self, _purpose: Purpose) -> Iterator[Session]:
        """It has seats for everybody."""
        orders = NoOrders(self.about.orders)
        lines = WebLines(self.lines)
        yield Session(orders=cast("OrderDesk", orders), order_search=orders, stock=self, web_lines=lines)

    def usage(self) -> Usage:
        """Nothing is used."""
        return Usage()

    def budget(self) -> tuple[Allowance, ...]:
        """Nothing is limited."""
        return ()

    def calls_in(self, _tally: Tally) -> int:
        """No request is made to tell what is in memory."""
        return self.calls

    def read(self, since: str | None, warehouses: Sequence[str] = ()) -> Delta[StockLevel]:
        """What this cycle is about."""
        return self.news.pop()


@dataclass(frozen=True, slots=True)
class Compared:
    """One cycle of the flow."""

    seconds: float
    cpu: float  #: seconds of this process, all threads
    memory: float  #: the largest of this process meanwhile, in MiB
    written: int  #: values that were written to the store
    calls: int  #: to the store


def measure(folder: Path, *, quick: bool) -> list[Figure]:
    """The cycles, over so many rows."""
    rows = QUICK if quick else ROWS
    anew, unchanged, changed = compare(folder, rows)
    limit = ceil(rows / CHANGED / ARRAY_LIMIT)
    what = f"{rows:,} SKU x warehouse rows against what was written to the store"
    return [
        timed("stock-compare", unchanged, f"{what}: a whole cycle, nothing changed", Target("<", 3)),
        Figure(
            "stock-compare-cpu", round(unchanged.cpu, 2), "s", "timed", "CPU time of the same, all threads"
        ),
        timed("stock-compare-anew", anew, f"{what}: the company reports all of them, nothing changed"),
        timed(
            "stock-compare-changed", changed, f"{what}: {rows // CHANGED:,} changed, written and confirmed"
        ),
        resident(
            "stock-compare-memory",
            max(unchanged.memory, changed.memory),
            "peak resident memory, nothing or little changed",
            Target("<", MOST_MEMORY),
        ),
        resident(
            "stock-compare-anew-memory",
            anew.memory,
            "the same, with all the rows that the company reports",
            Target("<", MOST_MEMORY),
        ),
        Figure(
            "stock-calls-unchanged",
            unchanged.calls + anew.calls,
            "calls",
            "counted",
            "Magento, nothing changed",
            Target("<=", 0),
        ),
        Figure(
            "stock-calls-changed",
            changed.calls,
            "calls",
            "counted",
            f"Magento, {changed.written:,} values changed, the shop takes {ARRAY_LIMIT} in a call",
            Target("<=", limit),
        ),
    ]


def timed(name: str, cycle: Compared, text: str, target: Target | None = None) -> Figure:
    """The seconds of a cycle."""
    return Figure(name, round(cycle.seconds, 2), "s", "timed", text, target)


def resident(name: str, memory: float, text: str, target: Target | None = None) -> Figure:
    """The memory of a cycle."""
    kind: Kind = "timed" if target is None else "counted"
    return Figure(name, round(memory * MIB / 1e6), "MB", kind, text, target)


def compare(folder: Path, rows: int) -> tuple[Compared, Compared, Compared]:
    """Everything written anew, nothing changed, one row in a thousand changed. RuntimeError for other writes."""
    quiet()
    url = f"sqlite:///{folder / 'stock.db'}"
    world = build_world(1, url, START, window="", back={FLOW: "15m"})
    world.shop.configure(limits=True)
    with world.open_hub() as hub:
        prepare(hub, rows)
        everything = [Delta(tuple(level(number) for number in range(rows)), "1", full=True)]
        anew = cycle(world, hub, everything, 0)
        unchanged = cycle(world, hub, [Delta((), "2")], 0)
        for fewer in (10, 20):  # the first time the shop teaches its limit
            moved = [level(number, fewer=fewer) for number in range(0, rows, CHANGED)]
            changed = cycle(world, hub, [Delta(tuple(moved), str(fewer))], len(moved))
    return anew, unchanged, changed


def level(number: int, *, fewer: int = 0) -> StockLevel:
    """The row with this number, from 0: every product lies in every warehouse."""
    product, place = divmod(number, len(PLACES))
    on_hand = Decimal(100 + number % 900 - fewer)
    return StockLevel(f"WARE-{product:07}", tuple(PLACES)[place], on_hand, Decimal(number % 7))


def prepare(hub: Hub, rows: int) -> None:
    """The store has what the company can sell: a first load that was written long ago."""
    connection = hub.connections[CONNECTION]
    connection.settings = structs.replace(connection.settings, stock=Stock(warehouses=PLACES))
    reading = Reading(lines=[], levels=level_table(map(level, range(rows))), cursors={}, snapshots={})
    wanted = calculated(connection, reading, corrections(connection, reading, {}))
    with transaction("prepare"):
        mirror.baseline(CONNECTION, FLOW, wanted, START)
        marks.write(f"full:{CONNECTION}:{FLOW}", START.isoformat(), START)


def cycle(world: World, hub: Hub, news: list[Delta[StockLevel]], written: int) -> Compared:
    """One cycle in which the company tells this, once. RuntimeError unless it writes so many values."""
    connection = hub.connections[CONNECTION]
    connection.company = cast("Company", Teller(connection.company.about, news))
    world.clock.advance(60)
    world.shop_wire.clear_log()
    clock = SystemClock()
    forget_peak()
    began, spent = clock.monotonic(), cpu_seconds()
    report = run_cycle(hub, connection, FLOW)
    seconds, spent = clock.monotonic() - began, cpu_seconds() - spent
    if report.outcome != "done" or report.counts["confirmed"] != written:
        raise RuntimeError(f"{written} values should have been written: {report.text} {report.counts}")
    account = mirror.account(CONNECTION, FLOW)
    if account.confirmed != account.read:
        raise RuntimeError(f"the account of the stock: {account}")
    return Compared(seconds, spent, peak_memory(), written, sum(world.shop_wire.totals.values()))

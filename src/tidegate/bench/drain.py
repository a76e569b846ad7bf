"""`drain`: the morning after an outage. How much of the possible throughput do the seats reach?

A backlog waits in the ledger; the company answers every call after 400 ms and allows two seats. So the
seats allow 2 / 0.4 = 5 orders a second. Whatever else the hub does (look-ups, commits, its own work)
makes it less. Threads, sockets, waiting and commits are real.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from tidegate.bench.figure import Figure, Target
from tidegate.bench.hub import COMPANY, CONNECTION, opened_hub
from tidegate.bench.sandbox import Sandbox, sandbox
from tidegate.clock import SystemClock
from tidegate.engine.cycles import Report, run_cycle
from tidegate.engine.hub import Hub
from tidegate.ledger import closures, cursors
from tidegate.ledger.database import transaction

BACKLOG, QUICK = 5000, 200
SERVICE_TIME = 0.4  #: seconds
SEATS = 2
#: Orders that are carried before it counts, so that the reference data is known.
WARM = 25
#: Seconds. The backlog is dated `BEFORE` the cursor, so that the next read has it within its overlap; the
#: cursor then moves on by `BEYOND`, so that the cycle which is measured does not read it once more.
OVERLAP, BEFORE, BEYOND = 60.0, 58.0, 4.0


@dataclass(frozen=True, slots=True)
class Drained:
    """One backlog, carried by one cycle."""

    orders: int
    seconds: float
    sage_calls: int
    service_time: float
    seats: int

    @property
    def allowed(self) -> float:
        """Orders a second that the seats allow, if every call carried an order."""
        return self.seats / self.service_time

    @property
    def ratio(self) -> float:
        """Orders sent, as a share of what the seats allow."""
        return self.orders / self.seconds / self.allowed

    @property
    def busy(self) -> float:
        """How much of their time the seats had a call on the way, look-ups included."""
        return self.sage_calls * self.service_time / (self.seconds * self.seats)


def measure(folder: Path, *, quick: bool) -> list[Figure]:
    """Drain a backlog; about 17 minutes in full."""
    drained = drain(folder, QUICK if quick else BACKLOG)
    what = f"{drained.orders} orders, {SERVICE_TIME * 1000:.0f} ms a call, {SEATS} seats"
    return [
        Figure(
            "drain-of-seats-rate",
            round(drained.ratio * 100, 1),
            "%",
            "timed",
            f"{what}: orders a second, as a part of the {drained.allowed:g} that the seats allow",
            Target(">=", 95),
        ),
        Figure(
            "drain-orders-per-minute",
            round(drained.orders / drained.seconds * 60, 1),
            "orders/min",
            "timed",
            what,
        ),
        Figure(
            "drain-seats-busy",
            round(drained.busy * 100, 1),
            "%",
            "timed",
            "part of the time in which the seats had a call on the way, look-ups included",
        ),
        Figure(
            "drain-calls-per-order",
            round(drained.sage_calls / drained.orders, 4),
            "calls",
            "counted",
            "calls to Sage, look-ups included",
            Target("<=", 1.1),
        ),
    ]


def drain(
    folder: Path,
    orders: int,
    *,
    service_time: float = SERVICE_TIME,
    seats: int = SEATS,
    warm: int = WARM,
    batch: int = 50,
) -> Drained:
    """Let a backlog gather while the company is closed, then open it and carry everything in one cycle."""
    clock = SystemClock()
    with (
        sandbox(folder, service_time=service_time) as counterparts,
        opened_hub(
            folder / "ledger.db",
            counterparts.introduction,
            seats=seats,
            batch=batch,
            overlap_minutes=round(OVERLAP / 60),
        ) as hub,
    ):
        counterparts.place(warm, seed=1)
        cycle(hub, confirmed=warm)
        gather(hub, counterparts, orders)
        counterparts.forget()
        began = clock.monotonic()
        cycle(hub, confirmed=orders)
        seconds = clock.monotonic() - began
        count = counterparts.count()
    if count.orders != warm + orders or count.doubled:
        raise RuntimeError(f"the company has {count.orders} orders, {count.doubled} of them doubled")
    return Drained(orders, seconds, count.sage_calls, service_time, seats)


def gather(hub: Hub, counterparts: Sandbox, orders: int) -> None:
    """Orders are placed and read while the company is closed. RuntimeError when it was called all the same."""
    cursor = datetime.fromisoformat(cursors.read(CONNECTION, "orders", "updated_at") or "")
    since = (hub.clock.now() - cursor).total_seconds()
    counterparts.place(orders, seed=2, ago=since + BEFORE)
    hub.clock.wait(BEYOND - since)
    counterparts.forget()
    now = hub.clock.now()
    with transaction("outage"):
        closures.learn(COMPANY, now + timedelta(days=1), "an outage", now)
    report = cycle(hub, confirmed=0)
    with transaction("outage"):
        closures.forget(COMPANY, hub.clock.now())
    if report.counts["captured"] != orders or counterparts.count().sage_calls:
        raise RuntimeError(f"the backlog did not gather: {report.counts}")


def cycle(hub: Hub, *, confirmed: int) -> Report:
    """One cycle of the orders flow. RuntimeError unless it confirms so many."""
    report = run_cycle(hub, hub.connections[CONNECTION], "orders")
    if report.counts.get("confirmed") != confirmed:
        raise RuntimeError(f"{confirmed} orders should have been confirmed: {report.text} {report.counts}")
    return report

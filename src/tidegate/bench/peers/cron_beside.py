"""The naive cron script beside one connection, between the same shop and company, with the same faults.

On quiet days both carry the same orders over loopback: calls, CPU and the time that calls kept Sage busy are counted.
On bad days time is virtual, a run comes every quarter of an hour, and the wires break by the same seed: what Sage
has in the end is compared with what the shop has sold, by the shop's own numbers.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tidegate.bench.effort import NOTED, carry
from tidegate.bench.figure import Figure, Target
from tidegate.bench.hub import CONNECTION, HISTORY, opened_hub, quiet
from tidegate.bench.peers.settling import PATIENCE, SCRIPTS
from tidegate.bench.sandbox import Count, Introduction, sandbox
from tidegate.bench.shopping import SELLERS, buy
from tidegate.clock import SystemClock
from tidegate.engine.cycles import run_cycle
from tidegate.simulation.place import place_of
from tidegate.simulation.products import USUAL
from tidegate.simulation.world import World, build_world
from tidegate_sandbox.faults import Fault
from tidegate_sandbox.server import SandboxServer

#: Orders of a quiet day, and before it, when reference data is read.
ORDERS, QUICK, WARM = 200, 50, 50
#: Seconds that each call to Sage takes on quiet days.
SERVICE_TIME = 0.02
#: The bad days: quarters of an hour with so many orders each, and quiet ones after them.
ROUNDS, A_ROUND, AFTER = 24, 8, 40
START = datetime(2026, 3, 2, 15, tzinfo=UTC)
QUARTER = timedelta(minutes=15)
#: The company's account of web sales, as the script's author has looked it up.
ACCOUNT = "WEB"
#: What breaks: each kind with its share of the calls that it can strike.
SAGE_FAULTS = (
    ("drop_after", "POST", "sop_orders$", 0.05),  # Sage has the order, the answer is lost
    ("status-effect", "POST", "sop_orders$", 0.03),  # the same behind a gateway's 504
    ("status", "POST", "sop_orders$", 0.05),  # refused for the moment
    ("status", "GET", "", 0.03),
)
SHOP_FAULTS = (("status", "GET", "/V1/orders$", 0.05), ("drop_after", "POST", "/comments$", 0.05))


@dataclass(frozen=True, slots=True)
class Day:
    """What a quiet day has cost, an order."""

    shop_calls: float
    sage_calls: float
    cpu_ms: float

    @property
    def seat_seconds(self) -> float:
        """How long calls kept Sage busy."""
        return self.sage_calls * SERVICE_TIME


@dataclass(frozen=True, slots=True)
class Outcome:
    """What Sage has after bad days."""

    sold: int
    lost: int
    doubled: int
    injected: int  #: faults


def measure(folder: Path, *, quick: bool) -> list[Figure]:
    """Both, on quiet and on bad days."""
    return list(beside(folder, quick=quick))


def beside(folder: Path, *, quick: bool) -> Iterator[Figure]:
    """Both, on quiet and on bad days."""
    orders = QUICK if quick else ORDERS
    days = {"tidegate": hub_day(folder, orders), "cron": cron_day(folder, orders)}
    for name, day in days.items():
        what = (
            f"{'one connection' if name == 'tidegate' else 'the cron script'}, {orders} orders on a quiet day"
        )
        yield Figure(
            f"peers-{name}-shop-calls",
            round(day.shop_calls, 2),
            "calls",
            "counted",
            f"Magento an order: {what}",
        )
        yield Figure(
            f"peers-{name}-sage-calls", round(day.sage_calls, 2), "calls", "counted", f"Sage an order: {what}"
        )
        text = f"time of Sage an order, {SERVICE_TIME * 1000:.0f} ms a call: {what}"
        yield Figure(f"peers-{name}-seat-seconds", round(day.seat_seconds, 3), "s", "counted", text)
        yield Figure(f"peers-{name}-cpu", round(day.cpu_ms, 2), "ms", "timed", f"CPU an order: {what}")
    bad = {"tidegate": hub_in_trouble(folder), "cron": cron_in_trouble(folder)}
    for name, each in bad.items():
        what = f"of {each.sold} orders, {each.injected} calls failed"
        target = Target("<=", 0) if name == "tidegate" else None
        yield Figure(f"peers-{name}-lost", each.lost, "orders", "counted", f"not in Sage, {what}", target)
        yield Figure(
            f"peers-{name}-doubled", each.doubled, "orders", "counted", f"too many in Sage, {what}", target
        )


# --- quiet days --------------------------------------------------------------------------------------


def hub_day(folder: Path, orders: int) -> Day:
    """One connection of the hub: orders, and both notes on each."""
    place = folder / "hub-day"
    place.mkdir()
    with (
        sandbox(place, service_time=SERVICE_TIME) as counterparts,
        opened_hub(place / "ledger.db", counterparts.introduction) as hub,
    ):
        carry(hub, counterparts, WARM, seed=1, flows=NOTED)
        counterparts.forget()
        spent = sum(carry(hub, counterparts, orders, seed=2, flows=NOTED).values())
        return day_of(counterparts.count(), spent, orders)


def cron_day(folder: Path, orders: int) -> Day:
    """The script: orders, and a comment on each."""
    place = folder / "cron-day"
    place.mkdir()
    with sandbox(place, service_time=SERVICE_TIME) as counterparts:
        counterparts.place(orders, seed=2)
        now = SystemClock().now()
        settings = settings_of(counterparts.introduction, place, now - HISTORY)
        ran = run_script(settings, now)
        if ran["sent"] != orders:
            raise RuntimeError(f"the script has sent {ran['sent']} of {orders} orders: {ran}")
        return day_of(counterparts.count(), ran["cpu"], orders)


def day_of(count: Count, cpu: float, orders: int) -> Day:
    """By order."""
    return Day(count.shop_calls / orders, count.sage_calls / orders, cpu * 1000 / orders)


# --- bad days ----------------------------------------------------------------------------------------


def hub_in_trouble(folder: Path, rounds: int = ROUNDS) -> Outcome:
    """One connection of the hub through the bad days."""
    world = world_of(folder / "hub.db")
    with world.open_hub() as hub:
        world.sign_in(hub)

        def cycles() -> None:
            for flow in ("orders", "order-status"):
                run_cycle(hub, hub.connections[CONNECTION], flow)

        return through(world, rounds, cycles)


def cron_in_trouble(folder: Path, rounds: int = ROUNDS) -> Outcome:
    """The script through the same."""
    world = world_of(folder / "cron.db")
    place = folder / "cron-trouble"
    place.mkdir()
    with SandboxServer(world.shop_wire) as shop, SandboxServer(world.sage_wire) as sage:
        known, token = USUAL.credentials(world.sage), world.sage.sign_in()
        secrets = world.environment()
        introduction = Introduction(
            shop_url=shop.url,
            sage_url=sage.url,
            room=USUAL.room(sage.url, USUAL.editions[0], known),
            secrets=secrets,
            access_token=token.access_token,
            refresh_token="",
            expires_in=token.expires_in,
            access_tokens=[],
        )
        file = place / "settings"

        def run() -> None:
            pair = world.sage.sign_in()  # somebody renews it in time
            settings = settings_of(introduction, place, START - QUARTER)
            settings["sage_token"] = pair.access_token
            run_script(settings, world.clock.now(), file=file)

        return through(world, rounds, run)


def world_of(ledger: Path) -> World:
    """The same shop and company for both."""
    quiet()
    since = (START - QUARTER).strftime("%Y-%m-%dT%H:%M:%SZ")
    return build_world(1, f"sqlite:///{ledger}", START, since=since, window="", batch=50, audit_every="7d")


def through(world: World, rounds: int, run: Callable[[], None]) -> Outcome:
    """Orders every quarter of an hour while calls fail; then quiet quarters, so that everybody can put it right."""
    arm(world)
    choices = place_of(USUAL).choices
    for number in range(rounds):
        buy(world.shopper, A_ROUND, seed=number, goods=SELLERS, choices=choices)
        world.clock.advance(QUARTER.total_seconds())
        run()
    injected = sum(world.sage_wire.faults.fired().values()) + sum(world.shop_wire.faults.fired().values())
    world.sage_wire.faults.clear()
    world.shop_wire.faults.clear()
    for _ in range(AFTER):
        world.clock.advance(QUARTER.total_seconds())
        run()
    return compared(world, injected)


def arm(world: World) -> None:
    """The same faults for both; which calls they strike is drawn by the wire's own seed."""
    for wire, faults in ((world.sage_wire, SAGE_FAULTS), (world.shop_wire, SHOP_FAULTS)):
        for kind, method, path, share in faults:
            options: dict[str, Any] = {"probability": share}
            if kind.startswith("status"):
                options |= {"status": 504, "effect": True} if kind == "status-effect" else {"status": 503}
            wire.faults.add(Fault(kind.partition("-")[0], None, method, path, None, options))


def compared(world: World, injected: int) -> Outcome:
    """By the shop's numbers, which both write into the company's order."""
    company = world.sage.company
    with company.lock:
        there = Counter(order.customer_order_no for order in company.orders.table)
    sold = [order.row["increment_id"] for order in world.shop.orders.all()]
    lost = sum(number not in there for number in sold)
    doubled = sum(max(there[number] - 1, 0) for number in sold)
    return Outcome(len(sold), lost, doubled, injected)


# --- the script --------------------------------------------------------------------------------------


def settings_of(introduction: Introduction, folder: Path, since: datetime) -> dict[str, str]:
    """What the script's author has typed into its settings."""
    room, secrets = tomllib.loads(introduction.room), introduction.secrets
    return {
        "shop_url": introduction.shop_url,
        "consumer_key": secrets["SHOP_CONSUMER_KEY"],
        "consumer_secret": secrets["SHOP_CONSUMER_SECRET"],
        "access_token": secrets["SHOP_ACCESS_TOKEN"],
        "access_token_secret": secrets["SHOP_ACCESS_TOKEN_SECRET"],
        "sage_url": room["base_url"],
        "sage_token": introduction.access_token,
        "site_id": str(room["site_id"]),
        "company_id": str(room["company_id"]),
        "subscription_key": secrets["SAGE_SUBSCRIPTION_KEY"],
        "account": ACCOUNT,
        "warehouse": USUAL.codes.warehouse,
        "state": str(folder / "state.json"),
        "since": text_of(since),
    }


def run_script(settings: dict[str, str], now: datetime, *, file: Path | None = None) -> dict[str, Any]:
    """One run, as cron starts it; a run that ended with an error has sent what it has sent."""
    file = file or Path(settings["state"]).with_name("settings")
    file.write_text(json.dumps(settings), encoding="utf-8")
    command = [sys.executable, "-I", str(SCRIPTS / "cron.py"), str(file), text_of(now)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE)  # noqa: S603
    if ended.returncode:
        return {"sent": 0, "skipped": 0, "cpu": 0.0, "error": ended.stderr}
    found: dict[str, Any] = json.loads(ended.stdout)
    return found


def text_of(at: datetime) -> str:
    """As Magento compares times."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")

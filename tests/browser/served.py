"""A hub at work behind a real socket, for a real browser: orders in every state, and cycles that run when asked for."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import msgspec

from integration.flows.stage import CONNECTION, ITEMS, START
from integration.over_the_wire import ORDERS
from integration.over_the_wire import WireStage as Stage
from tidegate.clock import SystemClock
from tidegate.config.console import Console
from tidegate.console import accounts
from tidegate.console.pages.serving import console
from tidegate.console.roles import Role
from tidegate.demo.staff import Staff
from tidegate.domain.books.month import Month
from tidegate.engine import figures, month_end
from tidegate.engine.cycles import FLOWS
from tidegate.ledger import asked, database, depths
from tidegate.simulation.products import USUAL
from tidegate.simulation.world import build_world

MONTH = "2026-03"
PASSWORD = "quite-a-long-password"
UNMAPPED = "banktransfer"
REFUSED = '{"Message": "The postcode is not valid."}'
WINDOW = """
[[companies.sage.closed]]
rule = "FREQ=DAILY;BYHOUR=2;BYMINUTE=0"
minutes = 90
reason = "nightly backup"
"""
BACK = dict.fromkeys(("shipments", "inventory", "prices", "invoices", "payments"), "30m")


def at_work(folder: Path) -> Stage:
    """A shop, a company and a hub: twelve orders from order to payment, one refused, two without a mapping."""
    world = build_world(
        11, f"sqlite:///{folder / 'ledger.db'}", START, country="us", items=ITEMS, back=BACK, window=WINDOW
    )
    stage = Stage(world, "us")
    mapped = stage.connection.settings.payments["*"]
    stage.connection.remap(msgspec.structs.replace(stage.connection.settings, payments={"checkmo": mapped}))
    staff = Staff(stage.company, USUAL.codes)
    stage.shopper.place_orders(12, "guest", method="checkmo")
    for flow in ("orders", "order-status", "inventory", "prices"):
        stage.cycle(flow)
    staff.pack()
    staff.finish()
    watched(stage, timedelta(hours=2))
    stage.cycle("shipments")
    staff.invoice()
    watched(stage, timedelta(hours=1))
    stage.cycle("invoices")
    staff.collect()
    watched(stage, timedelta(hours=1))
    stage.cycle("payments")
    stage.break_sage("status", method="POST", path=ORDERS, status=400, body=REFUSED)
    stage.shopper.place_orders(1, "guest", method="checkmo")
    watched(stage, timedelta(hours=1))
    stage.cycle()
    stage.shopper.place_orders(2, "guest", method=UNMAPPED)
    watched(stage, timedelta(hours=3))
    stage.cycle()
    stage.cycle("order-status")
    watched(stage, timedelta(hours=2))
    month_end.run(stage.hub, "sage", Month.of(MONTH))
    return stage


def watched(stage: Stage, span: timedelta) -> None:
    """Time passes, and the hub writes down what is open as it does while it runs."""
    for _ in range(span // depths.EVERY):
        figures.look(stage.hub)
        stage.pass_time(depths.EVERY)


@contextmanager
def served(stage: Stage) -> Iterator[str]:
    """The console's address while the block runs; cycles that people ask for are run."""
    configuration = msgspec.structs.replace(stage.hub.configuration, console=Console(listen="127.0.0.1:0"))
    stage.hub.configuration = configuration
    accounts.add("anna", [Role.ADMINISTRATOR], [], now=stage.now, actor="test", password=PASSWORD)
    over = threading.Event()
    clock = SystemClock()

    def pump() -> None:
        while not over.is_set():
            _, wanted = asked.turns(CONNECTION, list(FLOWS))
            for flow in sorted(wanted):
                stage.cycle(flow, after=timedelta(0))
            clock.wait(0.1, over)
        database.close()

    worker = threading.Thread(target=pump, name="cycles")
    worker.start()
    try:
        with console(stage.hub) as port:
            yield f"http://127.0.0.1:{port}"
    finally:
        over.set()
        worker.join()


__all__ = ["CONNECTION", "MONTH", "PASSWORD", "UNMAPPED", "at_work", "served"]

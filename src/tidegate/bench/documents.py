"""`documents`: how many requests a shipment, an invoice and a payment cost, counted by both systems.

Virtual time. Orders are in the company already; it despatches them, invoices them and is paid, all of them
between two cycles, and each flow carries its documents in one cycle. Orders that were paid at checkout become
deposits in the company. What a cycle costs without any document is counted beside it. The same on every
machine, so it is asserted in the tests.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from tidegate.bench import calls, dealings
from tidegate.bench.figure import Figure, Target
from tidegate.bench.hub import CONNECTION, quiet
from tidegate.bench.shopping import SELLERS
from tidegate.engine.cycles import run_cycle
from tidegate.engine.hub import Hub
from tidegate.flows.connection import Connection
from tidegate.simulation.products import SIMULATED, USUAL
from tidegate.simulation.settings import PREPAID
from tidegate.simulation.world import World, build_world

START = datetime(2026, 3, 2, 15, tzinfo=UTC)
QUARTER = timedelta(minutes=15)
ORDERS = 25
FLOWS = ("shipments", "invoices", "payments")
#: Calls to Magento that a document may cost: itself, or a payment's comment, and a share of the looks at all orders and
#: their documents, before and after. What Sage may be asked stands with each product (`House.document_calls`).
LIMITS = {"shipments": 1.2, "invoices": 1.2, "payments": 1.1, "deposits": 0}
#: Over an order's whole life: read, number, comment, shipment, invoice and payment.
LIFE = 5.5


@dataclass(frozen=True, slots=True)
class Calls:
    """What one cycle of a flow has cost."""

    documents: int
    shop: int
    sage: int


def measure(folder: Path, *, quick: bool, sage: str = USUAL.name) -> list[Figure]:
    """Count; `quick` makes no difference."""
    del quick
    limits = SIMULATED[sage].document_calls
    busy, idle = count(folder, sage=sage)
    figures: list[Figure] = []
    for flow, each in busy.items():
        name = flow.removesuffix("s")
        what = f"{each.documents} {name}s in one cycle"
        figures += [
            counted(
                f"magento-calls-per-{name}", each.shop / each.documents, f"Magento, {what}", LIMITS[flow]
            ),
            counted(f"sage-calls-per-{name}", each.sage / each.documents, f"Sage, {what}", limits[flow]),
        ]
    if sage == USUAL.name:  # Magento is asked the same with each product
        text = f"Magento, an order from its reading to the note of its payment, {ORDERS} in each cycle"
        figures.append(counted("magento-calls-per-life", life_of(folder, busy), text, LIFE))
    cycles = "a cycle of each of the three flows without any document"
    return [
        *figures,
        counted(
            "magento-calls-documents-idle", sum(each.shop for each in idle.values()), f"Magento, {cycles}", 0
        ),
        counted(
            "sage-calls-documents-idle",
            sum(each.sage for each in idle.values()),
            f"Sage, {cycles}",
            limits["idle"],
        ),
    ]


def life_of(folder: Path, busy: dict[str, Calls]) -> float:
    """Calls to Magento of an order: read and noted, shipped, invoiced and paid."""
    noted, _ = calls.count(folder)
    return noted.shop_per_order + sum(busy[flow].shop / busy[flow].documents for flow in FLOWS)


def counted(name: str, value: float, text: str, limit: float) -> Figure:
    """Requests, and how many there may be."""
    return Figure(name, round(value, 2), "calls", "counted", text, Target("<=", limit))


def count(
    folder: Path, orders: int = ORDERS, *, sage: str = USUAL.name
) -> tuple[dict[str, Calls], dict[str, Calls]]:
    """The calls of each flow with so many documents, and of a cycle without any."""
    quiet()
    since = (START - QUARTER).strftime("%Y-%m-%dT%H:%M:%SZ")
    url = f"sqlite:///{folder / 'documents.db'}"
    back = dict.fromkeys(FLOWS, "15m")
    world = build_world(
        1,
        url,
        START,
        house=SIMULATED[sage],
        since=since,
        window="",
        batch=orders,
        audit_every="7d",
        back=back,
    )
    with world.open_hub() as hub:
        world.sign_in(hub)
        names_no_field(hub.connections[CONNECTION])
        numbers = sent(world, hub, orders)
        for flow in FLOWS:  # reads what there is, once
            cycle(world, hub, flow, 0)
        deeds: dict[str, Callable[[], object]] = {
            "shipments": lambda: [world.sage.company.despatch(number) for number in numbers],
            "invoices": lambda: world.sage.company.invoice_run(numbers),
            "payments": lambda: dealings.pay(world.sage.company),
        }
        busy: dict[str, Calls] = {}
        for flow, deed in deeds.items():
            deed()
            busy[flow] = cycle(world, hub, flow, orders)
        for flow in FLOWS * 2:  # each sees the others' echo once, and reads its reference data once an hour
            cycle(world, hub, flow, 0)
        idle = {flow: cycle(world, hub, flow, 0) for flow in FLOWS}
        place(world, hub, orders, PREPAID[0])
        return busy | {"deposits": cycle(world, hub, "payments", orders)}, idle


def names_no_field(connection: Connection) -> None:
    """No field of an extension is named: those who name one read every invoice whole."""
    settings = connection.settings
    amounts = msgspec.structs.replace(settings.amounts, fields={})
    connection.settings = msgspec.structs.replace(settings, amounts=amounts)


def sent(world: World, hub: Hub, orders: int) -> list[str]:
    """Guests' orders that the company has, with goods for all of them; their numbers there."""
    place(world, hub, orders, "banktransfer")
    company = world.sage.company
    numbers = [each.number for each in company.orders.table if each.status == "live"]
    dealings.fill(company, SELLERS, world.house.codes.warehouse)
    return numbers


def place(world: World, hub: Hub, orders: int, method: str) -> None:
    """Guests order, and the company gets it."""
    for number in range(orders):
        lines = ((SELLERS[number % len(SELLERS)], 2),)
        world.shopper.place_order("guest", lines=lines, method=method)
    cycle(world, hub, "orders", orders)


def cycle(world: World, hub: Hub, flow: str, documents: int) -> Calls:
    """A quarter of an hour passes, then the flow has a cycle. RuntimeError unless it carries so many."""
    world.clock.advance(QUARTER.total_seconds())
    world.shop_wire.clear_log()
    world.sage_wire.clear_log()
    report = run_cycle(hub, hub.connections[CONNECTION], flow)
    if report.outcome != "done" or report.counts["confirmed"] != documents:
        raise RuntimeError(
            f"{flow}: {documents} documents should have been carried: {report.text} {report.counts}"
        )
    return Calls(documents, sum(world.shop_wire.totals.values()), sum(world.sage_wire.totals.values()))

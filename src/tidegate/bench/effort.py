"""`cpu`: what one order costs the hub over its whole life, in CPU time: read, sent, noted, shipped, invoiced, paid.

The hub runs in this process over a real ledger; shop and company run in another one, over loopback, so
that their work is not counted and the hub's HTTP clients, signatures and commits are.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tidegate.bench.documents import names_no_field
from tidegate.bench.figure import Figure, Target
from tidegate.bench.hub import CONNECTION, opened_hub
from tidegate.bench.resources import cpu_seconds
from tidegate.bench.sandbox import Sandbox, sandbox
from tidegate.engine.cycles import run_cycle
from tidegate.engine.hub import Hub

#: Orders that are carried before it counts: the reference data is read, the code has run once.
WARM = 100
ORDERS, QUICK = 1000, 200
#: The flows in the order of an order's life; the later ones wait for what the company does first.
FLOWS = {
    "orders": "",
    "order-status": "",
    "shipments": "despatch",
    "invoices": "invoice",
    "payments": "payment",
}
#: Those that an order has which nobody ships yet.
NOTED = tuple(flow for flow, document in FLOWS.items() if not document)
#: How much an order may cost: over its whole life, and to be read and sent (ms).
LIFE, SENDING = 12, 5


def measure(folder: Path, *, quick: bool) -> list[Figure]:
    """Carry so many orders from their capture to the note of their payment; CPU milliseconds an order."""
    return spend(folder, QUICK if quick else ORDERS)


def spend(folder: Path, orders: int, warm: int = WARM) -> list[Figure]:
    """The figures of `orders` orders."""
    back = dict.fromkeys((flow for flow in FLOWS if flow not in NOTED), "15m")
    with (
        sandbox(folder) as counterparts,
        opened_hub(folder / "ledger.db", counterparts.introduction, back=back) as hub,
    ):
        names_no_field(hub.connections[CONNECTION])
        carry(hub, counterparts, warm, seed=1)
        spent = carry(hub, counterparts, orders, seed=2)
    cost = {flow: round(seconds * 1000 / orders, 2) for flow, seconds in spent.items()}
    noted = cost["orders"] + cost["order-status"]
    each = f"process CPU time, {orders} orders, shop and company in another process"
    life = "capture, send, both notes, shipment, invoice, payment"
    return [
        timed("hub-cpu-per-life", sum(cost.values()), f"{life}: {each}", Target("<=", LIFE)),
        timed("hub-cpu-per-order", noted, f"capture, send and notes: {each}", Target("<", 10)),
        timed("hub-cpu-sending", cost["orders"], "capture and send alone", Target("<=", SENDING)),
        timed("hub-cpu-noting", cost["order-status"], "the two notes alone"),
        *(timed(f"hub-cpu-{flow}", cost[flow], f"the flow {flow} alone") for flow in back),
    ]


def timed(name: str, value: float, text: str, target: Target | None = None) -> Figure:
    """Milliseconds an order."""
    return Figure(name, round(value, 2), "ms", "timed", text, target)


def carry(
    hub: Hub, counterparts: Sandbox, orders: int, seed: int, flows: Sequence[str] = tuple(FLOWS)
) -> dict[str, float]:
    """Have orders placed and carry them through these flows; CPU seconds of each flow. RuntimeError unless all arrived."""
    counterparts.place(orders, seed=seed, choices={"method": "banktransfer"})  # paid when it is invoiced
    before = counterparts.count().orders
    spent: dict[str, float] = {}
    for flow in flows:
        document = FLOWS[flow]
        if document and counterparts.deal(document) != orders:
            raise RuntimeError(f"the company has not made one {document} of every order")
        began = cpu_seconds()
        report = run_cycle(hub, hub.connections[CONNECTION], flow)
        spent[flow] = cpu_seconds() - began
        wanted = 2 * orders if flow == "order-status" else orders
        if report.counts.get("confirmed") != wanted:
            raise RuntimeError(f"{flow}: {report.text or 'not every order was carried'}: {report.counts}")
    if counterparts.count().orders - before != orders:
        raise RuntimeError("the company does not have every order once")
    return spent

"""`cpu`: what one order costs the hub, from reading it to the notes on it, in CPU time.

The hub runs in this process over a real ledger; shop and company run in another one, over loopback, so
that their work is not counted and the hub's HTTP clients, signatures and commits are.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tidegate.bench.figure import Figure, Target
from tidegate.bench.hub import CONNECTION, opened_hub
from tidegate.bench.resources import cpu_seconds
from tidegate.bench.sandbox import Sandbox, sandbox
from tidegate.engine.cycles import run_cycle
from tidegate.engine.hub import Hub

#: Orders that are carried before it counts: the reference data is read, the code has run once.
WARM = 100
ORDERS, QUICK = 1000, 200
FLOWS = ("orders", "order-status")


def measure(folder: Path, *, quick: bool) -> list[Figure]:
    """Capture, send and note so many orders; CPU milliseconds an order."""
    return spend(folder, QUICK if quick else ORDERS)


def spend(folder: Path, orders: int, warm: int = WARM) -> list[Figure]:
    """The figures of `orders` orders."""
    with sandbox(folder) as counterparts, opened_hub(folder / "ledger.db", counterparts.introduction) as hub:
        carry(hub, counterparts, warm, seed=1)
        sending, noting = carry(hub, counterparts, orders, seed=2)
    each = f"process CPU time, {orders} orders, shop and company in another process"
    return [
        Figure(
            "hub-cpu-per-order",
            round((sending + noting) * 1000 / orders, 2),
            "ms",
            "timed",
            f"capture, send and notes: {each}",
            Target("<", 10),
        ),
        Figure("hub-cpu-sending", round(sending * 1000 / orders, 2), "ms", "timed", "capture and send alone"),
        Figure("hub-cpu-noting", round(noting * 1000 / orders, 2), "ms", "timed", "the two notes alone"),
    ]


def carry(hub: Hub, counterparts: Sandbox, orders: int, seed: int) -> Sequence[float]:
    """Have orders placed and carry them; CPU seconds of each flow. RuntimeError unless all arrived."""
    counterparts.place(orders, seed=seed)
    before = counterparts.count().orders
    spent = []
    for flow in FLOWS:
        began = cpu_seconds()
        report = run_cycle(hub, hub.connections[CONNECTION], flow)
        spent.append(cpu_seconds() - began)
        wanted = orders if flow == "orders" else 2 * orders
        if report.counts.get("confirmed") != wanted:
            raise RuntimeError(f"{flow}: {report.text or 'not every order was carried'}: {report.counts}")
    if counterparts.count().orders - before != orders:
        raise RuntimeError("the company does not have every order once")
    return spent

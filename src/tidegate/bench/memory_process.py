"""The fresh process of `memory`: a hub's day over a ledger that is there already, and nothing else loaded."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from tidegate.bench.hub import CONNECTION, opened_hub
from tidegate.bench.resources import peak_memory
from tidegate.bench.sandbox import sandbox
from tidegate.engine import reports
from tidegate.engine.cycles import run_cycle
from tidegate.engine.hub import Hub

BATCH = 25


def work(ledger: Path, orders: int) -> dict[str, float]:
    """A hub's day, in this process; MiB. RuntimeError when anything is not as it should be."""
    with sandbox(ledger.parent) as counterparts, opened_hub(ledger, counterparts.introduction) as hub:
        opened = peak_memory()
        for _ in range(2):
            cycles(hub, confirmed=0)
        counterparts.place(BATCH, seed=1)
        cycles(hub, confirmed=BATCH)
        report = reports.status(hub.configuration, hub.clock.now())
    account = report["connections"][CONNECTION]["flows"]["orders"]["account"]
    if account["confirmed"] != orders + BATCH or not report["adds_up"]:
        raise RuntimeError(f"the account of {orders} + {BATCH} orders: {account}")
    return {"opened": opened, "peak": peak_memory()}


def cycles(hub: Hub, *, confirmed: int) -> None:
    """One cycle of each flow. RuntimeError unless it carries so many orders."""
    for flow, notes in (("orders", 1), ("order-status", 2)):
        report = run_cycle(hub, hub.connections[CONNECTION], flow)
        if report.counts.get("confirmed") != confirmed * notes:
            raise RuntimeError(f"{flow}: {report.text or 'not what was expected'}: {report.counts}")


if __name__ == "__main__":
    print(json.dumps(work(Path(sys.argv[1]), int(sys.argv[2]))))

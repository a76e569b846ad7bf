"""One worker of the measurement `workers`, until standard input ends. Its first line there is what it works for."""

from __future__ import annotations

import json
import random
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from tidegate.bench.hub import HISTORY, quiet
from tidegate.bench.many_connections import multiplied
from tidegate.bench.sandbox import Introduction
from tidegate.clock import SystemClock
from tidegate.config.model import Configuration
from tidegate.config.reading import loads
from tidegate.engine.hub import Hub, Surroundings, here, open_hub
from tidegate.flows.orders import orders
from tidegate.sage.rooms import SETTINGS
from tidegate.simulation.products import USUAL
from tidegate.simulation.settings import Settings, render
from tidegate.transport import ClientFactory

#: Every worker says that it has this configuration.
DIGEST = "bench"


@dataclass(frozen=True)
class Task:
    """So many connections between one simulated shop and a company each, over this ledger."""

    ledger: str
    sandbox: Introduction
    connections: int
    jobs: int

    @classmethod
    def read(cls, line: str) -> Task:
        """From the line that the parent wrote."""
        given: dict[str, Any] = json.loads(line)
        return cls(**{**given, "sandbox": Introduction(**given["sandbox"])})

    def configuration(self) -> Configuration:
        """Each connection has the shop under a name of its own and a company for itself, and sends orders once."""
        text = render(
            Settings(
                ledger=self.ledger,
                shop_url=self.sandbox.shop_url,
                room=self.sandbox.room,
                websites=("base",),
                currency="USD",
                time_zone="America/Detroit",
                window="",
                lag_seconds=0,
                every_orders="12h",
                audit_every="7d",
                since=(SystemClock().now() - HISTORY).strftime("%Y-%m-%dT%H:%M:%SZ"),
            )
        )
        found = loads(text, path=Path("bench.toml"), environment=self.sandbox.secrets, settings=SETTINGS)
        many = multiplied(found.configuration, self.connections)
        connections = {
            name: replace(each, flows={orders.FLOW: each.flows[orders.FLOW]})
            for name, each in many.connections.items()
        }
        companies = {
            name: replace(each, **USUAL.addresses(f"{self.sandbox.sage_url}/{number}"))
            for number, (name, each) in enumerate(many.companies.items())
        }
        return replace(many, connections=connections, companies=companies)

    def open(self) -> Hub:
        """The hub of this process, over the network."""
        quiet()
        around = Surroundings(
            clock=SystemClock(),
            factory=ClientFactory(),
            chance=random.Random(1),
            holder=here().holder,
            environment=self.sandbox.secrets,
        )
        return open_hub(self.configuration(), around)


def main() -> None:
    """Take cycles until the parent closes standard input."""
    from tidegate.engine import workers

    task, stop = Task.read(sys.stdin.readline()), threading.Event()

    def wait() -> None:
        sys.stdin.read()
        stop.set()

    threading.Thread(target=wait, daemon=True).start()
    with task.open() as hub:
        workers.run(hub, DIGEST, stop, jobs=task.jobs, replace=False)


if __name__ == "__main__":
    main()

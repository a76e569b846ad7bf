"""The process that serves the shop and the company, and does what it is asked on standard input.

One JSON object a line: `{"place": 25, "seed": 1, "ago": 60}`, `{"count": true}`, `{"forget": true}`; one line answers
each. The first line of all is the introduction. It ends when standard input does.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from cryptography.fernet import Fernet

from tidegate.bench.pace import Paced
from tidegate.bench.sandbox import Count, Introduction
from tidegate.bench.shopping import buy
from tidegate.clock import SystemClock
from tidegate.simulation.products import USUAL
from tidegate_sandbox import magento
from tidegate_sandbox.clock import SandboxClock
from tidegate_sandbox.faults import FaultPlan
from tidegate_sandbox.magento.shop import Shopper
from tidegate_sandbox.server import SandboxServer


def main() -> None:
    """Serve until the parent closes standard input."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--service-time", type=float, default=0.0)
    parser.add_argument("--shop-time", type=float, default=0.0)
    given = parser.parse_args()
    both = Both(given.seed, given.service_time, given.shop_time)
    with SandboxServer(both.shop_wire) as shop_server, SandboxServer(both.sage_wire) as sage_server:
        tell(asdict(both.introduction(shop_server.url, sage_server.url)))
        for line in sys.stdin:
            tell(both.carry_out(json.loads(line)))


def tell(answer: dict[str, Any]) -> None:
    """One line."""
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


class Both:
    """The shop and the company."""

    def __init__(self, seed: int, service_time: float, shop_time: float) -> None:
        self.clock = SandboxClock.running()
        self.shop, self.shop_wire = magento.build(self.clock, FaultPlan(seed), price_scope="website")
        self.company = USUAL.company(self.clock, seed=seed, base="USD")
        self.sage, self.sage_wire = USUAL.build(self.clock, FaultPlan(seed), self.company)
        if service_time:
            self.sage_wire.app = Paced(self.sage_wire.app, service_time)
        if shop_time:
            self.shop_wire.app = Paced(self.shop_wire.app, shop_time)
        self.shopper = Shopper(self.shop, seed)

    def introduction(self, shop_url: str, sage_url: str) -> Introduction:
        """What the hub needs to be let in; a person has signed in."""
        keys, known, pair = self.shop.integrations["hub"], USUAL.credentials(self.sage), self.sage.sign_in()
        return Introduction(
            shop_url=shop_url,
            sage_url=sage_url,
            room=USUAL.room(sage_url, USUAL.editions[0], known),
            secrets={
                "TIDEGATE_KEY": Fernet.generate_key().decode(),
                "SHOP_CONSUMER_KEY": keys.consumer_key,
                "SHOP_CONSUMER_SECRET": keys.consumer_secret,
                "SHOP_ACCESS_TOKEN": keys.access_token,
                "SHOP_ACCESS_TOKEN_SECRET": keys.access_token_secret,
                **USUAL.environment(self.sage),
            },
            access_token=pair.access_token,
            refresh_token=pair.refresh_token or "",
            expires_in=pair.expires_in,
        )

    def carry_out(self, wish: dict[str, Any]) -> dict[str, Any]:
        """One wish of the parent."""
        if "place" in wish:
            return self.place(wish["place"], wish["seed"], timedelta(seconds=wish["ago"]))
        if "count" in wish:
            return asdict(self.count())
        self.shop_wire.clear_log()
        self.sage_wire.clear_log()
        return {}

    def place(self, count: int, seed: int, ago: timedelta) -> dict[str, Any]:
        """Orders of a while ago."""
        with self.shop.lock:
            self.clock.set(self.clock.now() - ago)
            placed = len(buy(self.shopper, count, seed))
            self.clock.set(SystemClock().now())
        return {"placed": placed}

    def count(self) -> Count:
        """Requests, and the company's orders by the hub's own key."""
        with self.company.lock:
            keys = Counter(order.external_key for order in self.company.orders.table)
        return Count(
            shop=self.shop_wire.totals,
            sage=self.sage_wire.totals,
            orders=keys.total(),
            doubled=sum(many - 1 for key, many in keys.items() if key),
        )


if __name__ == "__main__":
    main()

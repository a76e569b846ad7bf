"""The process that serves the shop and the company, and does what it is asked on standard input.

One JSON object a line: `{"place": 25, "seed": 1, "ago": 60, "choices": {}}`, `{"deal": "despatch"}`, `{"count": true}`,
`{"forget": true}`; one line answers each. The first line of all is the introduction. It ends when standard input does.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from cryptography.fernet import Fernet

from tidegate.bench import dealings
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

#: Items of each of many companies: those that are sold.
FEW = 60


def main() -> None:
    """Serve until the parent closes standard input."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--service-time", type=float, default=0.0)
    parser.add_argument("--shop-time", type=float, default=0.0)
    parser.add_argument("--companies", type=int, default=1)
    given = parser.parse_args()
    both = Both(given.seed, given.service_time, given.shop_time, given.companies)
    # The server asks its app for no more than WSGI.
    with SandboxServer(both.shop_wire) as shop_server, SandboxServer(both.door) as sage_server:  # type: ignore[arg-type]
        tell(asdict(both.introduction(shop_server.url, sage_server.url)))
        for line in sys.stdin:
            tell(both.carry_out(json.loads(line)))


def tell(answer: dict[str, Any]) -> None:
    """One line."""
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


class Both:
    """The shop and the company; or many companies, each below its number as the first part of the path."""

    def __init__(self, seed: int, service_time: float, shop_time: float, companies: int) -> None:
        self.clock = SandboxClock.running()
        self.shop, self.shop_wire = magento.build(self.clock, FaultPlan(seed), price_scope="website")
        few = {"items": FEW} if companies > 1 else {}
        self.companies = [USUAL.company(self.clock, seed=seed, base="USD", **few) for _ in range(companies)]
        built = [USUAL.build(self.clock, FaultPlan(seed), company) for company in self.companies]
        self.sages, self.sage_wires = [sage for sage, _ in built], [wire for _, wire in built]
        if service_time:
            for wire in self.sage_wires:
                wire.app = Paced(wire.app, service_time)
        self.door = self.sage_wires[0] if companies == 1 else ByNumber(self.sage_wires)
        if shop_time:
            self.shop_wire.app = Paced(self.shop_wire.app, shop_time)
        self.shopper = Shopper(self.shop, seed)

    def introduction(self, shop_url: str, sage_url: str) -> Introduction:
        """What the hub needs to be let in; a person has signed in."""
        keys, known = self.shop.integrations["hub"], USUAL.credentials(self.sages[0])
        pairs = [sage.sign_in() for sage in self.sages]
        pair = pairs[0]
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
                **USUAL.environment(self.sages[0]),
            },
            access_token=pair.access_token,
            refresh_token=pair.refresh_token or "",
            expires_in=pair.expires_in,
            access_tokens=[each.access_token for each in pairs],
        )

    def carry_out(self, wish: dict[str, Any]) -> dict[str, Any]:
        """One wish of the parent."""
        if "place" in wish:
            return self.place(wish["place"], wish["seed"], timedelta(seconds=wish["ago"]), wish["choices"])
        if "deal" in wish:
            with self.companies[0].lock:
                return {"made": dealings.DOCUMENTS[wish["deal"]](self.companies[0])}
        if "count" in wish:
            return asdict(self.count())
        for wire in (self.shop_wire, *self.sage_wires):
            wire.clear_log()
        return {}

    def place(self, count: int, seed: int, ago: timedelta, choices: dict[str, str]) -> dict[str, Any]:
        """Orders of a while ago."""
        with self.shop.lock:
            self.clock.set(self.clock.now() - ago)
            placed = len(buy(self.shopper, count, seed, choices=choices))
            self.clock.set(SystemClock().now())
        return {"placed": placed}

    def count(self) -> Count:
        """Requests, and the companies' orders by the hub's own key."""
        orders, doubled, sage = 0, 0, Counter[str]()
        for company, wire in zip(self.companies, self.sage_wires, strict=True):
            with company.lock:
                keys = Counter(order.external_key for order in company.orders.table)
            orders += keys.total()
            doubled += sum(many - 1 for key, many in keys.items() if key)
            sage.update(wire.totals)
        return Count(shop=self.shop_wire.totals, sage=dict(sage), orders=orders, doubled=doubled)


class ByNumber:
    """WSGI over several apps: the first part of the path says which one."""

    def __init__(self, apps: Sequence[Any]) -> None:
        self._apps = apps

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """One request."""
        number, _, rest = environ["PATH_INFO"].removeprefix("/").partition("/")
        there = {**environ, "SCRIPT_NAME": f"/{number}", "PATH_INFO": f"/{rest}"}
        answered: Iterable[bytes] = self._apps[int(number)](there, start_response)
        return answered


if __name__ == "__main__":
    main()

"""A shop and a company served on this machine, and real `tidegate` processes between them.

The servers live in the process of the test, which therefore reads both systems' books directly. The
commands run under a fast clock where a test would wait for minutes.
"""

from __future__ import annotations

import json
import os
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet

from documents import check_output
from process.command import PATIENCE, Command
from process.gate import Gate, Moment
from process.hurried import FastClock
from tidegate.clock import SystemClock
from tidegate.config.model import Configuration
from tidegate.config.reading import load
from tidegate.engine import reports
from tidegate.engine.vault import LedgerVault
from tidegate.ledger import account, database
from tidegate.sage.rooms import SETTINGS
from tidegate.sage.tokens import Tokens, keep_tokens
from tidegate.simulation.products import USUAL
from tidegate.simulation.run import all_deliveries
from tidegate.simulation.settings import Settings, render
from tidegate_sandbox import checker, magento, sage200
from tidegate_sandbox.clock import SandboxClock
from tidegate_sandbox.erp.books import order_books
from tidegate_sandbox.erp.demo import demo_company
from tidegate_sandbox.faults import FaultPlan
from tidegate_sandbox.magento.shop import Shopper
from tidegate_sandbox.server import SandboxServer

BASE_PATH = "/uk/sage200/accounts/v1"
KEY = Fernet.generate_key().decode()
#: Widgets in shop and company.
ITEMS = 60
#: Orders that the company can take as they are.
KINDS = ("guest", "customer", "coupon", "no_tax", "configurable")


@dataclass
class Stage:
    """Both systems, and the hub's configuration; `folder` keeps ledgers, configurations and logs."""

    folder: Path
    seed: int = 1
    rate: float = 1.0
    ledger: str = ""
    differences: dict[str, Any] = field(default_factory=dict)
    patience: float = PATIENCE  #: seconds that anything may take

    def __post_init__(self) -> None:
        self.ledger = self.ledger or f"sqlite:///{self.folder / 'ledger.db'}"
        self.fast = None if self.rate == 1 else FastClock(datetime.now(UTC), time.monotonic(), self.rate)
        self.began = datetime.now(UTC)
        self.clock = SandboxClock.running(self.began, self.rate)
        self.shop, shop_wire = magento.build(
            self.clock, FaultPlan(self.seed), price_scope="website", widgets=ITEMS
        )
        self.company = demo_company(self.clock, seed=self.seed, base="USD", items=ITEMS)
        self.sage, sage_wire = sage200.build(self.clock, FaultPlan(self.seed + 1), self.company)
        self.shop_gate, self.sage_gate = Gate(shop_wire), Gate(sage_wire)
        # The server asks its app for no more than WSGI; the gate is such an app.
        self.shop_server = SandboxServer(self.shop_gate)  # type: ignore[arg-type]
        self.sage_server = SandboxServer(self.sage_gate)  # type: ignore[arg-type]
        self.register(12)
        self.shopper = Shopper(self.shop, self.seed)
        self._random = random.Random(self.seed)
        self._commands: list[Command] = []
        self.config = self.folder / "tidegate.toml"

    def open(self) -> None:
        """Serve, write the configuration and sign in."""
        self.shop_server.start()
        self.sage_server.start()
        self.settings = Settings(
            **{
                "ledger": self.ledger,
                "shop_url": self.shop_server.url,
                "room": USUAL.room(self.sage_server.url, USUAL.editions[0], USUAL.credentials(self.sage)),
                "websites": ("base",),
                "currency": "USD",
                "time_zone": "America/Detroit",
                "since": (self.began - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ"),
                "every_orders": "1s",
                "every_status": "1d",
                "window": "",
                "overlap_minutes": 1,
                "lag_seconds": 0,
                "settle_minutes": 0,
                **self.differences,
            }
        )
        self.configure()
        self.sign_in()

    def close(self) -> None:
        """End every process by its own handle, then the servers."""
        for command in self._commands:
            command.end()
        self.shop_server.stop()
        self.sage_server.stop()
        database.close()

    # --- the hub ---------------------------------------------------------------------------------

    def configure(self, name: str = "tidegate.toml", **differences: Any) -> Path:
        """Write a configuration; `differences` are those of `Settings`."""
        path = self.folder / name
        path.write_text(render(replace(self.settings, **differences)), encoding="utf-8")
        path.chmod(0o600)
        return path

    @property
    def secrets(self) -> dict[str, str]:
        """The environment that the configuration refers to."""
        keys, credentials = self.shop.integrations["hub"], self.sage.credentials
        return {
            "TIDEGATE_KEY": KEY,
            "SHOP_CONSUMER_KEY": keys.consumer_key,
            "SHOP_CONSUMER_SECRET": keys.consumer_secret,
            "SHOP_ACCESS_TOKEN": keys.access_token,
            "SHOP_ACCESS_TOKEN_SECRET": keys.access_token_secret,
            "SAGE_CLIENT_ID": credentials.client_id,
            "SAGE_CLIENT_SECRET": credentials.client_secret,
            "SAGE_SUBSCRIPTION_KEY": credentials.subscription_key,
        }

    def start(self, *words: str, config: Path | None = None, far: bool = False) -> Command:
        """Start a command and go on; a `far` one is as on another machine."""
        log = self.folder / f"{len(self._commands):03}-{words[0]}"
        reported = ["--config", str(config or self.config), *words]
        command = Command(reported, {**os.environ, **self.secrets}, log, self.fast, far=far)
        self._commands.append(command)
        return command

    def run(self, config: Path | None = None) -> Command:
        """Start `tidegate run`."""
        return self.start("--debug", "run", "--json", config=config)

    def call(self, *words: str, code: int = 0, config: Path | None = None) -> Command:
        """Carry a command out and insist on its exit code."""
        command = self.start(*words, config=config)
        command.wait(code)
        return command

    def json(self, *words: str, code: int = 0, config: Path | None = None) -> Any:
        """A command's `--json` document."""
        printed = self.call(*words, "--json", code=code, config=config).stdout
        check_output([*words, "--json"], printed)
        return json.loads(printed)

    def cycle(self, flow: str = "orders", *, config: Path | None = None) -> dict[str, int]:
        """One cycle by hand, now; its counts."""
        counts: dict[str, int] = self.json("cycle", flow, "--now", config=config)["counts"]
        return counts

    @contextmanager
    def ledger_open(self, config: Path | None = None) -> Iterator[Configuration]:
        """The ledger, opened in the process of the test: for the hub's own reports, without a process each."""
        loaded = load(config or self.config, environment={**os.environ, **self.secrets}, settings=SETTINGS)
        database.open_ledger(loaded.configuration.hub.ledger)
        try:
            database.ensure_ready()
            yield loaded.configuration
        finally:
            database.close()

    def orders(self, config: Path | None = None) -> list[dict[str, Any]]:
        """Every order's delivery, as the hub tells it."""
        with self.ledger_open(config):
            return [each for each in all_deliveries(self.clock.now()) if each["step"] == "order"]

    def sign_in(self, config: Path | None = None) -> None:
        """A person signs in at Sage, in the browser."""
        pair = self.sage.sign_in()
        now = self.clock.now()
        with self.ledger_open(config):
            ends = now + timedelta(seconds=pair.expires_in)
            tokens = Tokens(pair.access_token, pair.refresh_token or "", now, ends, signed_in_at=now)
            keep_tokens(LedgerVault(KEY, "test", SystemClock()), "sage", tokens)

    def live_until(self, number: int, moment: Moment, orders: int = 6) -> None:
        """Orders come in, a hub is started, and killed at the order of this number."""
        self.sell(orders)
        request = self.sage_gate.catch(number, moment)
        run = self.run()
        request.wait()
        run.kill()
        self.sage_gate.wait_until_quiet()

    # --- the shop and the company -------------------------------------------------------------------

    def register(self, count: int) -> None:
        """People whom the company does not know open accounts in the shop."""
        table = self.shop.customers
        like = next(row for row in table.all() if row["website_id"] == 1)
        for _ in range(count):
            number = table.next_id()
            table.put({**like, "id": number, "email": f"buyer{number}@example.com", "addresses": []})

    def sell(self, count: int) -> list[int]:
        """Shoppers order; their entity ids."""
        placed = [self.shopper.place_order(self._random.choice(KINDS)) for _ in range(count)]
        self.sold_at = self.clock.now()
        return placed

    @property
    def sold(self) -> int:
        """Orders in the shop that belong in the company."""
        return len(self.shop.orders.all())

    @property
    def booked(self) -> int:
        """Orders in the company that came from the shop, doubled ones counted twice: asked fifty times a second."""
        return sum(map(len, order_books(self.company)["orders_by_key"].values()))

    def wait_for(self, condition: Callable[[], bool], what: str, patience: float | None = None) -> None:
        """Look again and again until it is so."""
        patience = self.patience if patience is None else patience
        deadline = time.monotonic() + patience
        while not condition():
            assert time.monotonic() < deadline, f"{what}: not within {patience:.0f} s\n{self.reported()}"
            time.sleep(0.02)

    def reported(self) -> str:
        """What the last command has said, for a failing test."""
        last = self._commands[-1]
        return f"{' '.join(last.words[-3:])}\n{last.stdout[-2000:]}\n{last.stderr[-4000:]}"

    def wait_until_settled(self, config: Path | None = None) -> None:
        """Wait until a running hub has confirmed every order."""
        self.wait_for(lambda: self.booked >= self.sold, "every order is in the company")
        with self.ledger_open(config):
            self.wait_for(lambda: self.confirmed == self.sold, "every order is confirmed")

    def wait_until_noted(self) -> None:
        """Wait until a running hub has told the shop every number, and knows it."""
        with self.ledger_open():
            self.wait_for(lambda: self.noted == self.sold, "every number and comment is in the shop")

    @property
    def noted(self) -> int:
        """Orders of which the shop has been told everything, while the ledger is open."""
        return min(account.account("web", "order-status", step).confirmed for step in ("number", "comment"))

    @property
    def confirmed(self) -> int:
        """Orders that the hub has confirmed, while its ledger is open."""
        return account.account("web", "orders", "order").confirmed

    def cycle_until_settled(self, config: Path | None = None, most: int = 3) -> None:
        """Cycles by hand until every order is confirmed."""
        self.wait_for(self.sold_is_readable, "a second passes")
        for _ in range(most):
            self.cycle(config=config)
            with self.ledger_open(config):
                if self.confirmed == self.sold:
                    return
        raise AssertionError(f"not settled after {most} cycles\n{self.reported()}")

    def sold_is_readable(self) -> bool:
        """Reads end before the shop's present second: an order is in them when its second is over."""
        return self.clock.now() >= self.sold_at.replace(microsecond=0) + timedelta(seconds=1)

    def check(self, *, notes: bool = False, config: Path | None = None) -> None:
        """Both systems' books against the hub's reports: nothing lost, doubled or unexplained."""
        now = self.clock.now()
        with self.ledger_open(config) as configuration:
            reported = reports.status(configuration, now)
            deliveries = all_deliveries(now)
        accounts = [
            {"flow": flow, "step": step, **counted}
            for connection in reported["connections"].values()
            for flow, each in connection["flows"].items()
            for step, counted in each["steps"].items()
        ]
        terms = checker.Terms(
            store="main",
            store_ids=frozenset({1, 4}),
            since=self.began - timedelta(hours=1),
            states=frozenset({"new", "processing", "complete"}),
            statuses_never=frozenset(
                {"pending_payment", "payment_review", "holded", "fraud", "canceled", "closed"}
            ),
            currency="USD",
            order_currencies={1: "USD", 4: "USD", 2: "GBP", 3: "EUR"},
            notes=notes,
            comment=notes,
        )
        if not notes:
            deliveries = [each for each in deliveries if each["flow"] == "orders"]
        company = self.company.books()
        verdict = checker.check(self.shop.books(), company, deliveries, accounts, terms)
        assert verdict.violations == []
        assert (verdict.orders, verdict.lost, verdict.doubled, verdict.unexplained) == (self.sold, 0, 0, 0)
        assert reported["adds_up"]
        assert reported["connections"]["web"]["halted"] is None
        assert [each for each in deliveries if each["state"] != "confirmed"] == []
        created = [each["key"] for each in company["customers"] if each["key"]]
        assert len(created) == len(set(created)), "an account was created twice"

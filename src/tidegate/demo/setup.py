"""The setup: a simulated shop and a simulated Sage as real servers, and a folder with a real `tidegate.toml`."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet

from tidegate.demo.hub_setup import HubSetup
from tidegate.demo.story import (
    BUFFER,
    CLOSED_MINUTES,
    COMPANY,
    CONNECTION,
    START,
    STATUSES,
    WINDOW_CLOSES,
    WINDOW_OPENS,
)
from tidegate.sage.vault import Vault
from tidegate.simulation.houses.house import House
from tidegate.simulation.place import Place, place_of
from tidegate.simulation.settings import Settings, pairs, render
from tidegate_sandbox import magento
from tidegate_sandbox.clock import SandboxClock
from tidegate_sandbox.faults import Fault, FaultPlan
from tidegate_sandbox.server import SandboxServer
from tidegate_sandbox.wire import Wire

WINDOW = f"""
[[companies.{COMPANY}.closed]]
rule = "FREQ=DAILY;BYHOUR={{hour}};BYMINUTE={{minute}};BYSECOND=0"
minutes = {{minutes}}
reason = "nightly backup"
"""
#: The flows from Sage to the shop, and how often each runs.
CADENCES = {
    "shipments": "30m",
    "inventory": "30m",
    "prices": "1h",
    "customers": "2h",
    "registrations": "2h",
    "products": "2h",
    "invoices": "30m",
    "payments": "30m",
    "credits": "30m",
}
STOCK = f"""
[connections.{CONNECTION}.stock]
warehouses = {{{{ {{warehouses}} }}}}
buffer = "{BUFFER:%}"
"""
BACK = f"""
[connections.{CONNECTION}.statuses]
{chr(10).join(f'"{name}" = "{status}"' for name, status in STATUSES.items())}

[connections.{CONNECTION}.reconcile]
every = "1h"
"""
#: The backup itself keeps this distance from both ends of the announced window, as backups do.
MARGIN = timedelta(minutes=5)


@dataclass(eq=False, kw_only=True)
class Setup(HubSetup):
    """Both systems, serving; their clock stands still until it is moved."""

    house: House
    shop: magento.MagentoStore
    shop_wire: Wire
    shopper: magento.Shopper
    sage: Any  #: the simulated product
    sage_wire: Wire
    shop_url: str
    sage_url: str
    key: str
    locked: tuple[datetime, datetime]  #: the backup itself, within the announced window
    place: Place
    connection: str = CONNECTION
    company: str = COMPANY
    accounts: Mapping[str, str] = field(default_factory=dict)  #: the shop's id of a customer -> account

    @property
    def dies_of(self) -> str:
        """The product whose order the hub's process does not survive."""
        return self.house.name

    def write_configuration(self) -> None:
        """A `tidegate.toml` as a merchant would have it; secrets stay in the environment."""
        opens = WINDOW_CLOSES.astimezone(self.place.zone)
        window = WINDOW.format(hour=opens.hour, minute=opens.minute, minutes=CLOSED_MINUTES)
        self.keep_configuration(render(self.settings(window)) + self.way_back())

    def settings(self, window: str) -> Settings:
        """Of the hub, the store, the company and their connection."""
        house, place = self.house, self.place
        return Settings(
            ledger=f"sqlite:///{self.folder / 'ledger.db'}",
            shop_url=self.shop_url,
            room=house.room(self.sage_url, house.editions[0], house.credentials(self.sage)),
            product=house.name,
            websites=(place.website,),
            currency=place.currency,
            time_zone=place.zone.key,
            since=START.strftime("%Y-%m-%dT%H:%M:%SZ"),
            window=window,
            accounts=self.accounts,
        )

    def way_back(self) -> str:
        """The tables of the flows from Sage to the shop that the product has."""
        stock = STOCK.format(warehouses=pairs(self.place.sources))
        cadences = {flow: every for flow, every in CADENCES.items() if flow in self.house.flows}
        return stock + BACK + flows(cadences)

    def environment(self) -> dict[str, str]:
        """The secrets that the configuration points to, beside what this process has."""
        return {**os.environ, **self.store_secrets(), **self.house.environment(self.sage)}

    def store_secrets(self) -> dict[str, str]:
        """Those of the hub and the shop."""
        keys = self.shop.integrations["hub"]
        return {
            "TIDEGATE_KEY": self.key,
            "SHOP_CONSUMER_KEY": keys.consumer_key,
            "SHOP_CONSUMER_SECRET": keys.consumer_secret,
            "SHOP_ACCESS_TOKEN": keys.access_token,
            "SHOP_ACCESS_TOKEN_SECRET": keys.access_token_secret,
        }

    def let_in(self, vault: Vault) -> None:
        """Sage's tokens."""
        self.house.let_in(self.sage, vault, self.company, START)

    def poison(self, entity_id: int) -> None:
        """From now on every page that contains this order is an error."""
        self.shop_wire.faults.add(Fault("poison_order", None, options={"entity_id": entity_id}))

    def lose_an_answer(self) -> None:
        """The connection breaks after the next order: Sage has saved it, nobody hears of it."""
        sent = self.house.calls.order_sent
        self.sage_wire.faults.add(Fault("drop_after", 1, sent.method, sent.path, sent.body or None))


def flows(cadences: Mapping[str, str]) -> str:
    """The tables of these flows."""
    return "".join(
        f'\n[connections.{CONNECTION}.flows.{name}]\nevery = "{every}"\n' for name, every in cadences.items()
    )


@contextmanager
def staged(folder: Path, seed: int, house: House) -> Iterator[Setup]:
    """Build both systems and serve them on free ports of this machine until the block ends."""
    clock = SandboxClock.virtual(START)
    shop, shop_wire = magento.build(clock, FaultPlan(seed), price_scope="website")
    company = house.company(clock, seed=seed, base=place_of(house).currency)
    locked = (WINDOW_CLOSES + MARGIN, WINDOW_OPENS - MARGIN)
    company.window.between(*locked, "backup")
    sage, sage_wire = house.build(clock, FaultPlan(seed + 1), company)
    with SandboxServer(shop_wire) as shop_server, SandboxServer(sage_wire) as sage_server:
        yield Setup(
            house=house,
            seed=seed,
            folder=folder,
            sandbox_clock=clock,
            shop=shop,
            shop_wire=shop_wire,
            shopper=magento.Shopper(shop, seed),
            sage=sage,
            sage_wire=sage_wire,
            shop_url=shop_server.url,
            sage_url=sage_server.url,
            key=Fernet.generate_key().decode(),
            locked=locked,
            place=place_of(house),
        )

"""Everything outside the hub: the shop, the company, the wire between, and the clock they share."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
from cryptography.fernet import Fernet

from tidegate.clock import Clock
from tidegate.config.reading import loads
from tidegate.engine.hub import Hub, Surroundings, open_hub
from tidegate.ledger import database
from tidegate.sage.rooms import SETTINGS
from tidegate.simulation import odd_skus
from tidegate.simulation.crashes import Crashes, MortalTransport
from tidegate.simulation.houses.house import House
from tidegate.simulation.observer import Observer
from tidegate.simulation.products import USUAL
from tidegate.simulation.settings import Settings, render
from tidegate.transport import ClientFactory
from tidegate_sandbox import magento
from tidegate_sandbox.clock import SandboxClock
from tidegate_sandbox.faults import FaultPlan
from tidegate_sandbox.inprocess import HostsTransport, InProcessTransport
from tidegate_sandbox.magento.catalogue import WIDGETS, Product
from tidegate_sandbox.magento.shop import Shopper
from tidegate_sandbox.magento.stock import SourceItem

SHOP = "magento.sandbox"
#: Which websites a company of this country serves: (website, its store views, company currency, time zone).
COUNTRIES: dict[str, tuple[str, frozenset[int], str, str]] = {
    "us": ("base", frozenset({1, 4}), "USD", "America/Detroit"),
    "uk": ("b2b", frozenset({2, 3}), "GBP", "Europe/London"),
}
WEBSITE_IDS = {"us": 1, "uk": 2}
ORDER_CURRENCIES = {1: "USD", 4: "USD", 2: "GBP", 3: "EUR"}
KEY = Fernet.generate_key().decode()


class SharedClock(Clock):
    """The hub's view of the sandbox's clock: a slow answer costs the hub time, too.

    The hub's machine may have a wrong clock, the world's time goes on: `error` says by how much it is wrong.
    """

    def __init__(self, clock: SandboxClock, error: Callable[[], timedelta] = timedelta) -> None:
        self._clock = clock
        self._start = clock.now()
        self._error = error

    def now(self) -> datetime:
        return self._clock.now() + self._error()

    def monotonic(self) -> float:
        return (self._clock.now() - self._start).total_seconds()

    def wait(self, seconds: float, until: threading.Event | None = None) -> bool:
        if until is not None and until.is_set():
            return True
        self._clock.advance(max(seconds, 0.0))
        return False


@dataclass
class World:
    """One sandbox with one hub's surroundings; hubs come and go over one ledger."""

    seed: int
    country: str
    clock: SandboxClock
    shop: magento.MagentoStore
    shop_wire: Any
    sage: Any
    sage_wire: Any
    shopper: Shopper
    settings: Settings
    crashes: Crashes
    transport: httpx.BaseTransport
    observer: Observer
    house: House = USUAL
    items: int = WIDGETS  #: widgets that both sides have
    skus: odd_skus.Names = field(default_factory=dict)  #: of those that are called otherwise
    lives: int = 0
    alone: bool = True  #: whether no other hub has worked on shop and company
    orders_unseen: int = 0  #: counted by the simulator, but sent by another hub
    clock_error: timedelta = timedelta(0)  #: by how much the clock of the hub's machine is wrong
    call: Callable[..., int] = lambda _headers, _body, _path="": 0
    """A product calls the hub (headers, body, path behind the bell): the status of its answer, 0 where no hub runs."""

    def open_hub(self) -> Hub:
        """A process: the production code over the ledger as it stands."""
        self.lives += 1
        path = Path("simulated.toml")
        loaded = loads(render(self.settings), path=path, environment=self.environment(), settings=SETTINGS)
        around = Surroundings(
            clock=SharedClock(self.clock, lambda: self.clock_error),
            factory=ClientFactory(transport=self.transport, clock=SharedClock(self.clock)),
            chance=random.Random(f"{self.seed}/{self.lives}"),
            holder=f"life-{self.lives}",
            environment=self.environment(),
            durability="off",
        )
        hub = open_hub(loaded.configuration, around)
        database.set_trip(self.crashes.trip)
        return hub

    def register(self, count: int) -> list[int]:
        """So many people whom the company does not know open accounts in the shop; their ids."""
        table = self.shop.customers
        website = WEBSITE_IDS[self.country]
        like = next(row for row in table.all() if row["website_id"] == website)
        ids = []
        for _ in range(count):
            ids.append(table.next_id())
            table.put({**like, "id": ids[-1], "email": f"customer{ids[-1]}@example.com", "addresses": []})
        return ids

    def environment(self) -> dict[str, str]:
        """The secrets that the configuration points to."""
        keys = self.shop.integrations["hub"]
        return {
            "TIDEGATE_KEY": KEY,
            "SHOP_CONSUMER_KEY": keys.consumer_key,
            "SHOP_CONSUMER_SECRET": keys.consumer_secret,
            "SHOP_ACCESS_TOKEN": keys.access_token,
            "SHOP_ACCESS_TOKEN_SECRET": keys.access_token_secret,
            **self.house.environment(self.sage),
        }

    def sign_in(self, hub: Hub) -> None:
        """A person lets the hub in at Sage."""
        self.house.let_in(self.sage, hub.vault, "sage", self.clock.now())


def build_world(
    seed: int,
    ledger: str,
    start: datetime,
    *,
    country: str = "",
    colliding: bool = False,
    service_time: float = 0.0,
    items: int = WIDGETS,
    skus: odd_skus.Names | None = None,
    house: House = USUAL,
    **differences: Any,
) -> World:
    """A shop and a company of one country, and the settings of a hub between them.

    `ledger` is the ledger's address; `service_time` the seconds that a call to Sage takes; `items` how many
    of the shop's widgets both sides have, `skus` the names of those that are called otherwise. Without a `country` it
    is the first that the product's company can be of.
    """
    country = country or house.countries[0]
    website, _, currency, time_zone = COUNTRIES[country]
    clock = SandboxClock.virtual(start)
    shop_faults, sage_faults = FaultPlan(seed), FaultPlan(seed + 1)
    shop, shop_wire = magento.build(
        clock, shop_faults, price_scope=differences.get("price_scope", "website"), widgets=items
    )
    shop.configure(version=differences.get("magento"))
    if "hub" not in shop.integrations:
        shop.access.add("hub")
    shop.customers.attributes |= {code: code for code in differences.get("attributes", {}).values()}
    shop.msi = differences.get("msi", True)
    shop.tier_prices = differences.get("tier_prices", True)
    company = house.company(clock, seed=seed, base=currency, items=items)
    odd_skus.rename(shop, company, skus or {})
    company.lock_daily(time(1), 120)  # announced: the hub's calendar knows this one
    sage, sage_wire = house.build(clock, sage_faults, company)
    for wire in (shop_wire, sage_wire):
        clock.attend(wire.next_due, wire.settle)
    crashes = Crashes()
    hosts = HostsTransport(
        {
            SHOP: InProcessTransport(shop_wire),
            house.host: InProcessTransport(sage_wire, service_time=lambda method, path: service_time),
        }
    )
    observer = Observer(hosts, clock)
    edition = differences.pop("edition", house.editions[0])
    settings = Settings(
        ledger=ledger,
        shop_url=f"https://{SHOP}",
        room=house.room(f"https://{house.host}", edition, house.credentials(sage)),
        product=house.name,
        websites=(website,),
        currency=currency,
        time_zone=time_zone,
        **differences,
    )
    for sku in settings.skip_skus:
        sell_beside(shop, sku)
    return World(
        seed=seed,
        country=country,
        clock=clock,
        shop=shop,
        shop_wire=shop_wire,
        sage=sage,
        sage_wire=sage_wire,
        shopper=Shopper(shop, seed, colliding_increments=colliding),
        settings=settings,
        crashes=crashes,
        transport=MortalTransport(observer, crashes),
        observer=observer,
        house=house,
        items=items,
        skus=skus or {},
    )


def sell_beside(shop: magento.MagentoStore, sku: str) -> None:
    """The shop has a product that is bought with others only, plenty of it everywhere; the company has not."""
    shop.catalogue.put(Product(shop.catalogue.next_id(), sku, "Gift box", "simple", Decimal(3), visibility=1))
    for source in shop.stock.sources:
        shop.stock.put(SourceItem(sku, source, Decimal(5000), 1))

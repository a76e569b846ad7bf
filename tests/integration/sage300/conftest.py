"""One Sage 300 server with two companies, one store with a website for each, and a hub between them."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from integration.flows.stage import ITEMS, PAUSE, START
from tidegate.config.reading import loads
from tidegate.domain.states import State
from tidegate.engine.cycles import Report, run_cycle
from tidegate.engine.hub import Hub, Surroundings, open_hub
from tidegate.ledger import lookups
from tidegate.sage.rooms import SETTINGS
from tidegate.simulation.houses.sage300 import SAGE_300
from tidegate.simulation.settings import Settings, hub, tie
from tidegate.simulation.world import KEY, SHOP, SharedClock
from tidegate.transport import ClientFactory
from tidegate_sandbox import magento
from tidegate_sandbox.clock import SandboxClock
from tidegate_sandbox.faults import FaultPlan
from tidegate_sandbox.inprocess import HostsTransport, InProcessTransport
from tidegate_sandbox.magento.further_websites import open_website

#: What the company in Canada has otherwise than the one in the United States.
CANADA = {
    "companies.sage": "companies.canada",
    "connections.web": "connections.canada",
    'company = "sage"': 'company = "canada"',
    '"SAMLTD"': '"SAMINC"',
    '"Sample Company Ltd."': '"Sample Company Inc."',
    '"WEBTAX"': '"CATAX"',
    'location = "1"': 'location = "T1"',
    'warehouse = "1"': 'warehouse = "T1"',
}


@dataclass
class Two:
    """Both companies, the store, and a hub between them."""

    clock: SandboxClock
    shop: Any
    shopper: Any
    face: Any
    wire: Any
    hub: Hub
    configuration: Any
    again: Callable[[], Hub]  #: a new process opens the hub

    def restart(self) -> None:
        """The hub's process ends, and another one takes over."""
        self.hub.close()
        self.hub = self.again()

    def order(self, view: str) -> int:
        """A guest orders two pieces in this store view."""
        return int(self.shopper.place_order("guest", lines=(("HUB-0001", 2),), store_view=view))

    def cycle(self, connection: str, after: timedelta = PAUSE) -> Report:
        """Time passes, then one cycle of `orders`."""
        self.clock.advance(after.total_seconds())
        return run_cycle(self.hub, self.hub.connections[connection], "orders")

    def state(self, entity_id: int) -> State:
        """Where an order stands."""
        found = lookups.step_of_document("main", entity_id, "orders", "order")
        assert found is not None
        return found.state

    def booked(self, company_id: str) -> dict[str, Any]:
        """The orders in the books of one company, by our key."""
        orders = self.face.site.databases[company_id].company.orders.table
        return {one.external_key: one for one in orders}


@pytest.fixture
def two(tmp_path: Path, migrated: Path) -> Iterator[Two]:
    shutil.copy(migrated, tmp_path / "ledger.db")
    clock = SandboxClock.virtual(START)
    shop, shop_wire = magento.build(clock, FaultPlan(1), price_scope="website", widgets=ITEMS)
    open_website(shop, "canada", "Canada", like="base", currency="CAD")
    company = SAGE_300.company(clock, items=ITEMS)
    face, wire = SAGE_300.build(clock, FaultPlan(2), company)
    keys = shop.integrations.get("hub") or shop.access.add("hub")
    environment = {
        "TIDEGATE_KEY": KEY,
        "SHOP_CONSUMER_KEY": keys.consumer_key,
        "SHOP_CONSUMER_SECRET": keys.consumer_secret,
        "SHOP_ACCESS_TOKEN": keys.access_token,
        "SHOP_ACCESS_TOKEN_SECRET": keys.access_token_secret,
        **SAGE_300.environment(face),
    }
    common = {
        "ledger": f"sqlite:///{tmp_path / 'ledger.db'}",
        "shop_url": f"https://{SHOP}",
        "room": SAGE_300.room(f"https://{SAGE_300.host}", "", {}),
        "product": SAGE_300.name,
        "window": "",
    }
    here = Settings(**common, websites=("base",), currency="USD", time_zone="America/Detroit")
    there = Settings(**common, websites=("canada",), currency="CAD", time_zone="America/Toronto")
    text = tie(there)
    for old, new in CANADA.items():
        assert old in text, old
        text = text.replace(old, new)
    loaded = loads(
        hub(here) + tie(here) + text, path=Path("two.toml"), environment=environment, settings=SETTINGS
    )
    hosts = HostsTransport({SHOP: InProcessTransport(shop_wire), SAGE_300.host: InProcessTransport(wire)})
    around = Surroundings(
        clock=SharedClock(clock),
        factory=ClientFactory(transport=hosts, clock=SharedClock(clock)),
        chance=random.Random(1),
        holder="test",
        environment=environment,
        durability="off",
    )

    def again() -> Hub:
        return open_hub(loaded.configuration, around)

    made = Two(clock, shop, magento.Shopper(shop, 1), face, wire, again(), loaded.configuration, again)
    yield made
    made.hub.close()

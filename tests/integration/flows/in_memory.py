"""A shop and a company in memory, for tests of rules: nothing of a Sage product's simulator is started.

The hub is opened as always; before it makes a call, the company of its connection is replaced.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from types import SimpleNamespace
from typing import Any, TypeVar

from integration.flows.stage import CONNECTION, ITEMS, START, Stage
from tidegate.conformance.memory.books import Books
from tidegate.conformance.memory.calls import Calls, Trouble
from tidegate.conformance.memory.company import MemoryCompany
from tidegate.conformance.memory.files import Platform
from tidegate.conformance.memory.handed_over import FiledOrders
from tidegate.conformance.memory.requests import Requests
from tidegate.conformance.memory.switches import Switches
from tidegate.domain.errors import Failure
from tidegate.engine import reports
from tidegate.engine.hub import Hub
from tidegate.simulation.crashes import Crashes, MortalTransport
from tidegate.simulation.observer import Observer
from tidegate.simulation.products import USUAL
from tidegate.simulation.settings import Settings
from tidegate.simulation.world import COUNTRIES, SHOP, SharedClock, World
from tidegate_sandbox import magento
from tidegate_sandbox.clock import SandboxClock
from tidegate_sandbox.faults import FaultPlan
from tidegate_sandbox.inprocess import HostsTransport, InProcessTransport
from tidegate_sandbox.magento.shop import Shopper

T = TypeVar("T")
NOMINAL = {"4010": "Shirts", "4905": "Fees", "7900": "Rounding"}


def build_shop(ledger: str) -> World:
    """The shop in dollars of the other stages, and nothing that answers for Sage."""
    website, _, currency, time_zone = COUNTRIES["us"]
    clock = SandboxClock.virtual(START)
    shop, wire = magento.build(clock, FaultPlan(11), price_scope="website", widgets=ITEMS)
    if "hub" not in shop.integrations:
        shop.access.add("hub")
    crashes = Crashes()
    observer = Observer(HostsTransport({SHOP: InProcessTransport(wire)}), clock)
    words = dict.fromkeys(
        ("client_id", "client_secret", "subscription_key", "site_id", "company_id"), "unused"
    )
    nobody = SimpleNamespace(credentials=SimpleNamespace(**words), company=None)
    nothing = SimpleNamespace(settle=lambda: None, faults=FaultPlan(12))
    settings = Settings(
        ledger=ledger,
        shop_url=f"https://{SHOP}",
        room=USUAL.room("https://nowhere.invalid", USUAL.editions[0], words),
        websites=(website,),
        currency=currency,
        time_zone=time_zone,
    )
    return World(
        seed=11,
        country="us",
        clock=clock,
        shop=shop,
        shop_wire=wire,
        sage=nobody,
        sage_wire=nothing,
        shopper=Shopper(shop, 11),
        settings=settings,
        crashes=crashes,
        transport=MortalTransport(observer, crashes),
        observer=observer,
    )


class MortalCalls(Calls):
    """Calls to the company, before and after each of which the process may die."""

    crashes: Crashes

    def read(self, kind: str, work: Callable[[], T]) -> T | Failure:
        """Ask something."""
        self.crashes.point("send-before")
        answer = super().read(kind, work)
        self.crashes.point("send-after")
        return answer

    def write(self, kind: str, work: Callable[[], T], content: str = "") -> T | Failure:
        """Change something."""
        self.crashes.point("send-before")
        answer = super().write(kind, work, content)
        self.crashes.point("send-after")
        return answer


class MemoryStage(Stage):
    """A stage whose company is in memory; `switches` say how it does things, and may be changed by `turn`."""

    def __init__(self, world: World, **switches: Any) -> None:
        self.world, self.country = world, "us"
        self.shop, self.shopper = world.shop, world.shopper
        self._rules: dict[str, Any] = {}
        self._from = 0
        self.switches = Switches(**{"seats": 1, **switches})
        self.books = Books(SharedClock(world.clock))
        self.platform = Platform()
        self._furnish()
        self.hub = self.started(world.open_hub())

    def _furnish(self) -> None:
        self.books.currency = "USD"
        self.books.taxes["6"] = Decimal(6)
        self.books.nominal |= NOMINAL
        self.books.open_account("WEB", "Web shop customers", currency="USD")
        for sku in self.shop.catalogue.products():
            self.books.add_product(sku)

    def started(self, hub: Hub) -> Hub:
        """With the company in memory in the place of the configured one."""
        self.room = MemoryCompany("sage", hub.clock, self.switches, books=self.books, platform=self.platform)
        calls = self.room.calls_made = self.room.inside.calls_made = MortalCalls(hub.clock)
        calls.crashes = self.world.crashes
        hub.companies[hub.connections[CONNECTION].settings.company].close()
        hub.companies["sage"] = self.room
        hub.connections[CONNECTION].company = self.room
        return super().started(hub)

    def turn(self, **switches: Any) -> None:
        """The company does things in another way from now on."""
        self.switches = replace(self.switches, **switches)
        self.reopen()

    def work(self) -> None:
        """The company's people switch their machine on: it works on everything that lies there."""
        FiledOrders(self.room.inside).work()
        Requests(self.room.inside).work()

    def inject(self, on: str, heard: Failure, **how: Any) -> None:
        """The next call of this kind goes wrong."""
        self.room.calls_made.troubles.append(Trouble(on, heard, **how))

    def number_orders(self) -> None:
        """The company's people number what has no number yet."""
        self.books.number_orders()

    def in_sage(self, entity_id: int) -> list[dict[str, Any]]:
        """The company's orders that carry the order's key."""
        return [
            {"number": one.number, "gross": str(one.gross), "status": one.status.value}
            for one in self.books.with_key(f"magento:main:{entity_id}")
        ]

    def listen(self) -> None:
        """From here on calls are counted."""
        self.world.shop_wire.clear_log()
        self._from = self.room.calls

    def sage_calls(self, method: str = "", path: str = "") -> list[str]:
        """Kinds of calls to the company since `listen`."""
        kinds: Sequence[str] = self.room.calls_made.log[self._from :]
        return list(kinds)

    def check(self) -> None:
        """The account adds up, and no key has two orders."""
        told = reports.status(self.hub.configuration, self.now)
        assert told["adds_up"], told
        keys = [one.key for one in self.books.orders.values() if one.key]
        assert len(keys) == len(set(keys))

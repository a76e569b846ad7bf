"""A shop and a company in memory, for tests of rules: nothing of a Sage product's simulator is started.

The hub is opened as always; before it makes a call, the company of its connection is replaced.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any, TypeVar

from integration.flows.company import Company, furnish
from integration.flows.stage import CONNECTION, ITEMS, START, Stage
from tidegate.conformance.memory.books import STOCKED, Books
from tidegate.conformance.memory.calls import Calls, Trouble
from tidegate.conformance.memory.company import MemoryCompany
from tidegate.conformance.memory.files import Platform
from tidegate.conformance.memory.handed_over import FiledOrders
from tidegate.conformance.memory.requests import Requests
from tidegate.conformance.memory.shown import shown_orders
from tidegate.conformance.memory.switches import Switches
from tidegate.conformance.memory.troubles import trouble_of
from tidegate.domain.errors import Failure
from tidegate.domain.fulfilment.sage_documents import SalesInvoice
from tidegate.engine.hub import Hub
from tidegate.sage.port.company import Company as Room
from tidegate.simulation.crashes import Crashes
from tidegate.simulation.products import USUAL
from tidegate.simulation.world import SharedClock, World, build_world
from tidegate_sandbox.clock import SandboxClock
from tidegate_sandbox.faults import FaultPlan

T = TypeVar("T")
NOBODY = dict.fromkeys(("client_id", "client_secret", "subscription_key", "site_id", "company_id"), "unused")


def company_in_memory(clock: Any, *, seed: int, base: str, items: int) -> Company:
    """As the simulated products make theirs."""
    books = Books(SharedClock(clock))
    furnish(books, base, items)
    return Company(books)


def no_wire(clock: SandboxClock, faults: FaultPlan, company: Company) -> tuple[Any, Any]:
    """Nothing answers for Sage, and nobody calls."""
    wire = SimpleNamespace(clock=clock, faults=faults, settle=lambda: None, next_due=lambda: None)
    return SimpleNamespace(company=company), wire


IN_MEMORY = replace(
    USUAL, company=company_in_memory, build=no_wire, credentials=lambda sage: NOBODY, let_in=lambda *_: None
)
"""A house without a simulator: its configuration names a product whose room is replaced before it makes a call."""


def build_shop(ledger: str, country: str = "us", *, items: int = ITEMS, **differences: Any) -> World:
    """The shop of the other stages, and nothing that answers for Sage."""
    return build_world(11, ledger, START, country=country, items=items, house=IN_MEMORY, **differences)


class MortalCalls(Calls):
    """Calls to the company, before and after each of which the process may die."""

    crashes: Crashes
    heard: list[tuple[datetime, str]]  #: every process's, with the time at which each was made

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

    def _begin(self, kind: str, content: str = "") -> Trouble | Failure | None:
        self.heard.append((self.clock.now(), kind))
        return super()._begin(kind, content)


class MemoryStage(Stage):
    """A stage whose company is in memory; `switches` say how it does things, and may be changed by `turn`."""

    def __init__(self, world: World, country: str = "us", **switches: Any) -> None:
        self.switches = Switches(**{"seats": world.settings.seats, **switches})
        self.books = world.sage.company.kept
        self.platform = Platform()
        self.calls: list[tuple[datetime, str]] = []
        self._way = Calls(self.books.clock)  # what stands in the way of calls outlives a process
        super().__init__(world, country)

    def started(self, hub: Hub) -> Hub:
        """With the company in memory in the place of the configured one."""
        self.room = MemoryCompany("sage", hub.clock, self.switches, books=self.books, platform=self.platform)
        calls = MortalCalls(
            hub.clock,
            locked=self._way.locked,
            forbidden=self._way.forbidden,
            troubles=self._way.troubles,
            a_minute=self.switches.calls_a_minute,
            late=self._way.late,
        )
        self._way = self.room.calls_made = self.room.inside.calls_made = calls
        calls.crashes, calls.heard = self.world.crashes, self.calls
        return super().started(with_company(hub, self.room))

    def turn(self, **switches: Any) -> None:
        """The company does things in another way from now on."""
        self.switches = replace(self.switches, **switches)
        self.next_process()

    def work(self) -> None:
        """The company's people switch their machine on: it works on everything that lies there."""
        FiledOrders(self.room.inside).work()
        Requests(self.room.inside).work()

    def order_books(self) -> dict[str, Any]:
        """Of the company's books, the orders."""
        return shown_orders(self.books)

    def inject(self, on: str, heard: Failure, **how: Any) -> None:
        """The next call of this kind goes wrong."""
        self._way.troubles.append(Trouble(on, heard, **how))

    def break_sage(self, kind: str, times: int | None = 1, *, on: str = "", **options: Any) -> None:
        """Calls of the kind `on`, or all, meet what a fault of a wire comes to."""
        met = trouble_of(kind, on, times=times, **options)
        assert met is not None, kind
        self._way.troubles.append(met)

    def mend(self) -> None:
        """Every fault is over."""
        super().mend()
        self._way.troubles.clear()

    def lock(self) -> None:
        """The company is locked for a backup."""
        self._way.locked = True

    def unlock(self) -> None:
        """It is open again."""
        self._way.locked = False

    def in_plenty(self, placed: int) -> None:
        """All products of an order are there."""
        for line in self.company.order(self.only(placed)["number"]).lines:
            if line.is_stocked:
                self.company.stock_adjust(line.code, "HOME", to=STOCKED)

    def pay(self, invoice: SalesInvoice, value: Decimal | None = None) -> None:
        """The customer pays an invoice, or a part of it."""
        self.company.receipt(invoice.account, value or invoice.gross, invoice=invoice.number)

    def credit(self, order: Any, chosen: Any = None, *, returned: bool = False) -> Any:
        """So much of each line, by its id, is credited; all by default."""
        return self.company.credit(order, chosen, returned=returned)

    def shut(self, why: Failure | None) -> None:
        """The company's door does not open for this reason; None: it opens."""
        self.room.shut = why

    def number_orders(self) -> None:
        """The company's people number what has no number yet."""
        self.books.number_orders()

    def pass_time(self, span: Any) -> None:
        """Nothing else happens; what was late takes effect."""
        super().pass_time(span)
        self._way.settle()

    def listen(self) -> None:
        """From here on calls are counted."""
        self.world.shop_wire.clear_log()
        self.calls.clear()

    def sage_calls(self, *kinds: str) -> list[str]:
        """Kinds of calls to the company since `listen`: these, or all."""
        return [kind for _, kind in self.calls if not kinds or kind in kinds]


def with_company(hub: Hub, room: Room) -> Hub:
    """The hub with this company in the place of the configured one."""
    hub.companies[hub.connections[CONNECTION].settings.company].close()
    hub.companies["sage"] = hub.connections[CONNECTION].company = room
    return hub

"""Short, hand-written weeks: every event at its minute, every order of its kind.

The same simulation as of the seeded weeks, with the same judge; only the script is somebody's own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx

from tidegate.engine import alert_report
from tidegate.engine.cycles import Report, run_cycle
from tidegate.ledger import database
from tidegate.simulation.outside import Outside
from tidegate.simulation.place import place_of
from tidegate.simulation.products import LIVED, USUAL
from tidegate.simulation.run import CONNECTION, Simulation, fresh_ledger
from tidegate.simulation.week import Event, Week
from tidegate.simulation.world import World
from tidegate_sandbox.checker_calls import Call
from tidegate_sandbox.erp.customers import NewCustomer
from tidegate_sandbox.faults import Fault
from tidegate_sandbox.magento.prices import Tier, TierKey

#: A Monday, ten in the morning in Detroit and three in the afternoon in London: both companies are open.
START = datetime(2026, 3, 2, 15, tzinfo=UTC)
#: In 'us' worlds and 'uk' worlds; the country follows from the seed.
SEEDS = {"us": 0, "uk": 3}
SETTINGS: dict[str, Any] = {
    "unknown": "create",
    "comment": "hidden",
    "cancellation": "cancel",
    "every_orders": "1h",
    "every_status": "1h",
    "colliding": False,
    "window": "",
}

Finding = tuple[str, str]
"""What was found wrong: the promise, and the story."""
Check = Callable[["Scripted"], str]
"""A question of one script alone; "" when all is well."""


@dataclass(frozen=True)
class Script:
    """`events` are (minute, what, options); `checks` by the promise that they ask for."""

    events: tuple[tuple[float, str, dict[str, Any]], ...]
    minutes: float = 180
    country: str = "us"
    start: datetime = START
    settings: dict[str, Any] = field(default_factory=dict)
    settling: tuple[int, timedelta] = (3, timedelta(hours=1, minutes=1))
    checks: dict[str, Check] = field(default_factory=dict)
    sage: str = USUAL.name  #: the simulated product, or another way into one

    def week(self) -> Week:
        """The script as the simulation reads it."""
        return Week(
            seed=SEEDS[self.country],
            start=self.start,
            end=self.start + timedelta(minutes=self.minutes),
            events=tuple(
                Event(self.start + timedelta(minutes=minute), what, options)
                for minute, what, options in sorted(self.events, key=lambda event: event[0])
            ),
            settings={**SETTINGS, "edition": LIVED[self.sage].editions[0], **self.settings},
            house=LIVED[self.sage],
        )


class Watched(httpx.BaseTransport):
    """The wire of a process, watched for its next order: then something happens before it leaves."""

    def __init__(self, inner: httpx.BaseTransport) -> None:
        self._inner = inner
        self.meanwhile: Callable[[], object] | None = None

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """One request."""
        meanwhile = self.meanwhile
        if meanwhile is not None and request.method == "POST" and request.url.path.endswith("/sop_orders"):
            self.meanwhile = None
            meanwhile()
        return self._inner.handle_request(request)


class ScriptedOutside(Outside):
    """What the script says happens to exactly the order that it names, by its place (0 = the first)."""

    def __init__(self, world: World, country: str) -> None:
        super().__init__(world, country)
        self.watched = Watched(world.transport)
        world.transport = self.watched
        self.twins: list[Report] = []
        self.alarms: set[str] = set()

    def do_place(self, kind: str, **choices: Any) -> None:
        """A shopper orders."""
        at_home = place_of(self.world.house).choices
        self.placed.append(self.world.shopper.place_order(kind, **{**at_home, **choices}))

    def do_register(self) -> None:
        """Somebody opens an account and orders."""
        (customer,) = self.world.register(1)
        self.do_place("customer", customer=customer)

    def do_order_again(self, place: int) -> None:
        """The shopper of that order orders once more."""
        row = next(each for each in self.world.shop.orders.all() if each.entity_id == self.placed[place]).row
        self.do_place("customer", customer=row["customer_id"])

    def do_cancel_order(self, place: int) -> None:
        """The merchant cancels it."""
        assert self.world.shopper.cancel(self.placed[place])

    def do_ship_order(self, place: int) -> None:
        """The store's warehouse ships all of it, whatever the product says."""
        self.world.shopper.ship(self.placed[place])

    def do_edit_order(self, place: int) -> None:
        """The merchant edits it."""
        self.placed.append(self.world.shopper.edit_order(self.placed[place]))

    def do_set_state(self, place: int, state: str) -> None:
        """Somebody or something brings it into a state."""
        self.world.shopper.set_state(self.placed[place], state)

    def do_inject(self, system: str, kind: str, times: int | None = 1, **match: Any) -> None:
        """Something breaks; `match` are method, path, body and options of the fault."""
        self._wire(system).faults.add(Fault(kind, times, **match))

    def do_mend(self, system: str) -> None:
        """Everything there works again."""
        self._wire(system).faults.clear()

    def do_poison(self, place: int) -> None:
        """An order makes every page fail that contains it."""
        self._wire("magento").faults.add(
            Fault("poison_order", None, options={"entity_id": self.placed[place]})
        )

    def do_tier_by_hand(self, group_id: int) -> None:
        """The merchant asks less of a group for ten pieces of the first product."""
        key = TierKey(0, group_id, Decimal(10))
        self.world.shop.catalogue.prices.put_tier("HUB-0001", key, Tier(Decimal(5)))

    def do_account_by_hand(self) -> None:
        """Somebody opens an account in the company for the shop's newest customer."""
        newest = list(self.world.shop.books()["customers"].values())[-1]
        customers = self.world.sage.company.customers
        contact = customers.add_contact(customers.open(NewCustomer(code="BYHAND", name="By hand")))
        customers.add_point(contact, "email", newest["email"])

    def do_twin(self) -> None:
        """A second hub runs a cycle while the first one is about to send its next order."""

        def twin() -> None:
            hub = self.world.open_hub()
            self.twins.append(run_cycle(hub, hub.connections[CONNECTION], "orders"))

        self.watched.meanwhile = twin

    def do_other_hub(self) -> None:
        """A hub with a ledger of its own runs a cycle on the same shop and company."""
        world, settings = self.world, self.world.settings
        wires = (world.shop_wire, world.sage_wire)
        ours = [wire.log for wire in wires]
        database.close()
        ledger = Path(settings.ledger.removeprefix("sqlite:///"))
        world.settings = replace(settings, ledger=f"sqlite:///{fresh_ledger(ledger.parent, 'elsewhere.db')}")
        try:
            other = world.open_hub()
            world.sign_in(other)
            run_cycle(other, other.connections[CONNECTION], "orders")
        finally:
            database.close()
            world.settings = settings
            database.open_ledger(settings.ledger, durability="off")
            database.set_trip(world.crashes.trip)
            for wire, log in zip(wires, ours, strict=True):
                wire._log.clear()  # the checker asks about the calls of one hub
                wire._log.extend(log)

    def do_look_at_alarms(self) -> None:
        """Somebody looks at the open alerts and remembers their codes."""
        self.alarms |= {each["code"] for each in alert_report.alert_list(self.world.clock.now())["alerts"]}

    def do_die_with_next_order(self) -> None:
        """The process dies at its first commit after its next order has left."""
        self.watched.meanwhile = lambda: self.world.crashes.arm("commit", 0)


class Scripted(Simulation):
    """A script in the making; `findings` are the judge's, and those of the script's own checks."""

    retrying = retrying_back = timedelta(minutes=65)
    resting = resting_back = timedelta(minutes=100)
    outside: ScriptedOutside

    def __init__(self, script: Script, folder: Path, ledger: str = "", deaths: tuple[int, ...] = ()) -> None:
        """`deaths`: the process dies at this point of its first life, at that one of its second, ..."""
        super().__init__(script.week(), folder, ledger)
        self.script = script
        self.settling = script.settling
        self.findings: list[Finding] = []
        self.outside = ScriptedOutside(self.world, self.world.country)
        self.world.crashes.plan[:] = deaths

    @property
    def deliveries(self) -> list[dict[str, Any]]:
        """What the hub reported to the judge."""
        assert self.evidence is not None
        return self.evidence.deliveries

    @property
    def orders_sent(self) -> list[Call]:
        """The calls that sent an order."""
        assert self.evidence is not None
        return [
            call
            for call in self.evidence.company_calls
            if call[2].endswith("/sop_orders") and call[1] == "POST"
        ]

    def check(self) -> None:
        """The judge, and then the script's own questions."""
        super().check()
        self.findings = [(each["promise"], each["text"]) for each in self.outcome.violations]
        self.findings += [
            (promise, answer) for promise, check in self.script.checks.items() if (answer := check(self))
        ]

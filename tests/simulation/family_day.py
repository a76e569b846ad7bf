"""The family's day in one process: the production hub over all simulated companies, under one virtual clock.

The same day as the demonstration plays with a process of its own and real servers, here without either: every cycle of
every connection is run when it is due, one at a time, and what it did is counted.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet

from tidegate.config.model import Configuration
from tidegate.demo.child import Line
from tidegate.demo.display import quiet
from tidegate.demo.family.family import ITEMS, Family
from tidegate.demo.family.scenario import Day
from tidegate.demo.family.story import closing
from tidegate.demo.setup import MARGIN, Setup
from tidegate.demo.story import START
from tidegate.engine import sign_ins
from tidegate.engine.hub import Hub, Surroundings, open_hub
from tidegate.engine.runner import run_due
from tidegate.engine.schedule import Due, next_due
from tidegate.simulation.place import place_behind, place_of
from tidegate.simulation.products import SIMULATED
from tidegate.simulation.world import SHOP, SharedClock
from tidegate.transport import ClientFactory
from tidegate_sandbox import magento
from tidegate_sandbox.clock import SandboxClock
from tidegate_sandbox.faults import FaultPlan
from tidegate_sandbox.inprocess import HostsTransport, InProcessTransport
from tidegate_sandbox.magento.further_websites import open_website


class Processless:
    """The hub where the demonstration has a child process: it works when it is told to go on."""

    def __init__(self, family: Family, configuration: Configuration, transport: HostsTransport) -> None:
        self._family = family
        self._clock = SharedClock(family.sandbox_clock)
        around = Surroundings(
            clock=self._clock,
            factory=ClientFactory(transport=transport, clock=self._clock),
            chance=random.Random(family.seed),
            holder="family",
            environment=family.environment(),
            durability="off",
        )
        self.hub: Hub = open_hub(configuration, around)
        self._lines: list[Line] = []

    def until_ready(self) -> None:
        """It is."""

    def begin(self, now: datetime) -> None:
        """Nothing is to be started."""

    def prepare(self) -> None:
        """No further process is needed."""

    def ended(self) -> None:
        """It does not end."""

    def stop(self) -> None:
        """Give back connections."""
        self.hub.close()

    @property
    def waits_until(self) -> datetime:
        """When the next cycle of any connection is due."""
        return min(due.at for due in self._due())

    def _due(self) -> Iterator[Due]:
        for connection in self.hub.connections.values():
            due = next_due(self.hub, connection)
            if due is not None:
                yield due

    def go_on(self, now: datetime) -> None:
        """One cycle of every connection that has one due."""
        for face in (member.sage for member in self._family.members if member.house.ticks):
            face.run_due()
        for due in [each for each in self._due() if each.at <= now]:
            report = run_due(self.hub, due)
            self._lines.append(
                {
                    "connection": report.connection,
                    "flow": report.flow,
                    "at": report.started.isoformat(),
                    "outcome": report.outcome,
                    "text": report.text,
                    "counts": report.counts,
                }
            )
        sign_ins.keep_alive(self.hub)

    def reported(self) -> Iterator[Line]:
        """What the cycles since the last time have done."""
        lines, self._lines = self._lines, []
        yield from lines


class FamilyDay(Day):
    """The day over such a hub."""

    def __init__(self, family: Family, transport: HostsTransport, orders: int) -> None:
        configuration = family.sign_in()
        super().__init__(family, configuration, orders, quiet)
        self.hub = Processless(family, configuration, transport)
        self.child: Any = self.hub
        self.kills = 1  #: a process that dies is the demonstration's and the crash sweep's matter
        self.lines: list[Line] = []

    def hear(self, line: Line) -> None:
        self.lines.append(line)
        super().hear(line)

    def pass_time(self, waits_until: datetime) -> None:
        super().pass_time(waits_until)
        now = self.family.sandbox_clock.now()  # calls and pauses of the hub take time
        if now > self.clock.now():
            self.clock.set(now)
        self.family.sandbox_clock.set(self.clock.now())


@contextmanager
def staged(folder: Path, seed: int) -> Iterator[tuple[Family, HostsTransport]]:
    """The shop and all companies, and the way to them without sockets."""
    clock = SandboxClock.virtual(START)
    shop, shop_wire = magento.build(clock, FaultPlan(seed), price_scope="website", widgets=ITEMS)
    shopper, key = magento.Shopper(shop, seed), Fernet.generate_key().decode()
    hosts = {SHOP: InProcessTransport(shop_wire)}
    members = []
    for number, house in enumerate(SIMULATED.values()):
        usual, closed = place_of(house), closing(number)
        view = open_website(shop, house.name, house.title, like=usual.website)
        customers = {
            str(row["email"]): str(row["id"])
            for row in shop.customers.all()
            if row["website_id"] == view.website_id
        }
        known = {shop.customers.get(int(id))["email"]: account for id, account in house.codes.known.items()}
        locked = (closed.closes + MARGIN, closed.opens - MARGIN)
        company = house.company(clock, seed=seed + number, base=usual.currency, items=ITEMS)
        company.window.between(*locked, "backup")
        sage, sage_wire = house.build(clock, FaultPlan(seed + number + 1), company)
        hosts[house.host] = InProcessTransport(sage_wire)
        members.append(
            Setup(
                house=house,
                seed=seed,
                folder=folder,
                sandbox_clock=clock,
                shop=shop,
                shop_wire=shop_wire,
                shopper=shopper,
                sage=sage,
                sage_wire=sage_wire,
                shop_url=f"https://{SHOP}",
                sage_url=f"https://{house.host}",
                key=key,
                locked=locked,
                place=place_behind(house, view, shop.stock.stock_of(view.code)["stock_id"]),
                connection=house.name,
                company=house.name,
                accounts={
                    customers[email]: account for email, account in known.items() if email in customers
                },
            )
        )
    yield Family(seed=seed, folder=folder, sandbox_clock=clock, members=members), HostsTransport(hosts)


#: Orders are read and sent so often (`simulation.settings`).
CADENCE = timedelta(minutes=15)

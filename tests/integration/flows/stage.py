"""A shop, a company and a hub between them: the production code, cycle by cycle, under one clock.

A test lets something happen in the shop or in the company, lets cycles run and looks at both
systems' books. Every step of time is the test's own.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec

from tidegate.config import model
from tidegate.domain.states import State
from tidegate.engine import interventions, reports
from tidegate.engine.cycles import Report, run_cycle
from tidegate.engine.hub import Hub
from tidegate.engine.interventions import Act, Acted
from tidegate.flows.connection import Connection
from tidegate.ledger import alerts, lookups, mirror, overview
from tidegate.ledger.queue import Item
from tidegate.simulation.world import COUNTRIES, ORDER_CURRENCIES, World
from tidegate_sandbox import checker
from tidegate_sandbox.faults import Fault

#: A Monday morning in Detroit and an afternoon in London: both companies are open.
START = datetime(2026, 3, 2, 15, tzinfo=UTC)
#: Widgets in shop and company: a thousand, as both have by themselves, take longer than what most tests do with them.
ITEMS = 60
CONNECTION = "web"
#: Orders are read once they are older than `lag_seconds`.
PAUSE = timedelta(minutes=1)
#: An unanswered call counts as absent only after `settle_minutes`.
SETTLED = timedelta(minutes=11)


class Stage:
    """One test's world with its present hub; what differs with the way to the company is said by who inherits."""

    company: Any

    def __init__(self, world: World, country: str = "us") -> None:
        self.world = world
        self.country = country
        self.shop, self.company = world.shop, world.sage.company
        self.shopper = world.shopper
        self._rules: dict[str, Any] = {}
        self.hub = self.started(world.open_hub())

    # --- the hub ---------------------------------------------------------------------------------

    @property
    def connection(self) -> Connection:
        """The one connection."""
        return self.hub.connections[CONNECTION]

    def reopen(self, **rules: Any) -> None:
        """A new process with a changed configuration; `rules` are fields of `model.Connection`.

        A process that has done nothing yet is as good as new.
        """
        self._rules |= rules
        if self._is_untouched():
            self.configured(self.hub)
        else:
            self.next_process()

    def next_process(self) -> None:
        """Another process over the ledger as it stands."""
        self.hub.close()
        self.hub = self.started(self.world.open_hub())

    def _is_untouched(self) -> bool:
        """Whether the hub has made no call, and no time has passed for it."""
        return self.now == START and self.world.lives == 1 and not self.shop.requests

    def started(self, hub: Hub) -> Hub:
        """A process that has just begun."""
        return self.configured(hub)

    def configured(self, hub: Hub) -> Hub:
        """With the changes of the configuration so far."""
        for connection in hub.connections.values():
            connection.settings = msgspec.structs.replace(connection.settings, **self._rules)
            connection.configured = msgspec.structs.replace(connection.configured, **self._rules)
        return hub

    def customers(self, **changes: Any) -> model.CustomerRule:
        """The connection's customer rule with these changes."""
        return msgspec.structs.replace(self.connection.settings.customers, **changes)

    def cycle(self, flow: str = "orders", *, after: timedelta = PAUSE) -> Report:
        """Time passes, then one cycle of the flow."""
        self.pass_time(after)
        return run_cycle(self.hub, self.connection, flow)

    def notes(self, *, after: timedelta = PAUSE) -> Report:
        """One cycle of order-status."""
        return self.cycle("order-status", after=after)

    def pass_time(self, span: timedelta) -> None:
        """Nothing else happens; what the shop's wire kept back takes effect."""
        self.world.clock.advance(span.total_seconds())
        self.world.shop_wire.settle()

    # --- what the ledger says --------------------------------------------------------------------

    def delivery(self, entity_id: int, step: str = "order", flow: str = "orders") -> Item:
        """The delivery of one step of a Magento order."""
        found = lookups.step_of_document("main", entity_id, flow, step)
        assert found is not None, f"order {entity_id} has no step {step}"
        return found

    def state(self, entity_id: int, step: str = "order", flow: str = "orders") -> State:
        """Where that delivery stands."""
        return self.delivery(entity_id, step, flow).state

    def states(self, entity_ids: Iterable[int]) -> set[State]:
        """Where the orders stand, each state once."""
        return {self.state(entity_id) for entity_id in entity_ids}

    def steps(self, entity_id: int) -> dict[str, str]:
        """Every step of an order with its state."""
        (found,) = [
            each
            for each in reports.traced(str(self.shop_order(entity_id)["increment_id"]), self.now)["orders"]
            if each["magento"]["entity_id"] == entity_id
        ]
        return {each["step"]: each["state"] for each in found["deliveries"]}

    def alerts(self) -> list[tuple[str, str]]:
        """Open alerts as (code, subject), sorted."""
        return sorted((alert.code, alert.subject) for alert in alerts.open_alerts(CONNECTION))

    def attempts(self, entity_id: int) -> list[tuple[str, str]]:
        """What was tried with the order: (outcome, code) of each attempt."""
        number = str(self.shop_order(entity_id)["increment_id"])
        return [
            (attempt["outcome"], attempt["code"])
            for order in reports.traced(number, self.now)["orders"]
            for each in order["deliveries"]
            if each["step"] == "order" and each["entity_id"] == entity_id
            for attempt in each["attempts"]
        ]

    @property
    def now(self) -> datetime:
        """By the clock that all share."""
        return self.world.clock.now()

    # --- what a person does ----------------------------------------------------------------------

    def act(self, wish: Act, entity_id: int, step: str = "order", flow: str = "orders", **how: Any) -> Acted:
        """An operator's act on one delivery."""
        item = self.delivery(entity_id, step, flow)
        (acted,) = interventions.act(wish, [item], actor="anna", now=self.now, **how)
        return acted

    def link(self, entity_id: int, number: str, step: str = "order") -> Acted:
        """An operator says which document of the company the delivery is."""
        return interventions.link(self.delivery(entity_id, step), number, actor="anna", now=self.now)

    def lift(self) -> bool:
        """An operator lets a halted connection go on."""
        done = interventions.lift(CONNECTION, company="sage", actor="anna", now=self.now)
        return done.halt is not None

    # --- both systems ----------------------------------------------------------------------------

    def order(self, kind: str = "guest", **choices: Any) -> int:
        """A shopper orders; the entity id."""
        return self.shopper.place_order(kind, **choices)

    def orders(self, count: int, kind: str = "guest", **choices: Any) -> list[int]:
        """Several shoppers, one after the other."""
        return self.shopper.place_orders(count, kind, **choices)

    def shop_order(self, entity_id: int) -> dict[str, Any]:
        """The order in the shop's books."""
        (found,) = [each for each in self.shop.books()["orders"] if each["entity_id"] == entity_id]
        return dict(found)

    def comments(self, entity_id: int) -> list[dict[str, Any]]:
        """The comments on the order that name a Sage order."""
        return [
            each for each in self.shop_order(entity_id)["comments"] if "Sage order" in (each["text"] or "")
        ]

    def in_sage(self, entity_id: int) -> list[dict[str, Any]]:
        """The company's orders that carry the order's key, deleted ones left out."""
        found = self.order_books()["orders_by_key"].get(f"magento:main:{entity_id}", [])
        return [each for each in found if each["status"] != "deleted"]

    def only(self, entity_id: int) -> dict[str, Any]:
        """The one order in the company."""
        (found,) = self.in_sage(entity_id)
        return found

    def total(self, entity_id: int) -> Decimal:
        """What the order's total is in the company's currency, by the shop's books."""
        order = self.shop_order(entity_id)
        same = ORDER_CURRENCIES[order["store_id"]] == COUNTRIES[self.country][2]
        return Decimal(str(order["grand_total" if same else "base_grand_total"]))

    def break_shop(
        self,
        kind: str,
        times: int | None = 1,
        method: str | None = None,
        path: str | None = None,
        containing: str | None = None,
        **options: Any,
    ) -> None:
        """Arm a fault at the shop."""
        self.world.shop_wire.faults.add(Fault(kind, times, method, path, containing, options))

    def mend(self) -> None:
        """Every fault is over."""
        self.world.shop_wire.faults.clear()

    def listen(self) -> None:
        """From here on calls are counted."""
        self.world.shop_wire.clear_log()

    def shop_calls(self, method: str = "", path: str = "") -> list[str]:
        """Requests that reached the shop since `listen`."""
        return self.calls_of(self.world.shop_wire, method, path)

    @staticmethod
    def calls_of(wire: Any, method: str, path: str) -> list[str]:
        """Requests that a wire has seen."""
        seen = [f"{one[1]} {one[2]}" for one in wire.requests_seen]
        return [each for each in seen if each.startswith(method) and path in each]

    # --- the end ---------------------------------------------------------------------------------

    def check(self) -> None:
        """Holds after every test: the account adds up, nothing is doubled, the company is sound."""
        steps = [*overview.steps(), *((name, flow, mirror.STEP) for name, flow in mirror.mirrors())]
        counted = {step: reports.step_account(*step) for step in steps}
        assert not any(account.unexplained for account in counted.values()), counted
        verdict = checker.Verdict()
        _, store_ids, currency, _ = COUNTRIES[self.country]
        terms = checker.Terms(
            store="main",
            store_ids=store_ids,
            since=START,
            states=frozenset(),
            statuses_never=frozenset(),
            currency=currency,
            order_currencies=ORDER_CURRENCIES,
        )
        books = self.company.books()
        checker.nothing_doubled(books, terms, verdict)
        checker.customers_once(books, verdict)
        checker.company_is_sound(books, verdict)
        assert verdict.violations == []

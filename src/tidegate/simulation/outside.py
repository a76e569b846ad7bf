"""What happens outside the hub: each event of a week's script, carried out on the sandbox."""

from __future__ import annotations

import random
from contextlib import suppress
from decimal import Decimal
from typing import Any

from tidegate.simulation.additions import KINDS as ADDITIONS
from tidegate.simulation.event import Event
from tidegate.simulation.gifts import Desk
from tidegate.simulation.merchant import Merchant
from tidegate.simulation.more_trade import BOX
from tidegate.simulation.prepaid import Cashier, entity_id_of
from tidegate.simulation.staff import Staff
from tidegate.simulation.target import MAGENTO, SAGE
from tidegate.simulation.trade import chances
from tidegate.simulation.world import World
from tidegate_sandbox.erp import refusal as erp
from tidegate_sandbox.faults import Fault
from tidegate_sandbox.magento.kinds import KINDS
from tidegate_sandbox.magento.refusal import Refusal
from tidegate_sandbox.unreadable import UNREADABLE

VIEWS = {"us": {"default", "default_fr"}, "uk": {"b2b_en", "b2b_eu"}}
#: How much is borne: two keys are too many for a query, four rows for an answer in time.
BOUNDS: dict[str, dict[str, Any]] = {
    "short_queries": {"characters": 450},
    "slow_large_reads": {"rows": 3},
    "count_lies": {"more": 7},
}
#: Faults that last until they are ended; the others strike so many times.
LASTING = {
    "page_cap",
    "ignore_sort",
    "maintenance",
    "token_revoked",
    "closed_period",
    "seats",
    "lock",
    "poison_order",
    "short_queries",
    "slow_large_reads",
    "count_lies",
}


#: How late changes are seen at most: Sage's transactions are shorter than the hub's overlap.
LATEST = {MAGENTO: lambda pick: 20 + int(pick * 500), SAGE: lambda pick: 30 + int(pick * 240)}


#: Stock whose change is not seen yet has not changed yet; the checker looks into the transaction and would object.
NOT_OF_STOCK = "^(?!.*warehouse_holdings)"
#: Flows that read what has changed in Sage.
READING = frozenset({"shipments", "inventory", "prices", "invoices", "payments"})


class Outside:
    """The shoppers, the merchant, the warehouse, and everything that breaks."""

    def __init__(self, world: World, country: str) -> None:
        self.world = world
        self.country = country
        self.placed: list[int] = []
        self.changed: set[int] = set()  #: orders whose content changed after they were placed
        self.locks = 0
        self.staff = Staff(world.sage.company, world.house.codes, items=world.items, skus=world.skus)
        self._interfering = random.Random(f"interfere-{world.seed}")
        self.merchant = Merchant(world.shop, items=world.items, skus=world.skus)
        self.cashier = Cashier(world)
        self.gifts = Desk(world)
        self.others = () if world.house.actor is None else (world.house.actor(world),)

    def carry_out(self, event: Event) -> None:
        """Carry out one event that does not concern the hub's own process."""
        for actor in (self.staff, self.merchant, self.cashier, *self.others):
            if actor.carry_out(event.what, event.options):
                return
        if self.gifts.does(event.what, event.options):
            return
        getattr(self, "do_" + event.what.replace("-", "_"))(**event.options)

    def interfere(self, flow: str) -> None:
        """What comes at the worst moment: a cancellation before orders are carried, changes that are seen late."""
        if flow == "orders":
            self.cashier.before_orders()
        if flow not in READING or self.world.sage_wire.faults.active("late_commit") is None:
            return
        for what in ("despatch", "price", "despatch", "invoice-run", "payment"):
            self.staff.carry_out(what, chances(self._interfering, what))

    def do_order(self, seed: int, more: str = "", boxes: int = 0) -> None:
        """A shopper orders; mostly here, now and then on the store's other website."""
        rng = random.Random(f"order-{self.world.seed}-{seed}")
        here = {
            name: kind.weight
            for name, kind in KINDS.items()
            if set(kind.views) & VIEWS[self.country] or rng.random() < 0.1
        }
        kind = rng.choices(list(here), list(here.values()))[0]
        choices: dict[str, Any] = {"additions": ADDITIONS[more]} if more else {}
        if more in ("virtual", "downloadable"):
            choices["shipping"] = Decimal(0)
        if boxes and BOX in self.world.settings.skip_skus:
            choices["beside"] = ((BOX, boxes),)
        self.placed.append(self.world.shopper.place_order(kind, **choices))

    def do_cancel(self, pick: float) -> None:
        """The merchant cancels an order."""
        self._on_some(pick, self.world.shopper.cancel)

    def do_cancel_latest(self) -> None:
        """The buyer of the newest order thinks better of it."""
        self._on_some(0.999999, self.world.shopper.cancel)

    def do_edit(self, pick: float) -> None:
        """The merchant edits an order: Magento cancels it and places a copy."""
        copy = self._on_some(pick, self.world.shopper.edit_order)
        if copy is not None:
            self.placed.append(copy)

    def do_address(self, pick: float) -> None:
        """The merchant sends an order to another address."""

        def readdress(entity_id: int) -> None:
            self.world.shopper.readdress(entity_id, "2 Other Street")
            self.changed.add(entity_id)

        self._on_some(pick, readdress)

    def do_hold(self, pick: float) -> None:
        """The merchant puts an order on hold."""
        self._on_some(pick, self.world.shopper.hold)

    def do_cancel_there(self, pick: float) -> None:
        """The merchant cancels an order that the company has by now."""
        here = self._alive()
        if here:
            with suppress(Refusal):
                self.world.shopper.cancel(list(here)[int(pick * len(here))])

    def do_hold_and_despatch(self, pick: float) -> None:
        """The merchant puts an order on hold whose goods are just leaving."""
        here = self._alive()
        if not here:
            return
        entity_id = list(here)[int(pick * len(here))]
        with suppress(Refusal):
            self.world.shopper.hold(entity_id)
        with suppress(erp.Refusal):
            self.world.sage.company.despatch(here[entity_id])

    def _alive(self) -> dict[int, str]:
        """The company's numbers of the orders that are alive there, by the shop's ids, as they were placed."""
        there = {
            entity_id_of(each, self.world): each.number
            for each in self.staff.web_orders()
            if each.status == "live"
        }
        return {number: there[number] for number in self.placed if number in there}

    def do_unhold(self, pick: float) -> None:
        """The merchant takes an order off hold."""
        held = [each["entity_id"] for each in self.world.shop.books()["orders"] if each["state"] == "holded"]
        if held:
            self.world.shopper.unhold(held[int(pick * len(held))])

    def do_pay(self, pick: float) -> None:
        """A payment comes in for an order that waited for it."""
        waiting = [
            each["entity_id"]
            for each in self.world.shop.books()["orders"]
            if each["state"] == "pending_payment"
        ]
        if waiting:
            self.world.shopper.pay(waiting[int(pick * len(waiting))])

    def do_other_channel_sale(self, pick: float, pieces: int) -> None:
        """Somebody sells from the same stock over the counter."""
        company = self.world.sage.company
        with suppress(erp.Refusal):  # out of stock: then it is not sold
            company.other_channel_sale(self.staff.code(pick), Decimal(pieces))

    def do_registers(self) -> None:
        """Somebody opens an account in the shop."""
        self.world.register(1)

    def do_registers_unreadable(self, figure: str) -> None:
        """Somebody opens an account in the shop and cannot be read for a while."""
        (customer,) = self.world.register(1)
        options = {"field": "group_id", "record": customer, "figure": figure}
        self.do_fault(MAGENTO, UNREADABLE, UNREADABLE, None, "GET", "customers/search$", options)

    def do_lock(self) -> None:
        """Sage locks itself, unannounced."""
        self.world.sage.company.window.lock("backup")
        self.locks += 1

    def do_unlock(self) -> None:
        """Sage is open again."""
        self.world.sage.company.window.unlock()
        for other in self.others:
            other.peace()

    def do_fault(
        self,
        system: str,
        name: str,
        kind: str,
        times: int | None,
        method: str,
        path: str,
        options: dict[str, Any],
        body: str | None = None,
    ) -> None:
        """Something breaks on the wire, so many times or until it ends."""
        self._wire(system).faults.add(Fault(kind, times, method, path, body, options, name))

    def do_face_fault(self, system: str, kind: str, pick: float, times: int) -> None:
        """One system misbehaves in its own way."""
        options: dict[str, Any] = {}
        if kind == "poison_order":
            if not self.placed:
                return
            options = {"entity_id": self.placed[int(pick * len(self.placed))]}
        elif kind == "late_commit":
            options = {"seconds": LATEST[system](pick)}
        elif kind == "page_cap":
            options = {"size": 20}
        options |= BOUNDS.get(kind, {})
        lasting = kind in LASTING or (system, kind) == (SAGE, "late_commit")
        path = NOT_OF_STOCK if (system, kind) == (SAGE, "late_commit") else None
        self._wire(system).faults.add(Fault(kind, None if lasting else times, None, path, None, options))

    def do_face_fault_ends(self, system: str, kind: str) -> None:
        """It is over."""
        self._wire(system).faults.clear(kind)

    def peace(self) -> None:
        """Every fault is over, every door is open."""
        self.world.sage.company.window.unlock()
        for other in self.others:
            other.peace()
        for wire in (self.world.shop_wire, self.world.sage_wire):
            wire.settle()
            wire.faults.clear()

    def _on_some(self, pick: float, action: Any) -> Any:
        if not self.placed:
            return None
        try:
            return action(self.placed[int(pick * len(self.placed))])
        except (Refusal, ValueError):
            return None  # not possible for this order in its state: then it did not happen

    def _wire(self, system: str) -> Any:
        return self.world.shop_wire if system == MAGENTO else self.world.sage_wire

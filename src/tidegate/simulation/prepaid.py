"""What befalls money that was paid at checkout, drawn from a random stream of its own.

A prepaid order leaves and is billed in parts, so that its one receipt is set against two invoices, and an answer
is lost between; and an order is cancelled on both sides after it was sent, while its receipt still waits.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal

from tidegate.simulation.event import Event, moment
from tidegate.simulation.settings import PREPAID
from tidegate.simulation.target import Target
from tidegate.simulation.world import World
from tidegate_sandbox.erp.order import Order
from tidegate_sandbox.erp.refusal import Refusal as Refused
from tidegate_sandbox.magento.refusal import Refusal

#: How often orders leave in parts and are billed at once, in one week.
PARTS = 6


def prepaid(seed: int, start: datetime, days: int, allocating: Target | None) -> Iterator[Event]:
    """The events of one week in which Sage's documents flow back."""
    rng = random.Random(f"prepaid-{seed}")
    for _ in range(PARTS):
        at = moment(rng, start, days)
        yield Event(at, "bill-a-part", {"pick": rng.random()})
        yield Event(at + timedelta(hours=rng.choice((1, 7))), "bill-the-rest", {"pick": rng.random()})
    if allocating is not None:
        lost = allocating.injected("drop_after", "drop_after", 1, {})
        yield Event(moment(rng, start, days), "fault", lost)
    for _ in range(rng.randrange(3)):
        yield Event(moment(rng, start, days), "buyer-repents", {})


class Cashier:
    """Who despatches, bills and cancels prepaid orders."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._company = world.sage.company
        self._repenting = 0

    def carry_out(self, what: str, options: dict[str, float]) -> bool:
        """Carry out a deed; false when it is none of theirs."""
        if what == "buyer-repents":
            self._repenting += 1
        elif what == "bill-a-part":
            self._bill(options["pick"], whole=False)
        elif what == "bill-the-rest":
            self._bill(options["pick"], whole=True)
        else:
            return False
        return True

    def _bill(self, pick: float, *, whole: bool) -> None:
        """One piece leaves, or what is left of an order that is billed in part; the invoice follows at once."""
        orders = [
            order
            for order in self._prepaid()
            if order.status == "live"
            and sum(line.outstanding for line in order.lines if line.is_stocked) > (0 if whole else 1)
            and any(line.invoiced > 0 for line in order.lines if line.is_stocked) == whole
        ]
        if not orders:
            return
        order = orders[int(pick * len(orders))]
        if not whole and not self._world.house.codes.bills_parts:
            return
        code = next(line.code for line in order.lines if line.is_stocked and line.outstanding > 0)
        try:
            self._company.despatch(order.number, None if whole else {code: Decimal(1)})
            self._company.invoice_run([order.number])
        except Refused:
            return  # nothing in stock, or the nightly backup

    def before_orders(self) -> None:
        """Just before orders are read: one that was sent, and whose receipt is still to be posted, is cancelled."""
        if not self._repenting:
            return
        self._world.sage_wire.settle()
        if self._world.sage_wire.pending:  # a receipt may be on its way: it is not "still to be posted"
            return
        receipts = {one.reference for one in self._company.receivables.table if one.kind == "receipt"}
        for order in self._prepaid():
            untouched = order.status == "live" and order.despatch == "none" and order.invoicing == "none"
            if untouched and order.customer_order_no not in receipts:
                self._cancel_both(order)
                return

    def _cancel_both(self, order: Order) -> None:
        """The buyer rings up; the office cancels it in Sage, and the merchant in the shop."""
        try:
            with self._company.staff():
                self._company.orders.cancel(order)
            self._world.shopper.cancel(entity_id_of(order, self._world))
        except (Refused, Refusal, ValueError):
            return  # closed, or not possible any more
        self._repenting -= 1

    def _prepaid(self) -> list[Order]:
        """Orders in Sage that are paid at checkout, the oldest first."""
        methods = {
            each.row["entity_id"]: each.payment.get("method") for each in self._world.shop.orders.all()
        }
        return [
            order
            for order in self._company.orders.table
            if order.external_key and methods.get(entity_id_of(order, self._world)) in PREPAID
        ]


def entity_id_of(order: Order, world: World) -> int:
    """The shop's id of an order of the company; 0 for any that the shop has not placed."""
    source = world.house.source_of(order, world.shop)
    return source.entity_id if source is not None else 0

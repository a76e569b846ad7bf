"""Events of prepaid orders, drawn from a random stream of their own.

Some orders are despatched and billed in parts: one receipt is then allocated to two invoices, and the answer to one
allocation is lost. Other orders are cancelled in both systems before their receipt is posted.
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

#: Orders in one week that are despatched in parts, each part billed at once.
PARTS = 6


def prepaid(seed: int, start: datetime, days: int, allocating: Target | None) -> Iterator[Event]:
    """Draw the events of one week of `days` days from `start`, aware UTC.

    `allocating` is the product's call for allocations, whose answer is lost once; None: it has none.
    """
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
    """Despatches, bills and cancels prepaid orders."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._company = world.sage.company
        self._to_cancel = 0

    def carry_out(self, what: str, options: dict[str, float]) -> bool:
        """Carry out the event `what`; false when it is not one of `prepaid`'s."""
        if what == "buyer-repents":
            self._to_cancel += 1
        elif what == "bill-a-part":
            self._bill(options["pick"], whole=False)
        elif what == "bill-the-rest":
            self._bill(options["pick"], whole=True)
        else:
            return False
        return True

    def _bill(self, pick: float, *, whole: bool) -> None:
        """Despatch one piece of an order, or (`whole`) the rest of a partly billed one, and post its invoice."""
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
            return  # not in stock, or the nightly backup runs

    def before_orders(self) -> None:
        """Cancel an order that is in Sage but has no receipt yet; called just before the hub reads orders."""
        if not self._to_cancel:
            return
        self._world.sage_wire.settle()
        if self._world.sage_wire.pending:  # one of them may post the receipt
            return
        receipts = {one.reference for one in self._company.receivables.table if one.kind == "receipt"}
        for order in self._prepaid():
            untouched = order.status == "live" and order.despatch == "none" and order.invoicing == "none"
            if untouched and order.customer_order_no not in receipts:
                self._cancel_both(order)
                return

    def _cancel_both(self, order: Order) -> None:
        """Cancel the order in Sage and in the shop, as staff do when the buyer telephones."""
        try:
            with self._company.staff():
                self._company.orders.cancel(order)
            self._world.shopper.cancel(entity_id_of(order, self._world))
        except (Refused, Refusal, ValueError):
            return  # the company is closed, or it is too late
        self._to_cancel -= 1

    def _prepaid(self) -> list[Order]:
        """Prepaid orders in Sage, oldest first."""
        methods = {
            each.row["entity_id"]: each.payment.get("method") for each in self._world.shop.orders.all()
        }
        return [
            order
            for order in self._company.orders.table
            if order.external_key and methods.get(entity_id_of(order, self._world)) in PREPAID
        ]


def entity_id_of(order: Order, world: World) -> int:
    """The shop's id of an order in Sage; 0 when the order is not from the shop."""
    source = world.house.source_of(order, world.shop)
    return source.entity_id if source is not None else 0

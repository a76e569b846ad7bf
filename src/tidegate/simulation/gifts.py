"""Credit notes of orders that a gift card or store credit has paid in part, or that were wrapped.

The shop gives back to the card what the card has paid, and the wrapping with the first memo, whatever the company
credits. Drawn from random streams of their own, so that no other event of a week moves.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from decimal import Decimal

from tidegate.simulation.event import Event, moment
from tidegate.simulation.prepaid import entity_id_of
from tidegate.simulation.world import World
from tidegate_sandbox.erp import events
from tidegate_sandbox.erp.order import Order
from tidegate_sandbox.erp.refusal import Refusal

#: The additions that orders have, and the shop's fields by which they are known afterwards.
GIFTS = ("gift-card", "gift-wrapping", "store-credit", "fee-and-gift-card")
FIELDS = frozenset({"gift_cards_amount", "customer_balance_amount", "gw_price"})
#: So many early orders of a trading week have one, and so many are credited at most.
EARLY, CREDITED = 2, 3


def gifts(seed: int, start: datetime, days: int) -> Iterator[Event]:
    """Those of one week in which the company's documents flow back."""
    rng = random.Random(f"gifts-{seed}")
    for number in range(EARLY):
        at = start + timedelta(minutes=rng.randrange(300))
        yield Event(at, "order", {"seed": 2000 + number, "more": rng.choice(GIFTS)})
    for _ in range(CREDITED):
        chosen = {name: rng.random() for name in ("pick", "share", "returned")}
        yield Event(moment(rng, start + timedelta(days=1), days - 1), "credit-of-a-gift", chosen)


class Desk:
    """Who credits such orders in the company."""

    def __init__(self, world: World) -> None:
        self._world = world

    def does(self, what: str, options: dict[str, float]) -> bool:
        """Carry out a deed; false when it is none of theirs."""
        if what != "credit-of-a-gift":
            return False
        with suppress(Refusal):
            self._credit(**options)
        return True

    def _credit(self, pick: float, share: float, returned: float) -> None:
        """One of them that was billed, whole or a piece of one line."""
        given = {each.entity_id for each in self._world.shop.orders.all() if FIELDS & each.extension.keys()}
        company = self._world.sage.company
        orders = [
            order
            for order in company.orders.table
            if order.external_key and entity_id_of(order, self._world) in given and billed(order)
        ]
        if not orders:
            return
        order = orders[int(pick * len(orders))]
        piece = share > 0.5 and self._world.house.codes.bills_parts
        quantities = {billed(order)[0]: Decimal(1)} if piece else None
        events.credit(company, order.number, quantities, returned=returned < 0.5)


def billed(order: Order) -> list[str]:
    """The codes of its goods that were invoiced."""
    return [line.code for line in order.lines if line.is_stocked and line.invoiced > 0]

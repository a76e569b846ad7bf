"""Verdicts on orders carried out, with everything that a confirmed order brings to other flows."""

from __future__ import annotations

from collections.abc import Sequence

from tidegate.domain.verdict import Verdict
from tidegate.flows.cycle import Cycle
from tidegate.flows.orders import invoicing
from tidegate.ledger import delivery

#: The transitions that lead an order to `confirmed`.
CONFIRMING = ("c", "e", "o", "t")


def carry_out(cycle: Cycle, verdicts: Sequence[Verdict]) -> None:
    """Carry out the transitions, and what follows for the orders that they confirm; in a transaction."""
    if not verdicts:
        return
    now = cycle.now()
    moved_on = set(delivery.apply(verdicts, now, lease=cycle.lease))
    confirmed = [each for each in verdicts if each.letter in CONFIRMING and each.delivery_id not in moved_on]
    invoicing.take_up(cycle, confirmed, now)
    for follow in cycle.followers.order_confirmed:
        follow(cycle, confirmed, now)

"""Another hub with a ledger of its own on the same shop and company: both send, neither knows of the other.

Its orders carry the same keys as ours. They differ in when they were made: after a restore, or with
a new ledger, orders that this ledger never sent are older than this process, since the one that sent them has
stopped. An order that was made *while this process was working*, and that its ledger never sent, was sent
by somebody else. Then sending on would double orders: the connection halts.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from tidegate.domain.errors import Code, Failure
from tidegate.flows.cycle import Cycle
from tidegate.ledger import halts, lookups
from tidegate.ledger.queue import Item
from tidegate.sage.port.orders import Found

#: Largest difference allowed between the company's clock and ours (`tidegate check` warns of less).
CLOCKS_DIFFER = timedelta(minutes=5)


def failure_of(cycle: Cycle, item: Item, ours: Sequence[Found]) -> Failure | None:
    """The failure that halts the connection when one of these orders can only be another hub's."""
    begun = certainly_ours_to_send(cycle)
    if begun is None:
        return None
    fresh = [each for each in ours if each.created_at is not None and each.created_at > begun]
    if not fresh or lookups.attempts_of(item.id) >= len(fresh):
        return None
    halted = halts.last_lifted(cycle.name, Code.ANOTHER_HUB.value)
    if halted is not None:  # a person has looked at what was made before
        fresh = [each for each in fresh if each.created_at is not None and each.created_at > halted]
        if not fresh:
            return None
    named = ", ".join(f"{each.number} (made {each.created_at:%Y-%m-%d %H:%M:%S} UTC)" for each in fresh)
    return Failure(
        Code.ANOTHER_HUB,
        f"the company has {named} with the key {fresh[0].key} of order {item.label}, made while this hub "
        f"was working (since {cycle.connection.working_since:%Y-%m-%d %H:%M} UTC), and this ledger never "
        "sent it. Another hub with a ledger of its own sends orders of this store to this company, or "
        "somebody copied the order in Sage. Stop the other hub, cancel the duplicates in Sage, then "
        "`tidegate lift`.",
        sent=False,
    )


def certainly_ours_to_send(cycle: Cycle) -> datetime | None:
    """The time from which on only this ledger's hubs can have sent an order.

    What a process before this one sent may have taken effect within the settle time after its end.
    """
    since = cycle.connection.working_since
    if since is None:
        return None
    return since + timedelta(minutes=cycle.connection.company_settings.settle_minutes) + CLOCKS_DIFFER

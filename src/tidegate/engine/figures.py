"""What the running hub writes down about its ledger: how deep the queues are, and what has been counted."""

from __future__ import annotations

from tidegate.engine import counter_check
from tidegate.engine.hub import Hub
from tidegate.ledger import depths, idle_cycles, tally
from tidegate.ledger.database import transaction

NAME = "figures"


def look(hub: Hub) -> None:
    """Sample every queue and count on, once in a quarter of an hour; once a day the counters are checked."""
    now = hub.clock.now()
    quarter = depths.quarter(now)
    if hub.watched.get(NAME) == quarter:
        return
    hub.watched[NAME] = quarter
    with transaction(NAME):
        for connection in hub.connections.values():
            flows = [flow for flow, rule in connection.settings.flows.items() if rule.enabled]
            depths.sample(connection.name, flows, now)
        depths.forget(now)
        idle_cycles.forget(now)
    for kind in (tally.DELIVERY, tally.SOURCE):
        more = True
        while more and not (hub.stop and hub.stop.is_set()):  # a part in a transaction: others write between
            with transaction(NAME):
                more = tally.advance(kind, now)
    counter_check.check_when_due(hub)

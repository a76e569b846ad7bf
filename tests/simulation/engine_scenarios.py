"""Mini-weeks in which the hub's machine, its ledger or another hub misbehaves."""

from __future__ import annotations

from datetime import datetime, timedelta

from simulation.scenarios import NIGHT, ORDER, SAGE, inject
from simulation.script import Script, Scripted


def every_order_went_within_the_hour(week: Scripted) -> str:
    """Every five minutes a cycle, whatever the machine's clock shows."""
    sent = {
        row["key"]: datetime.fromisoformat(row["created_at"])
        for row in week.world.sage.company.books()["orders"]
    }
    late = []
    for order in week.world.shop.orders.all():
        placed = datetime.fromisoformat(f"{order.row['created_at']}+00:00")
        at = sent.get(f"magento:main:{order.entity_id}")
        if at is None or at - placed > timedelta(hours=1):
            late.append(order.entity_id)
    return f"orders that waited for more than an hour: {late}" if late else ""


def the_clock_was_reported(week: Scripted) -> str:
    """A changed clock is an alert."""
    told = week.outside.alarms
    return "" if "clock-changed" in told else f"no alert about the clock, only {sorted(told)}"


CLOCK_PUT_BACK = Script(
    events=(
        (5, "place", {"kind": "guest"}),
        (30, "clock-jump", {"minutes": -120}),
        (40, "place", {"kind": "customer"}),
        (70, "look_at_alarms", {}),
        (120, "clock-jump", {"minutes": 120}),
        (130, "place", {"kind": "guest"}),
    ),
    settings={"every_orders": "5m"},
    settling=(2, timedelta(minutes=31)),
    checks={
        "cadence": every_order_went_within_the_hour,
        "nobody is left in the dark": the_clock_was_reported,
    },
)


def somebody_heard_of_the_other_hub(week: Scripted) -> str:
    """Two hubs with two ledgers on one company: an alert names it before the first order is doubled."""
    told = week.outside.alarms
    return "" if "another-hub" in told else f"no alert about the other hub, only {sorted(told)}"


TWO_LEDGERS = Script(
    events=(
        (30, "place", {"kind": "guest"}),
        (32, "other_hub", {}),
        (40, "look_at_alarms", {}),
    ),
    settings={"every_orders": "5m"},
    settling=(2, timedelta(minutes=31)),
    checks={"nobody is left in the dark": somebody_heard_of_the_other_hub},
)

#: The company closes at six. The cycle begins a minute before; its look-up is slow, its order refused, and the sign-in
#: that is renewed for it is slow, too.
NIGHT_FALLS = Script(
    events=(
        (5, "place", {"kind": "guest"}),
        (6, "inject", inject(SAGE, "slow", method="GET", path="sop_orders", options={"seconds": 43})),
        (6, "inject", inject(SAGE, "status", **ORDER, options={"status": 401})),
        (6, "inject", inject(SAGE, "slow", method="POST", path="oauth/token$", options={"seconds": 25})),
    ),
    start=NIGHT.start,
    settings={**NIGHT.settings, "every_orders": "59 * * * *"},
)

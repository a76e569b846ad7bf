"""What a careful hub does not notice and a careless one falls over, drawn from a random stream of its own.

Answers that mislead exactly when one is needed: a lost answer whose look-up meets a 404, changes that are seen
later than they are stamped, an order cancelled just after it was sent, another company that closes.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta

from tidegate.ledger import closures
from tidegate.ledger.database import transaction
from tidegate.simulation.event import Event, moment
from tidegate.simulation.houses.house import Calls, House
from tidegate.simulation.target import SAGE

#: What the other company of the ledger says while it is closed.
OTHER_COMPANY, OTHER_REASON = "other", "the other company is being backed up"
#: So many reads of orders answer 404 while an answer is lost.
MISLEADING = 3


def hazards(seed: int, start: datetime, days: int, house: House, *, back: bool) -> Iterator[Event]:
    """The hazards of one week; `back`: Sage's documents flow back, too."""
    rng = random.Random(f"hazards-{seed}")
    if rng.random() < 0.5:
        yield from misled(moment(rng, start, days), house.calls)
    if rng.random() < 0.3:
        hours = rng.choice((4, 12, 30))
        yield Event(moment(rng, start, days), "other-company-closes", {"hours": hours})
    for _ in range(rng.randrange(2)):
        yield Event(moment(rng, start, days), "cancel-latest", {})
    if back and rng.random() < 0.7 and house.late_commit:
        at = moment(rng, start, days)
        yield Event(
            at, "face-fault", {"system": SAGE, "kind": "late_commit", "pick": rng.random(), "times": 1}
        )
        yield Event(
            at + timedelta(hours=rng.choice((6, 16))),
            "face-fault-ends",
            {"system": SAGE, "kind": "late_commit"},
        )


def misled(at: datetime, calls: Calls) -> Iterator[Event]:
    """The answer to an order is lost, and what is between us and Sage answers the look-ups by 404."""
    yield Event(at, "fault", calls.order_sent.injected("drop_after", "drop_after", 1, {}))
    yield Event(at, "fault", calls.order_read.injected("status-404", "status", MISLEADING, {"status": 404}))


def close_other(now: datetime, hours: int) -> None:
    """The ledger learns that the other company is closed."""
    with transaction("closure"):
        closures.learn(OTHER_COMPANY, now + timedelta(hours=hours), OTHER_REASON, now)

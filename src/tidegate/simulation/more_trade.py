"""What came to the trade of a week later: each from a random stream of its own, so that no other event moves."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta

from tidegate.simulation.event import Event, moment

#: A physical product that the shop alone has and sells beside others: to the company it is text (`skip_skus`).
BOX = "BOX-1"
#: How often in a week at most, and the chances that its parts are picked by.
DEEDS = {
    "weight": (3, ("pick", "change")),
    "credit-with-carriage": (2, ("pick", "share", "returned")),
    "hold-and-despatch": (2, ("pick",)),
}
#: One week in so many has a shop whose calls take a few lines only.
SMALL = 4


def more_trade(seed: int, start: datetime, days: int) -> Iterator[Event]:
    """Weights change, carriage is credited in part, orders are on hold while their goods leave, lists are short."""
    for what, (times, names) in DEEDS.items():
        rng = random.Random(f"{what}-{seed}")
        for _ in range(rng.randrange(times + 1)):
            at = moment(rng, start, days)
            yield Event(at, what, {name: rng.random() for name in names})
            if what == "hold-and-despatch":
                later = at + timedelta(hours=rng.choice((5, 12, 30)))
                yield Event(later, "unhold", {"pick": rng.random()})
    rng = random.Random(f"small-limits-{seed}")
    if rng.randrange(SMALL) == 0:
        yield Event(moment(rng, start, days), "small-limits", {})

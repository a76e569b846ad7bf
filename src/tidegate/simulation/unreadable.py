"""Figures that nobody can read, in the first record of one kind of answer, for some hours of a week.

Drawn from a random stream of its own, so that everything else of a seed stays what it is. While it lasts that
record waits by its own name; when it is over everything is confirmed as always.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta

from tidegate.simulation.event import Event, moment
from tidegate.simulation.houses.house import Calls
from tidegate.simulation.target import MAGENTO, SAGE, Target
from tidegate_sandbox.unreadable import FIGURES, UNREADABLE

#: What may be unreadable in the shop: (system, path, field of the record).
ORDERS = (
    (MAGENTO, "V1/orders$", "grand_total"),
    (MAGENTO, "V1/orders$", "items.0.qty_ordered"),
    (MAGENTO, "V1/orders$", "items"),
)
BACK = (
    (MAGENTO, "V1/products$", "status"),
    (MAGENTO, "inventory/source-items$", "quantity"),
    (MAGENTO, "customers/search$", "group_id"),
)
#: One week of so many has the company's orders unreadable besides.
COMPANY = 6


def figures(system: str, path: str) -> list[str]:
    """What a figure may become: in the shop's orders only what nobody can read.

    Magento leaves out what is null, so an amount that is absent there is no amount: another order than before.
    """
    if system == MAGENTO and path == "V1/orders$":
        return [name for name in FIGURES if name in ("text", "nan", "huge", "deep")]
    return list(FIGURES)


def unreadable(seed: int, start: datetime, days: int, calls: Calls, *, back: bool) -> Iterator[Event]:
    """What cannot be read in one week, in two weeks of three; `back`: Sage's documents flow back, too."""
    rng = random.Random(f"unreadable-{seed}")
    orders = [*((SAGE, *each) for each in calls.unreadable), *ORDERS]
    every = [*orders, *((SAGE, *each) for each in calls.unreadable_back), *BACK]
    for _ in range(rng.randrange(5 if back else 3)):
        yield from for_hours(rng, start, days, *rng.choice(every if back else orders))
    rng = random.Random(f"unreadable-company-{seed}")  # seldom drawn among so many kinds of answer
    if calls.unreadable and rng.randrange(COMPANY) == 0:
        yield from for_hours(rng, start, days, SAGE, *rng.choice(calls.unreadable))


def for_hours(
    rng: random.Random, start: datetime, days: int, system: str, path: str, field: str
) -> Iterator[Event]:
    """One field of one kind of answer."""
    at = moment(rng, start, days)
    options = {"field": field, "figure": rng.choice(figures(system, path))}
    yield Event(at, "fault", Target(system, "GET", path).injected(UNREADABLE, UNREADABLE, None, options))
    over = at + timedelta(hours=rng.choice((2, 5, 12)))
    yield Event(over, "face-fault-ends", {"system": system, "kind": UNREADABLE})

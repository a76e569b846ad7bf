"""Occasions that shops have now and then, each from a random stream of its own, so that no other event moves.

The machine's clock is wrong for hours, somebody starts a hub with another ledger; and where Sage's documents flow
back: Sage's own people cancel an order, goods are given back after they have left, one invoice bills what all
orders of an account have had, and who has just registered cannot be read.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from tidegate.simulation.event import Event, moment
from tidegate.simulation.target import MAGENTO
from tidegate_sandbox.unreadable import UNREADABLE

#: One week of so many has the occasion.
CLOCK, OTHER_HUB, NO_TIER_PRICES = 4, 5, 4
#: Minutes that a clock is wrong by; it is wrong by day only: about a night's closing the hub would have to guess.
WRONG = (-180, -95, -20, 20, 95, 180)
MORNING, NOON = 10, 14


def occasions(seed: int, start: datetime, days: int, *, back: bool) -> Iterator[Event]:
    """Those of one week; `back`: Sage's documents flow back."""
    yield from wrong_clock(random.Random(f"clock-{seed}"), start, days)
    rng = random.Random(f"other-hub-{seed}")
    if rng.randrange(OTHER_HUB) == 0:
        yield Event(moment(rng, start, days), "other-hub", {})
    if back:
        yield from by_staff(seed, start, days)


def wrong_clock(rng: random.Random, start: datetime, days: int) -> Iterator[Event]:
    """The clock of the hub's machine jumps, and later back."""
    if rng.randrange(CLOCK):
        return
    midnight = start.replace(hour=0, minute=0) + timedelta(days=rng.randrange(days - 1))
    at = midnight + timedelta(minutes=rng.randrange(MORNING * 60, NOON * 60))
    wrong = rng.choice(WRONG)
    yield Event(at, "clock-jump", {"minutes": wrong})
    yield Event(at + timedelta(minutes=rng.choice((40, 130, 300))), "clock-jump", {"minutes": -wrong})


def by_staff(seed: int, start: datetime, days: int) -> Iterator[Event]:
    """What people of both sides do to orders that were sent, and who registers at the wrong moment."""
    for what, times, names in (
        ("cancel-in-company", 2, ("pick",)),
        ("refund-what-left", 3, ("pick", "share", "returned")),
        ("one-invoice", 2, ()),
    ):
        rng = random.Random(f"{what}-{seed}")
        for _ in range(rng.randrange(times + 1)):
            yield Event(moment(rng, start, days), what, {name: rng.random() for name in names})
    rng = random.Random(f"newcomer-{seed}")
    if rng.random() < 0.5:
        at = moment(rng, start, days)
        yield Event(at, "registers-unreadable", {"figure": rng.choice(("text", "null", "huge"))})
        over = at + timedelta(hours=rng.choice((5, 12)))
        yield Event(over, "face-fault-ends", {"system": MAGENTO, "kind": UNREADABLE})


def shop_without(seed: int) -> dict[str, Any]:
    """What some shops do not have: tier prices."""
    return {"tier_prices": random.Random(f"no-tier-prices-{seed}").randrange(NO_TIER_PRICES) > 0}

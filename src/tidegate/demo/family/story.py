"""The script of the family's day: the companies are closed one after the other, and people order everywhere meanwhile."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from tidegate.demo.story import (
    CLOSE,
    COLLECT,
    CREDIT,
    FINISH,
    INVOICE,
    ORDER,
    PACK,
    REPRICE,
    REST,
    SELL,
    SHOWN_BY,
    START,
    Beat,
    a_kind,
    at,
)
from tidegate.simulation.houses.house import House

#: How long a company is closed, and how often one closes.
CLOSED, EVERY = timedelta(minutes=30), timedelta(minutes=35)
FIRST = at(40)
#: So long after a company has closed, somebody orders everywhere; so long before it opens, one looks who was delayed.
ORDERED, LOOKED = timedelta(minutes=2), timedelta(minutes=1)
#: After so many orders of its product the hub's process dies.
DIES_AT = 5
#: Of one website: one while each company is closed, and some more.
FEWEST = 12
EARLY = ((10, SELL), (12, REPRICE), (25, PACK), (27, INVOICE), (36, COLLECT))
#: Minutes after the last company has opened; the last shift begins when no order waits any more.
LATE = ((5, SELL), (7, FINISH), (8, PACK), (11, INVOICE), (13, CREDIT), (15, COLLECT))
NIGHT = tuple((45, what) for what in (PACK, FINISH, INVOICE, CREDIT, COLLECT, REST, CLOSE))


@dataclass(frozen=True)
class Closing:
    """When a company is closed; instants are aware UTC."""

    closes: datetime
    opens: datetime


def closing(number: int) -> Closing:
    """When the company of this place in the row is closed, from 0."""
    closes = FIRST + number * EVERY
    return Closing(closes, closes + CLOSED)


def night(companies: int) -> datetime:
    """When the last shift begins at the earliest."""
    return closing(companies - 1).opens + timedelta(minutes=NIGHT[0][0])


def write_beats(house: House, companies: int, orders: int, seed: int) -> list[Beat]:
    """What happens at one website and in its company, by time: so many orders (at least `FEWEST`), and the staff's work.

    Work that no flow of the product shows is left out.
    """
    rng = random.Random(f"family/{seed}/{house.name}")
    over = closing(companies - 1).opens
    span = (over - START).total_seconds()
    beats = [Beat(closing(number).closes + ORDERED, ORDER, "guest") for number in range(companies)]
    for _ in range(max(orders, FEWEST) - companies):
        kind = a_kind(rng, mixed_taxes=False)  # not every company has a code for every rate
        beats.append(Beat(START + timedelta(seconds=span * rng.random()), ORDER, kind))
    beats += [Beat(at(minute), what) for minute, what in EARLY]
    beats += [Beat(over + timedelta(minutes=minute), what) for minute, what in (*LATE, *NIGHT)]
    seen = [beat for beat in beats if SHOWN_BY.get(beat.what) in (None, *house.flows)]
    return sorted(seen, key=lambda beat: beat.at)

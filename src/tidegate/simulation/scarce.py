"""Faults whose occasion is rare, aimed so that each strikes in one week of ten at least.

A stream of its own. Their other draws stand in `week.py`; with those alone a deletion answered with a web page, a
closed period and a pause of thousands of years were seen in fewer than one week of eleven.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from tidegate.simulation.event import Event, moment
from tidegate.simulation.houses.house import House
from tidegate.simulation.target import MAGENTO, SAGE, Target

#: Calls to the shop that every week makes many times.
BUSY = (Target(MAGENTO, "GET", "V1/orders$"), Target(MAGENTO, "POST", "comments$"))


def scarce(
    seed: int, start: datetime, days: int, house: House, pause: tuple[str, dict[str, Any]], page: str
) -> Iterator[Event]:
    """One week's: `pause` is the name and the options of the absurd pause, `page` the name of a page for a deletion."""
    rng = random.Random(f"scarce-{seed}")
    if rng.random() < 0.3:
        target = rng.choice((house.calls.order_sent, house.calls.order_read, *BUSY))
        yield Event(moment(rng, start, days), "fault", target.injected(pause[0], "status", 1, pause[1]))
    if rng.random() < 0.5 and house.calls.cancelling is not None:  # it waits for the first deletion
        yield Event(start, "fault", house.calls.cancelling.injected(page, "login_page", 1, {}))
    if rng.random() < 0.5 and "closed_period" in house.face_faults:
        at = moment(rng, start, days)
        period = {"system": SAGE, "kind": "closed_period"}
        yield Event(at, "face-fault", {**period, "pick": rng.random(), "times": 1})
        yield Event(at + timedelta(hours=rng.choice((3, 8, 16))), "face-fault-ends", period)

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
from tidegate.simulation.trade import MAGENTO, SAGE

#: Calls that every week makes many times.
BUSY = (
    (SAGE, "POST", "sop_orders$"),
    (SAGE, "GET", "sop_orders$"),
    (MAGENTO, "GET", "V1/orders$"),
    (MAGENTO, "POST", "comments$"),
)


def scarce(
    seed: int, start: datetime, days: int, pause: tuple[str, dict[str, Any]], page: str
) -> Iterator[Event]:
    """One week's: `pause` is the name and the options of the absurd pause, `page` the name of a page for a deletion."""
    rng = random.Random(f"scarce-{seed}")
    if rng.random() < 0.3:
        system, method, path = rng.choice(BUSY)
        chosen = {"system": system, "method": method, "path": path, "options": pause[1]}
        yield Event(
            moment(rng, start, days), "fault", {"name": pause[0], "kind": "status", "times": 1, **chosen}
        )
    if rng.random() < 0.5:  # armed from the start: it waits for the first deletion
        chosen = {"system": SAGE, "method": "DELETE", "path": "sop_orders/", "options": {}}
        yield Event(start, "fault", {"name": page, "kind": "login_page", "times": 1, **chosen})
    if rng.random() < 0.5:
        at = moment(rng, start, days)
        period = {"system": SAGE, "kind": "closed_period"}
        yield Event(at, "face-fault", {**period, "pick": rng.random(), "times": 1})
        yield Event(at + timedelta(hours=rng.choice((3, 8, 16))), "face-fault-ends", period)

"""The shop's message queue in a simulated week: used for few values, stopped, and untruthful.

A week has too few products for the queue that the hub uses for thousands; so some weeks lower what it takes.
Drawn from a random stream of its own.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from tidegate.flows import bulk
from tidegate.simulation.event import Event, moment
from tidegate_sandbox.faults import Fault

MAGENTO = "magento"
#: The share of the trading weeks that use the queue.
SHARE = 0.7
#: What the hub's constants become: how many values are worth the queue, and the values of its trial.
FEW = {"WORTH_IT": 4, "RECORDS_WORTH_IT": 3, "PROBE": 2, "TRIAL": 2}
LIES: tuple[dict[str, str], ...] = ({"lie": "unwritten"}, {})


def settings_of(rng: random.Random) -> dict[str, Any]:
    """Whether, and how, the week's hub uses the queue: always (`async`), or once a trial has shown that it works."""
    if rng.random() >= SHARE:
        return {}
    return {"bulk": rng.choice((*("async",) * 4, "auto")), "few_values": True}


def troubles(rng: random.Random, start: datetime, days: int) -> Iterator[Event]:
    """The queue's consumer is stopped for hours; operations are lost, or called done and not carried out."""
    for _ in range(rng.randrange(3)):
        at = moment(rng, start, days)
        yield Event(at, "consumer-stops", {})
        yield Event(at + timedelta(hours=rng.choice((1, 4, 9, 30))), "consumer-starts", {})
    for _ in range(rng.randrange(4)):
        options = {"operation": 0, **rng.choice(LIES)}
        yield Event(moment(rng, start, days), "queue-lies", {"options": options})


def lying(options: dict[str, Any]) -> Fault:
    """The next bulk call has an operation that does not do what it says."""
    return Fault("bulk_lies", 1, options=options)


@contextmanager
def few_values(wanted: bool) -> Iterator[None]:
    """While it lasts, the queue is worth it for a handful of values."""
    kept = {name: getattr(bulk, name) for name in FEW}
    try:
        for name, value in FEW.items() if wanted else ():
            setattr(bulk, name, value)
        yield
    finally:
        for name, value in kept.items():
            setattr(bulk, name, value)

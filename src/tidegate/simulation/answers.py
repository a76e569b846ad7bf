"""Answers of something between the hub and its systems, and of systems that bear less than they say.

Drawn from a random stream of its own, so that everything else of a seed is the same with it and without. Each
strikes once: an odd status or a web page at any kind of read, a web page with 200 at any kind of write, carried
out or not, a pause beyond any calendar, an answer that drips.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from tidegate.simulation.event import Event, moment
from tidegate.simulation.houses.house import Calls, House
from tidegate.simulation.target import MAGENTO, SAGE, Target, of

STATUSES = (404, 405, 409, 410, 422, 451)
PAGE, WORDS = {"body": "<h1>No</h1>", "content_type": "text/html"}, {"body": '{"error": "no"}'}
#: Of a read: an odd refusal, as a page or in words that are neither system's.
ODD: dict[str, dict[str, Any]] = {
    f"odd-{status}-{form}": {"status": status, "content_type": "application/json", **body}
    for status in STATUSES
    for form, body in (("page", PAGE), ("json", WORDS))
}
#: Of any call: for how long it should not be repeated.
PAUSES: dict[str, dict[str, Any]] = {
    "pause-endless": {"status": 429, "retry_after": "9" * 30},
    "pause-negative": {"status": 429, "retry_after": "-5"},
    "pause-5195": {"status": 429, "retry_after": "Tue, 06 Jan 5195 06:06:06 GMT"},
    "pause-nonsense": {"status": 503, "retry_after": "when it suits us"},
}
WRITTEN: dict[str, dict[str, Any]] = {"page-for-write": {}, "page-for-write-effect": {"effect": True}}
DRIP = "drip"
KINDS = (*ODD, *PAUSES, *WRITTEN, DRIP)

#: Calls to the shop; those to Sage, its house knows.
READS = of(MAGENTO, "GET", "V1/orders$", "V1/orders$", "V1/orders/[0-9]+$", "V1/store/")
WRITES = of(MAGENTO, "POST", "V1/orders$", "orders/[0-9]+/comments$")
#: What the way back reads and writes besides.
READS_BACK = of(
    MAGENTO,
    "GET",
    "V1/(shipments|invoices|creditmemos)$",
    "inventory/source-items$|V1/stockItems/",
    "V1/products",
    "V1/(customers/search|customerGroups/search|attributeMetadata/customer)$",
)
WRITES_BACK = (
    *of(MAGENTO, "POST", "order/[0-9]+/ship$", "order/[0-9]+/invoice$", "order/[0-9]+/refund$"),
    *of(MAGENTO, "POST", "shipment/track", "inventory/source-items$"),
    Target(MAGENTO, "PUT", "V1/products/.*/stockItems/"),
    Target(MAGENTO, "POST", "products/(base|special|tier)-prices$|products/cost$"),
    *of(MAGENTO, "PUT", "V1/customers/[0-9]+$", "all/V1/products/"),
)
#: Limits of the shop's own, that come and go.
BEARS_LESS = ("count_lies",)


def unexpected_answers(seed: int, start: datetime, days: int, calls: Calls, *, back: bool) -> Iterator[Event]:
    """A week's worth of them; `back`: the way back has calls of its own."""
    rng = random.Random(f"answers-{seed}")

    def fault(name: str, kind: str, targets: Sequence[Target], options: dict[str, Any]) -> Event:
        target = rng.choice(targets)
        return Event(moment(rng, start, days), "fault", target.injected(name, kind, 1, options))

    there = ((*READS, *calls.reads), (*calls.writes, *WRITES))
    back_again = ((*READS_BACK, *calls.reads_back), (*calls.writes_back, *WRITES_BACK))
    sides = [there] + ([back_again] * 3 if back else [])
    for reads, writes in sides:
        for _ in range(4):
            name = rng.choice(tuple(ODD))
            yield fault(name, "status", reads, ODD[name])
        for name, options in WRITTEN.items():
            yield fault(name, "login_page", writes, options)
        name = rng.choice(tuple(PAUSES))
        yield fault(name, "status", reads, PAUSES[name])
        if rng.random() < 0.5:
            yield fault(DRIP, DRIP, reads, {"seconds": 2})


def bearing_less(seed: int, start: datetime, days: int, house: House, *, own_server: bool) -> Iterator[Event]:
    """Limits that come and go; `own_server`: the company's product stands on a server of its own."""
    rng = random.Random(f"limits-{seed}")
    limits = [(SAGE, *each) for each in house.bears_less] + [(MAGENTO, kind, False) for kind in BEARS_LESS]
    for system, kind, hosted in limits:
        at, hours, pick = moment(rng, start, days), rng.choice((3, 8, 24)), rng.random()
        if rng.random() < 0.5 and (own_server or not hosted):
            chosen = {"system": system, "kind": kind}
            yield Event(at, "face-fault", {**chosen, "pick": pick, "times": 1})
            yield Event(at + timedelta(hours=hours), "face-fault-ends", chosen)

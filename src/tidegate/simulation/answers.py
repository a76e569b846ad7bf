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
from tidegate.simulation.trade import MAGENTO, SAGE

Target = tuple[str, str]  #: (system, path)

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

READS: tuple[Target, ...] = (
    (MAGENTO, "V1/orders$"),
    (MAGENTO, "V1/orders$"),
    (MAGENTO, "V1/orders/[0-9]+$"),
    (MAGENTO, "V1/store/"),
    (SAGE, "sop_orders$"),
    (SAGE, "sop_orders$"),
    (SAGE, "customers$"),
    (SAGE, "products$"),
    (SAGE, "(tax_codes|warehouses|sop_settings|sop_additional_charges)$"),
)
WRITES: tuple[Target, ...] = (
    (SAGE, "sop_orders$"),
    (SAGE, "sop_orders$"),
    (SAGE, "customers$"),
    (MAGENTO, "V1/orders$"),
    (MAGENTO, "orders/[0-9]+/comments$"),
)
#: What the way back reads and writes besides.
READS_BACK: tuple[Target, ...] = (
    (MAGENTO, "V1/(shipments|invoices|creditmemos)$"),
    (MAGENTO, "inventory/source-items$|V1/stockItems/"),
    (MAGENTO, "V1/products"),
    (MAGENTO, "V1/(customers/search|customerGroups/search|attributeMetadata/customer)$"),
    (SAGE, "sop_.*view"),
    (SAGE, "(price|product|customer|nominal).*view"),
    (SAGE, "warehouse_holdings$"),
    (SAGE, "sales_posted_transactions$"),
    (SAGE, "(banks|couriers|price_bands|product_groups|nominal_codes|customer_emails)$"),
)
WRITES_BACK: tuple[Target, ...] = (
    (SAGE, "sales_receipts$"),
    (SAGE, "sales_allocations$"),
    (MAGENTO, "order/[0-9]+/ship$"),
    (MAGENTO, "order/[0-9]+/invoice$"),
    (MAGENTO, "order/[0-9]+/refund$"),
    (MAGENTO, "shipment/track"),
    (MAGENTO, "inventory/source-items$"),
    (MAGENTO, "V1/products/.*/stockItems/"),
    (MAGENTO, "products/(base|special|tier)-prices$|products/cost$"),
    (MAGENTO, "V1/customers/[0-9]+$"),
    (MAGENTO, "all/V1/products/"),
)
#: Writes that are no POST.
REPLACED = ("V1/customers/[0-9]+$", "all/V1/products/", "V1/products/.*/stockItems/")
#: Faults of one system's own: (system, kind, only of a company's own server).
BEARS_LESS = (
    (SAGE, "short_queries", True),
    (SAGE, "slow_large_reads", True),
    (MAGENTO, "count_lies", False),
)


def strange_answers(seed: int, start: datetime, days: int, *, back: bool) -> Iterator[Event]:
    """A week's worth of them; `back`: the way back has calls of its own."""
    rng = random.Random(f"answers-{seed}")

    def fault(name: str, kind: str, method: str, targets: Sequence[Target], options: dict[str, Any]) -> Event:
        system, path = rng.choice(targets)
        method = "PUT" if method == "POST" and path in REPLACED else method
        chosen = {"system": system, "method": method, "path": path, "options": options}
        return Event(moment(rng, start, days), "fault", {"name": name, "kind": kind, "times": 1, **chosen})

    sides = [(READS, WRITES)] + ([(READS_BACK, WRITES_BACK)] * 3 if back else [])
    for reads, writes in sides:
        for _ in range(4):
            name = rng.choice(tuple(ODD))
            yield fault(name, "status", "GET", reads, ODD[name])
        for name, options in WRITTEN.items():
            yield fault(name, "login_page", "POST", writes, options)
        name = rng.choice(tuple(PAUSES))
        yield fault(name, "status", "GET", reads, PAUSES[name])
        if rng.random() < 0.5:
            yield fault(DRIP, DRIP, "GET", reads, {"seconds": 2})


def bearing_less(seed: int, start: datetime, days: int, *, own_server: bool) -> Iterator[Event]:
    """Limits that come and go; `own_server`: the company's product stands on a server of its own."""
    rng = random.Random(f"limits-{seed}")
    for system, kind, hosted in BEARS_LESS:
        at, hours, pick = moment(rng, start, days), rng.choice((3, 8, 24)), rng.random()
        if rng.random() < 0.5 and (own_server or not hosted):
            chosen = {"system": system, "kind": kind}
            yield Event(at, "face-fault", {**chosen, "pick": pick, "times": 1})
            yield Event(at + timedelta(hours=hours), "face-fault-ends", chosen)

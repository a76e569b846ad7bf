"""The script of what Sage's own people and the shop's merchant do in a week, besides the orders.

Warehouses despatch, invoices are run and paid, goods come back, prices, accounts, products and stock
change, and somebody edits by hand in Magento what Sage owns. Made from a generator of its own, so that
the orders of a seed are the same with these events and without.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from tidegate.simulation.event import Event, moment
from tidegate.simulation.target import MAGENTO, Target

#: Every so manieth week has all flows.
EVERY = 7

#: Calls of these flows to the shop that a fault of the wire may strike; those to Sage, its house knows.
TARGETS = (
    Target(MAGENTO, "POST", "order/[0-9]+/ship$"),
    Target(MAGENTO, "POST", "order/[0-9]+/ship$"),
    Target(MAGENTO, "POST", "order/[0-9]+/invoice$"),
    Target(MAGENTO, "POST", "order/[0-9]+/invoice$"),
    Target(MAGENTO, "POST", "order/[0-9]+/refund$"),
    Target(MAGENTO, "POST", "shipment/track"),
    Target(MAGENTO, "GET", "V1/(shipments|invoices|creditmemos)$"),
    Target(MAGENTO, "POST", "inventory/source-items$"),
    Target(MAGENTO, "GET", "inventory/source-items$"),
    Target(MAGENTO, "POST", "products/(base|special|tier)-prices"),
    Target(MAGENTO, "PUT", "customers/[0-9]+$"),
    Target(MAGENTO, "GET", "V1/products$"),
)

#: What happens so often a day, at most: (event, times a day, options by chance).
DAILY = (
    ("despatch", 8),
    ("despatch-all", 1),
    ("track", 3),
    ("invoice-run", 2),
    ("posting-run", 1),
    ("payment", 4),
    ("credit", 1),
    ("stock-adjust", 3),
    ("price", 3),
    ("account", 2),
    ("stock-by-hand", 1),
    ("price-by-hand", 1),
)
#: What happens now and then: (event, chance a day).
RARE = (
    ("product-ends", 0.2),
    ("product-new", 0.2),
    ("period-closes", 0.1),
    ("registers", 0.3),
    ("limits", 0.05),
)

#: How often the flows from Sage to Magento run, one of these each.
CADENCES = {
    "shipments": ("3h", "4h"),
    "inventory": ("3h", "4h"),
    "prices": ("6h",),
    "customers": ("6h",),
    "registrations": ("4h",),
    "products": ("6h",),
    "invoices": ("4h",),
    "payments": ("4h", "5h"),
    "credits": ("4h", "6h"),
}


def settings(rng: random.Random, back: Sequence[str]) -> dict[str, Any]:
    """The settings of a week in which these flows run from Sage to Magento."""
    return {
        "back": {flow: rng.choice(choices) for flow, choices in CADENCES.items() if flow in back},
        "msi": rng.random() < 0.75,
        "invoice_when": rng.choice(("invoice", "payment")),
        "approval": rng.choice(("review", "provisional", "hold")),
    }


def shop_of(rng: random.Random) -> dict[str, Any]:
    """What kind of Magento it is, from chances of its own: its price scope, and its version (points 31, 34, 38)."""
    return {
        "price_scope": rng.choice(("website", "website", "global")),
        "magento": rng.choice(("2.4.6", "2.4.7-p3", "2.4.8")),
    }


def trade(rng: random.Random, start: datetime, days: int) -> Iterator[Event]:
    """All of it, for so many days from `start` (aware UTC)."""
    for what, times in DAILY:
        for _ in range(days * rng.randrange(times + 1)):
            yield Event(moment(rng, start, days), what, chances(rng, what))
    for what, chance in RARE:
        for _ in range(days):
            if rng.random() < chance:
                yield Event(moment(rng, start, days), what, chances(rng, what))
    if rng.random() < 0.15:
        at = moment(rng, start, days)
        yield Event(at, "consumer-stops", {})
        yield Event(at + timedelta(hours=rng.choice((2, 8, 20))), "consumer-starts", {})


def between_readings(rng: random.Random, start: datetime, days: int) -> Iterator[Event]:
    """What moves stock behind the back of one reading: gone and billed at once, refunded before it left."""
    for what, times in (("despatch-and-invoice", 2), ("refund", 1)):
        for _ in range(days * rng.randrange(times + 1)):
            yield Event(moment(rng, start, days), what, chances(rng, what))


def chances(rng: random.Random, what: str) -> dict[str, Any]:
    """The options of one event: numbers between 0 and 1, from which its parts are picked."""
    names = CHANCES.get(what, ("pick",))
    return {name: rng.random() for name in names}


CHANCES = {
    "despatch-and-invoice": ("pick", "tracked"),
    "refund": ("pick", "share", "returned"),
    "despatch": ("pick", "share", "elsewhere", "tracked"),
    "despatch-all": ("tracked",),
    "track": ("pick",),
    "invoice-run": ("together",),
    "posting-run": (),
    "payment": ("pick", "share"),
    "credit": ("pick", "share", "returned"),
    "stock-adjust": ("pick", "place", "change"),
    "price": ("pick", "which", "change"),
    "account": ("pick", "which", "change"),
    "stock-by-hand": ("pick", "change"),
    "price-by-hand": ("pick", "change"),
    "product-ends": ("pick",),
    "product-new": ("pick",),
    "period-closes": (),
    "registers": (),
    "limits": (),
}

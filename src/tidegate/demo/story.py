"""The script of one evening, made from one seed: who orders when, what Sage's people do, and what goes wrong."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from tidegate_sandbox.magento.kinds import KINDS

CONNECTION, COMPANY, STORE = "web", "sage", "main"
START = datetime(2026, 3, 5, 1, 0, tzinfo=UTC)  #: a Wednesday, 20:00 in Detroit; in London it is night
CLOSED_MINUTES = 90
WINDOW_CLOSES = START + timedelta(minutes=60)  #: as the configuration announces it
WINDOW_OPENS = WINDOW_CLOSES + timedelta(minutes=CLOSED_MINUTES)
LAST_ORDER = START + timedelta(minutes=200)
#: Kinds of orders of these store views are placed; whoever orders in another website chooses its own view.
VIEWS = frozenset({"default", "default_fr"})
#: What is kept back of every product.
BUFFER = Decimal("0.1")
#: How an order stands in Sage, and the status that the shop shows for it.
STATUSES = {
    "partly-shipped": "partly_shipped",
    "shipped": "shipped",
    "invoiced-open": "invoiced_open",
    "complete": "paid",
}
#: The products that are sold over the counter and get another price.
COUNTER, PIECES = "HUB-0007", 14
REPRICED, NEW_PRICE = "HUB-0042", "27.90"
#: Kinds of orders that must not reach Sage.
NEVER_SENT = frozenset({"cancelled", "held", "pending_payment", "payment_review"})
#: With fewer orders there would be no story: each of the roles below needs its order.
FEWEST = 12
ORDER, POISON, REGRET, LOSS, CANCEL = "order", "poison", "regret", "loss", "cancel"
#: What Sage's own people do.
DEEDS = ("sell", "reprice", "pack", "finish", "invoice", "credit", "collect", "rest", "close")
SELL, REPRICE, PACK, FINISH, INVOICE, CREDIT, COLLECT, REST, CLOSE = DEEDS
#: The flow that shows a deed in the shop; where a product has not got it, its people do not do it.
SHOWN_BY = {
    SELL: "inventory",
    REPRICE: "prices",
    PACK: "shipments",
    FINISH: "shipments",
    INVOICE: "invoices",
    CREDIT: "credits",
    COLLECT: "payments",
    REST: "payments",
}
#: From here on the night shift works: it begins when no order waits any more. Whoever sent goods back pays the
#: REST when the shop has the credit memo, and then the day is CLOSEd: whatever is posted once a day is posted.
NIGHT = START + timedelta(minutes=218)


@dataclass(frozen=True)
class Beat:
    """Something that happens; `kind` is that of an order that is placed. `at` is aware UTC."""

    at: datetime
    what: str
    kind: str = ""


@dataclass(frozen=True)
class Story:
    """The beats in the order of time, and after how many orders sent the hub's process dies."""

    beats: tuple[Beat, ...]
    orders: int
    dies_at: int


def at(minutes: int) -> datetime:
    """So many simulated minutes after the beginning."""
    return START + timedelta(minutes=minutes)


#: Sage's working day: an early shift, a late one after the backup, and a night shift that finishes everything.
SHIFTS = (
    Beat(at(10), SELL),
    Beat(at(12), REPRICE),
    Beat(at(25), PACK),
    Beat(at(27), INVOICE),
    Beat(at(50), COLLECT),
    Beat(at(162), SELL),
    Beat(at(168), FINISH),
    Beat(at(169), PACK),
    Beat(at(172), INVOICE),
    Beat(at(174), CREDIT),
    Beat(at(176), COLLECT),
    *(Beat(NIGHT, what) for what in (PACK, FINISH, INVOICE, CREDIT, COLLECT, REST, CLOSE)),
)


def write_story(orders: int, seed: int, *, mixed_taxes: bool = True) -> Story:
    """So many orders (at least `FEWEST`) over one evening; with several rates in one order, or not.

    One is poison, one is regretted while Sage is closed, one of each kind is never to be sent. The
    hub dies in the middle of the batch that follows the closed window.
    """
    rng = random.Random(f"demo/{seed}")
    count = max(orders, FEWEST)
    roles = [
        Beat(at(2), ORDER, "guest"),
        Beat(at(8), ORDER, "cancelled"),
        Beat(at(12), ORDER, "pending_payment"),
        Beat(at(16), ORDER, "held"),
        Beat(at(24), POISON, "guest"),
        Beat(at(70), REGRET, "guest"),
    ]
    span = (LAST_ORDER - START).total_seconds()
    rest = count - len(roles)
    # One in each equal share of the evening: at no time is the shop empty, whatever the seed.
    crowd = [
        Beat(
            START + timedelta(seconds=span * (number + rng.random()) / rest),
            ORDER,
            a_kind(rng, mixed_taxes=mixed_taxes),
        )
        for number in range(rest)
    ]
    acts = [Beat(at(15), LOSS), Beat(at(100), CANCEL)]
    beats = tuple(sorted([*roles, *crowd, *acts, *SHIFTS], key=lambda beat: beat.at))
    before = sum(is_sent(beat) for beat in beats if beat.at < WINDOW_CLOSES)
    queued = sum(is_sent(beat) for beat in beats if WINDOW_CLOSES <= beat.at < WINDOW_OPENS)
    return Story(beats, count, before + max(queued // 2, 1))


def a_kind(rng: random.Random, *, mixed_taxes: bool) -> str:
    """One of the kinds of orders. Here Sage's warehouse ships: nobody does it by hand in the shop."""
    kinds = {
        name: kind.weight
        for name, kind in KINDS.items()
        if set(kind.views) <= VIEWS
        and kind.after not in ("ship_partly", "complete")
        and (mixed_taxes or not kind.mixed_taxes)
    }
    return rng.choices(list(kinds), list(kinds.values()))[0]


def is_sent(beat: Beat) -> bool:
    """Whether the beat places an order that goes to Sage."""
    return beat.what == ORDER and beat.kind not in NEVER_SENT

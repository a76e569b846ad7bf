"""The script of one simulated business week, made from one seed and nothing else.

Orders arrive by an hourly curve and are edited, cancelled, held; other channels sell; Sage locks
itself; the wire, both systems and our own process fail. The same seed gives the same week.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from tidegate.simulation import bulk_queue, odd_skus, trade
from tidegate.simulation.additions import with_additions
from tidegate.simulation.aimed import aimed
from tidegate.simulation.answers import bearing_less, unexpected_answers
from tidegate.simulation.event import Event as Event
from tidegate.simulation.event import moment
from tidegate.simulation.gifts import gifts
from tidegate.simulation.hazards import hazards
from tidegate.simulation.houses.house import House
from tidegate.simulation.more_trade import BOX, more_trade
from tidegate.simulation.occasions import occasions, shop_without
from tidegate.simulation.prepaid import prepaid
from tidegate.simulation.products import USUAL
from tidegate.simulation.scarce import scarce
from tidegate.simulation.target import MAGENTO, SAGE, Target, of
from tidegate.simulation.unreadable import unreadable
from tidegate.simulation.wire_faults import ODD_FAULTS, PAGE_FOR_DELETE, WIRE_FAULTS

#: Orders per hour of the day, as weights: quiet nights, a lunch peak, an evening peak.
HOURLY = (1, 1, 1, 1, 1, 2, 3, 5, 7, 8, 8, 9, 11, 9, 8, 8, 8, 9, 11, 13, 14, 12, 7, 3)

#: Cadences of hubs that rest at night, in the company's time zone.
WORKING_HOURS, FOUR_TIMES_A_DAY = "7 6-22/2 * * *", "31 7-22/5 * * *"

#: Widgets that shop and company have: enough for every order, few enough for a thousand weeks.
ITEMS = 60
#: Every so manieth week has all flows.
TRADING = trade.EVERY
#: A Thursday: five days with a weekend in the middle, in whose Sunday night London changes its clocks.
START = datetime(2026, 3, 26, 6, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Week:
    """One seed's script and the settings that go with it."""

    seed: int
    start: datetime
    end: datetime
    events: tuple[Event, ...]
    settings: dict[str, Any]
    house: House = USUAL

    @property
    def days(self) -> int:
        """How long it is."""
        return (self.end - self.start).days


#: What a fault may strike in the shop; what it may strike in Sage, its house says.
TARGETS = (
    *of(MAGENTO, "GET", "V1/orders$", "V1/orders/[0-9]+$"),
    *of(MAGENTO, "POST", "V1/orders$", "comments$"),
)

#: Faults that the shop carries out itself.
FACE_FAULTS = ("poison_order", "late_commit", "page_cap", "maintenance", "ignore_sort")


def write_week(
    seed: int,
    *,
    house: House = USUAL,
    orders: int | None = None,
    days: int | None = None,
    back: Sequence[str] | None = None,
) -> Week:
    """The script of week number `seed`: about `orders` orders over `days` days, two at least.

    `back` are the flows from Sage to Magento that run, too; with any, both sides trade. What is not given
    follows from the seed: every seventh week has all flows, and is shorter, since it does three times as much.
    The orders that are not given follow from the days.
    """
    if back is None:
        back = [flow for flow in trade.CADENCES if flow in house.flows] if seed % TRADING == 0 else ()
    days = days or (3 if back else 4)
    orders = orders or (days * 10 // 3 if back else days * 4)
    rng = random.Random(f"week-{seed}")
    start = START
    end = start + timedelta(days=days)
    events = [
        *arrivals(rng, start, days, orders),
        *changes(rng, start, days, orders),
        *closings(rng, start, days),
        *wire_faults(rng, start, days, (*house.calls.faulty, *TARGETS)),
        *face_faults(rng, start, days, house),
        *own_faults(rng, start, days),
    ]
    events += hazards(seed, start, days, house, back=bool(back))
    # A generator of its own: what is taken back moves nothing else in the week.
    events += house.script(seed, start, days)
    events += takings(random.Random(f"taken-back-{seed}"), start, days)
    settings = {
        "edition": rng.choice(house.editions),
        "unknown": rng.choice(("create", "web-account", "create")),
        "comment": rng.choice(("hidden", "visible")),
        "cancellation": rng.choice(("cancel", "review")),
        "every_orders": rng.choice(("2h", WORKING_HOURS, WORKING_HOURS, "3h")),
        "every_status": rng.choice(("3h", FOUR_TIMES_A_DAY, FOUR_TIMES_A_DAY)),
        "colliding": rng.random() < 0.3,
        "amounts": "auto",
        "skip_skus": (BOX,) if house.codes.takes_texts else (),
        "skus": odd_skus.drawn(random.Random(f"skus-{seed}"), ITEMS),
    }
    if not house.opens_accounts:
        settings["unknown"] = "web-account"
    if back:
        trading = random.Random(f"trade-{seed}")
        back_targets = (*trade.TARGETS, *house.calls.faulty_back)
        events += [*trade.trade(trading, start, days), *wire_faults(trading, start, days, back_targets)]
        # of their own generator: the other events of a seed stay what they are
        events += trade.between_readings(random.Random(f"stock-{seed}"), start, days)
        events += more_trade(seed, start, days)
        settings |= trade.settings(trading, back)
        settings |= trade.shop_of(random.Random(f"shop-{seed}"))
        settings |= shop_without(seed)
        events += (
            prepaid(seed, start, days, house.calls.allocating)
            if "payments" in house.flows and house.codes.prepaid
            else ()
        )
        queue = random.Random(f"queue-{seed}")
        settings |= bulk_queue.settings_of(queue)
        events += bulk_queue.troubles(queue, start, days) if "bulk" in settings else ()
    events = list(with_additions(seed, events))
    events += unreadable(seed, start, days, house.calls, back=bool(back))
    events += odd_faults(random.Random(f"odd-{seed}"), start, days, house)
    absurd = "status-429-absurd"
    events += scarce(seed, start, days, house, (absurd, ODD_FAULTS[absurd]), PAGE_FOR_DELETE)
    events += unexpected_answers(seed, start, days, house.calls, back=bool(back))
    events += bearing_less(seed, start, days, house, own_server=settings["edition"] in house.hosted)
    events += occasions(seed, start, days, back=bool(back))
    events += gifts(seed, start, days) if back else ()
    events += aimed(seed, start, days, settings, house.calls)
    return Week(seed, start, end, tuple(sorted(events, key=lambda event: event.at)), settings, house)


def arrivals(rng: random.Random, start: datetime, days: int, orders: int) -> Iterator[Event]:
    """Orders by the hourly curve; each carries a seed of its own, so that leaving one out moves none."""
    for number in range(orders):
        day = rng.randrange(days)
        hour = rng.choices(range(24), HOURLY)[0]
        at = start.replace(hour=0) + timedelta(days=day, hours=hour, seconds=rng.randrange(3600))
        if at < start:
            at += timedelta(days=1)
        burst = 1 if rng.random() < 0.9 else rng.randrange(2, 5)  # several in the same second
        for copy in range(burst):
            yield Event(at, "order", {"seed": number * 10 + copy})


def changes(rng: random.Random, start: datetime, days: int, orders: int) -> Iterator[Event]:
    """What happens to orders afterwards, in Magento, and to the stock, in Sage."""
    for what, share in (
        ("cancel", 0.10),
        ("edit", 0.06),
        ("hold", 0.05),
        ("unhold", 0.08),
        ("pay", 0.08),
        ("address", 0.03),
    ):
        for _ in range(int(orders * share) + (rng.random() < 0.5)):
            yield Event(moment(rng, start, days), what, {"pick": rng.random()})
    for _ in range(days * 3):
        yield Event(
            moment(rng, start, days),
            "other-channel-sale",
            {"pick": rng.random(), "pieces": rng.randrange(1, 9)},
        )


def takings(rng: random.Random, start: datetime, days: int) -> Iterator[Event]:
    """The merchant cancels the rest of an order, refunds a part or all of one, holds one that was sent."""
    for what, names, chance in (
        ("cancel-rest", ("pick", "share"), 0.4),
        ("refund", ("pick", "share", "returned"), 0.4),
        ("hold", ("pick",), 0.2),
    ):
        if rng.random() < chance:
            yield Event(moment(rng, start, days), what, {name: rng.random() for name in names})


def closings(rng: random.Random, start: datetime, days: int) -> Iterator[Event]:
    """Locks that no calendar knows: a backup that runs long, a period end."""
    for _ in range(rng.randrange(0, 3)):
        at = moment(rng, start, days)
        minutes = rng.choice((20, 60, 180, 600))
        yield Event(at, "lock", {})
        yield Event(at + timedelta(minutes=minutes), "unlock", {})


def wire_faults(rng: random.Random, start: datetime, days: int, targets: Sequence[Target]) -> Iterator[Event]:
    """Faults of the wire, armed at a moment for the next few matching requests."""
    for name, options in WIRE_FAULTS.items():
        for _ in range(rng.choices((0, 1, 2, 3), (3, 4, 2, 1))[0]):
            target, at = rng.choice(targets), moment(rng, start, days)
            kind, times = "status" if name.startswith("status") else name, rng.choice((1, 1, 1, 2, 3))
            skipping = {"skip": rng.randrange(3)} if rng.random() < 0.5 else {}
            yield Event(at, "fault", target.injected(name, kind, times, {**options, **skipping}))


def odd_faults(rng: random.Random, start: datetime, days: int, house: House) -> Iterator[Event]:
    """Answers of something between the hub and its systems, in one week of four each."""
    for name, options in ODD_FAULTS.items():
        if rng.random() < 0.25:
            target = rng.choice((*house.calls.faulty, *TARGETS))
            yield Event(moment(rng, start, days), "fault", target.injected(name, "status", 1, options))
    if rng.random() < 0.25 and house.calls.cancelling is not None:
        yield Event(start, "fault", house.calls.cancelling.injected(PAGE_FOR_DELETE, "login_page", 1, {}))


def face_faults(rng: random.Random, start: datetime, days: int, house: House) -> Iterator[Event]:
    """Faults of one system's own making."""
    faults = [(SAGE, kind) for kind in house.face_faults] + [(MAGENTO, kind) for kind in FACE_FAULTS]
    for system, kind in faults:
        if rng.random() < 0.35:
            at = moment(rng, start, days)
            yield Event(
                at,
                "face-fault",
                {"system": system, "kind": kind, "pick": rng.random(), "times": rng.randrange(1, 4)},
            )
            yield Event(
                at + timedelta(hours=rng.choice((1, 3, 8))),
                "face-fault-ends",
                {"system": system, "kind": kind},
            )


def own_faults(rng: random.Random, start: datetime, days: int) -> Iterator[Event]:
    """Our own process: dies at a commit or at a send, runs twice, is restored from yesterday."""
    for _ in range(rng.randrange(1, 6)):
        point = rng.choice(("commit", "commit", "send-before", "send-after"))
        yield Event(moment(rng, start, days), "die", {"point": point, "after": rng.randrange(1, 25)})
    if rng.random() < 0.3:
        yield Event(moment(rng, start, days), "second-hub", {})
    if rng.random() < 0.25:
        at = moment(rng, start, days)
        yield Event(at, "backup", {})
        yield Event(at + timedelta(hours=rng.choice((2, 12, 24))), "restore", {})
    for _ in range(rng.randrange(0, 3)):
        yield Event(moment(rng, start, days), "retry-all", {})

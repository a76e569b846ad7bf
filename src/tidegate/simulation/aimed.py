"""Faults that chance brings too seldom to one kind of call: they take turns, so that each strikes as often as any.

The cells of `coverage.py` are many and a week's calls of one kind are few. So the weeks do not draw from all kinds
of fault at such a call, but go on with the list where the week before them ended. Where, and when, is drawn from a
random stream of its own.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tidegate.simulation.answers import DRIP, PAUSES, WRITTEN
from tidegate.simulation.coverage import WRITE
from tidegate.simulation.event import Event, moment
from tidegate.simulation.houses.house import Calls
from tidegate.simulation.target import MAGENTO, Target, of
from tidegate.simulation.trade import EVERY
from tidegate.simulation.wire_faults import ODD_FAULTS, WIRE_FAULTS

#: The faults whose names are not in `wire_faults`: name -> (kind, options).
ELSEWHERE: dict[str, tuple[str, dict[str, Any]]] = {
    DRIP: (DRIP, {"seconds": 2}),
    "status-418-words": (
        "status",
        {"status": 418, "body": '{"error": "no"}', "content_type": "application/json"},
    ),
    "login_page-effect": ("login_page", WRITTEN["page-for-write-effect"]),
}
NEW = (DRIP, "status-408", "status-418", "status-418-words", "pause-absurd")


@dataclass(frozen=True, slots=True)
class Aim:
    """So many faults a week take turns at one kind of call. `armed`: from the week's beginning on."""

    kinds: Sequence[str]
    times: int
    targets: Sequence[Target]
    armed: bool = False


def always(calls: Calls, *, recording: bool, deleting: bool) -> Iterator[Aim]:
    """In every week; calls that the product does not have are left out.

    `recording`: the hub opens accounts or posts receipts; `deleting`: an order cancelled in the shop is
    deleted in the company without a person.
    """
    yield from aim(WRITE, 4, calls.signing_in)
    yield Aim(("slow", "status-429-retry-after", *NEW[1:]), 1, [calls.order_read, calls.reference_read])
    yield Aim((*NEW, "slow", "status-503"), 2, of(MAGENTO, "GET", "V1/orders$", "V1/orders/|V1/store/"))
    yield Aim(WRITE, 2, [calls.order_sent])
    yield Aim(NEW, 1, [calls.order_sent])
    yield Aim(WRITE, 4, of(MAGENTO, "POST", "V1/orders$", "comments$"))
    yield from aim(WRITE, 7, calls.records_sent, armed=True) if recording else ()
    yield from aim(WRITE, 10, calls.cancelling, armed=True) if deleting else ()


def aim(kinds: Sequence[str], times: int, target: Target | None, *, armed: bool = False) -> Iterator[Aim]:
    """At one kind of call, if there is such a call."""
    if target is not None:
        yield Aim(kinds, times, [target], armed)


#: So many orders more are cancelled in the shop, so that there is something to delete; a deletion that was refused
#: waits for a person, who tries again so often.
CANCELLED, CANCELLED_OF_FEW, TRIED_AGAIN = 14, 5, 3
TRADING = (
    Aim(
        WRITE,
        32,
        of(
            MAGENTO,
            "POST",
            *["order/[0-9]+/ship$"] * 3,
            "order/[0-9]+/invoice$",
            *["order/[0-9]+/(ship|invoice|refund)$|shipment/track"] * 4,
        ),
        armed=True,
    ),
    Aim(
        WRITE,
        28,
        [
            Target(MAGENTO, "POST", "inventory/source-items$"),
            Target(MAGENTO, "PUT", "V1/products/.*/stockItems/|all/V1/products/"),
            Target(MAGENTO, "PUT", "all/V1/products/"),
            Target(MAGENTO, "PUT", "V1/customers/[0-9]+$|all/V1/products/"),
            Target(MAGENTO, "POST", "products/(base|special|tier)-prices$|products/cost$"),
        ],
    ),
)
#: Without goods that leave there are no documents: so many orders come early, and at these hours of the week credit
#: control lets go of what came on hold, the van leaves, and somebody has tried again what waits for a person.
EARLY, AT_WORK = 8, (10, 18, 26, 34, 42, 50)
#: A queue that says "done" and has done nothing, and one that does nothing for some hours; the products that are sold
#: elsewhere then.
LIES, STOPS, MOVED = 4, 3, 8
UNTRUE_AFTER = (timedelta(hours=5), timedelta(hours=16))
STOPPED_AFTER = tuple(timedelta(hours=hours) for hours in (0, 10, 20, 28))


def aimed(
    seed: int, start: datetime, days: int, settings: Mapping[str, Any], calls: Calls
) -> Iterator[Event]:
    """One week's, by its settings."""
    rng = random.Random(f"aimed-{seed}")
    trading = bool(settings.get("back"))
    deleting = settings["cancellation"] == "cancel"
    for each in always(calls, recording=trading or settings["unknown"] == "create", deleting=deleting):
        yield from turns(each, seed, rng, start, days)
    for _ in range((CANCELLED_OF_FEW if trading else CANCELLED) if deleting else 0):
        yield Event(moment(rng, start, days), "cancel-there", {"pick": rng.random()})
    for _ in range(TRIED_AGAIN if deleting else 0):
        yield Event(moment(rng, start, days), "retry-all", {})
    for each in TRADING if trading else ():
        yield from turns(each, seed // EVERY, rng, start, days)
    if trading:
        yield from work(rng, start)
    if settings.get("few_values"):
        yield from untrue(rng, start, days)


def untrue(rng: random.Random, start: datetime, days: int) -> Iterator[Event]:
    """A queue that is not to be relied on, and enough that moves for it to be used.

    Once more when the other faults are over: while they last, few cycles come as far as the queue.
    """
    end = start + timedelta(days=days)
    times = [moment(rng, start, days) for _ in range(LIES)]
    for at in [*times, *(end + hours for hours in UNTRUE_AFTER)]:
        yield Event(at, "queue-lies", {"options": {"operation": 0, "lie": "unwritten"}})
        yield from sold(rng, at)
    for at in [moment(rng, start, days) for _ in range(STOPS)]:
        yield Event(at, "consumer-stops", {})
        yield from sold(rng, at)
        yield Event(at + timedelta(hours=9), "consumer-starts", {})
    for hours in STOPPED_AFTER:
        yield Event(end + hours, "consumer-stops", {})
        yield from sold(rng, end + hours)
        yield Event(end + hours + timedelta(hours=4), "consumer-starts", {})


def sold(rng: random.Random, at: datetime) -> Iterator[Event]:
    """So many products sold in the shop round the corner, in the minutes that follow."""
    for minutes in range(MOVED):
        at += timedelta(minutes=minutes)
        yield Event(at, "other-channel-sale", {"pick": rng.random(), "pieces": 1})


def work(rng: random.Random, start: datetime) -> Iterator[Event]:
    """What makes documents."""
    for number in range(EARLY):
        yield Event(start + timedelta(minutes=rng.randrange(480)), "order", {"seed": 1000 + number})
    for hours in AT_WORK:
        at = start + timedelta(hours=hours, minutes=rng.randrange(60))
        yield Event(at, "credit-control", {})
        yield Event(at + timedelta(minutes=5), "despatch-all", {"tracked": rng.random()})
        yield Event(at + timedelta(minutes=10), "invoice-run", {"together": rng.random()})
        yield Event(at + timedelta(minutes=15), "retry-all", {})


def turns(aim: Aim, turn: int, rng: random.Random, start: datetime, days: int) -> Iterator[Event]:
    """The next kinds of the list; `turn` counts the weeks that have such calls."""
    for place in range(aim.times):
        name = aim.kinds[(turn * aim.times + place) % len(aim.kinds)]
        target = rng.choice(aim.targets)
        if name == "pause-absurd":
            name = rng.choice(tuple(PAUSES))
        kind, options = fault_of(name)
        at = moment(rng, start, days - 1)  # early enough that what it hits comes to its end
        yield Event(start if aim.armed else at, "fault", target.injected(name, kind, 1, options))


def fault_of(name: str) -> tuple[str, dict[str, Any]]:
    """The wire's kind, and its options, of a fault by its name."""
    if name in ELSEWHERE:
        return ELSEWHERE[name]
    options = {**WIRE_FAULTS, **ODD_FAULTS, **PAUSES}[name]
    return ("status" if "status" in options else name), options

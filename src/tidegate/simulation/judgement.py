"""Putting one simulated world before the judge: the books of both systems, and the hub's own reports."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from tidegate.engine import reports
from tidegate.engine.hub import Hub
from tidegate.simulation.week import Week
from tidegate.simulation.world import COUNTRIES, ORDER_CURRENCIES, World
from tidegate_sandbox import checker, checker_calls

#: The tax rates that `settings.MAPPINGS` knows.
MAPPED_PERCENTS = frozenset(map(Decimal, (0, 5, 6, 20)))


def judge(
    world: World, hub: Hub, week: Week, changed: Collection[int], lifts: Iterable[datetime]
) -> checker.Verdict:
    """Everything that can be judged from the outside. `changed` are orders edited in place."""
    now = world.clock.now()
    terms = terms_of(world, hub, week, frozenset(changed))
    deliveries = all_deliveries(now)
    verdict = checker.judge(
        world.shop.books(), world.sage.company.books(), deliveries, accounts(hub, now), terms
    )
    lifted = list(lifts)
    for wire in (world.shop_wire, world.sage_wire):
        checker_calls.silent_when_refused(wire.requests_seen, lifted, verdict)
    checker_calls.quiet_in_windows(world.sage_wire.requests_seen, terms, verdict)
    checker_calls.one_try_a_cycle(tries(deliveries, now), verdict)
    return verdict


def terms_of(world: World, hub: Hub, week: Week, changed: frozenset[int]) -> checker.Terms:
    """What the simulated hub promised."""
    _, store_ids, currency, _ = COUNTRIES[world.country]
    return checker.Terms(
        store="main",
        store_ids=store_ids,
        since=week.start - timedelta(hours=1),
        states=frozenset({"new", "processing", "complete"}),
        statuses_never=frozenset({"pending_payment", "payment_review", "holded", "fraud"}),
        currency=currency,
        order_currencies=ORDER_CURRENCIES,
        closed=tuple(windows(hub, week, world.clock.now())),
        tax_percents=MAPPED_PERCENTS,
        changed=changed,
    )


def windows(hub: Hub, week: Week, now: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The announced windows of the week as instants."""
    (connection,) = hub.connections.values()
    at = week.start - timedelta(days=1)
    while (period := connection.calendar.next_closing(at)) is not None and period.start < now:
        yield period.start, period.end
        at = period.end


def all_deliveries(now: datetime) -> list[dict[str, Any]]:
    """The hub's own report of every delivery."""
    found: list[dict[str, Any]] = []
    after = 0
    while True:
        page = reports.deliveries(now, after=after, limit=1000)
        found += page["deliveries"]
        if page["next"] is None:
            return found
        after = page["next"]


def tries(deliveries: Iterable[dict[str, Any]], now: datetime) -> dict[str, list[int]]:
    """The batches in which each delivery that failed was tried, by its key, as the hub traces it."""
    return {
        step["key"]: [attempt["batch"] for attempt in step["attempts"]]
        for each in deliveries
        if each["failures"]
        for order in reports.traced(each["key"], now)["orders"]
        for step in order["deliveries"]
    }


def accounts(hub: Hub, now: datetime) -> list[dict[str, Any]]:
    """The hub's own account of every flow and step."""
    told = reports.status(hub.configuration, now.astimezone(UTC))
    return [
        {"flow": flow, "step": step, **account}
        for connection in told["connections"].values()
        for flow, each in connection["flows"].items()
        for step, account in each["steps"].items()
    ]

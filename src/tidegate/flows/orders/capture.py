"""Reading orders: what Magento changed is in the ledger before the cursor moves past it.

Read by `updated_at` with an overlap and an upper bound, page by page; each page with its
dispositions and the cursor is one commit. A nightly audit compares Magento's ids with the
ledger's. Web hooks would only hasten a read: they are hints, never facts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from tidegate.domain.cadence import parse_every
from tidegate.domain.errors import Failure
from tidegate.domain.orders.order import Order
from tidegate.flows.cycle import Cycle
from tidegate.flows.orders.intake import Intake
from tidegate.ledger import alerts, cursors, intake, lookups, marks
from tidegate.ledger.database import transaction

CURSOR = "updated_at"
AUDIT = "audit"
SKEW = "clock-skew"
#: A larger difference of the clocks is reported; a store's time that is further ahead is not used.
MOST_SKEW = timedelta(minutes=5)
#: Unreadable orders that are tried again, one by one, in one cycle.
MOST_RETRIED = 10
#: What the store said so long ago is not enough to send an order by: it may have been cancelled since. After a restart
#: from an old copy of the ledger it was perhaps even sent, and deleted again.
KNOWN_FOR = timedelta(hours=6)


def run(cycle: Cycle) -> None:
    """Read what changed, try the unreadable again, and audit when it is time."""
    taking = Intake(cycle)
    failure = read_changes(cycle, taking) or retry_unreadable(cycle, taking) or audit(cycle, taking)
    if failure is None:
        return
    cycle.store_failed(failure)
    if not is_known(cycle):
        text = (
            f"{failure.text}; no order is sent until the store can be read again, since the last reading is "
            "too old"
        )
        cycle.store_failure = replace(failure, text=text)


def is_known(cycle: Cycle) -> bool:
    """Whether what the ledger knows of the store's orders is new enough to send them: read now, or lately."""
    if cycle.store_failure is None:
        return True
    written = cursors.read(cycle.name, cycle.flow, CURSOR)
    return written is None or cycle.now() - datetime.fromisoformat(written) <= KNOWN_FOR


def read_changes(cycle: Cycle, taking: Intake) -> Failure | None:
    """Everything changed since the cursor, less the overlap, up to a little before the store's now."""
    reader = cycle.connection.store.orders
    rule = cycle.connection.settings.capture
    server_now = reader.server_time()
    if isinstance(server_now, Failure):
        return server_now
    until = believable(cycle, server_now) - timedelta(seconds=rule.lag_seconds)
    written = cursors.read(cycle.name, cycle.flow, CURSOR)
    since = (
        min(datetime.fromisoformat(written), until) - timedelta(minutes=rule.overlap_minutes)
        if written
        else first_moment(cycle)
    )
    if since >= until:
        return None
    for page in reader.pages(
        since,
        until,
        page_size=cycle.connection.page_size,
        skip_ids=taking.unreadable,
        highest_known=lookups.highest_id(cycle.connection.settings.store, "order"),
    ):
        cycle.count("read", len(page.orders))
        cycle.keep_lease()
        taking.take(page.orders, page.unreadable, cursor=(CURSOR, page.read_up_to))
        if page.failure is not None:
            return page.failure
    return None


def believable(cycle: Cycle, server_now: datetime) -> datetime:
    """The store's time; far ahead of ours only when it goes on as it went before.

    One wrong Date header must not move the cursor there. A store whose clock has simply gone on is right,
    also when this machine's own clock was put back.
    """
    now, passed = cycle.now(), cycle.connection.clock.monotonic()
    before, cycle.connection.store_time = cycle.connection.store_time, (server_now, passed)
    skew = server_now - now
    with transaction("skew"):
        if abs(skew) > MOST_SKEW:
            text = (
                f"the store's clock differs from this machine's by {skew}; let both machines take their "
                "time from a time server (NTP)"
            )
            alerts.raise_alert(SKEW, cycle.name, "", text, now)
        else:
            alerts.clear_alert(SKEW, cycle.name, "", now)
    if (
        before is not None
        and abs(server_now - before[0] - timedelta(seconds=passed - before[1])) <= MOST_SKEW
    ):
        return server_now
    return min(server_now, now + MOST_SKEW)


def first_moment(cycle: Cycle) -> datetime:
    """The earliest change that is read: `capture.since`; without it, the first cycle (aware UTC)."""
    since = cycle.connection.settings.capture.since
    if since is not None:
        return since
    written = marks.read(first_mark(cycle))
    if written:
        return datetime.fromisoformat(written)
    with transaction("since"):
        marks.write(first_mark(cycle), cycle.started.isoformat(), cycle.now())
    return cycle.started


def first_mark(cycle: Cycle) -> str:
    """The name of the mark that keeps when orders were first read."""
    return f"since:{cycle.name}"


def retry_unreadable(cycle: Cycle, taking: Intake) -> Failure | None:
    """An order that could not be read is tried alone in every cycle: the store may have been mended."""
    for entity_id in sorted(taking.unreadable)[:MOST_RETRIED]:
        failure = take_one(cycle, taking, entity_id)
        if failure is not None and failure.ends_cycle:
            return failure
    return None


def audit(cycle: Cycle, taking: Intake) -> Failure | None:
    """Compare Magento's order ids with the ledger's: whatever no read has shown is read now."""
    rule = cycle.connection.settings.capture
    if not rule.audit_every:
        return None
    written = cursors.read(cycle.name, cycle.flow, AUDIT)
    if written and cycle.started - datetime.fromisoformat(written) < parse_every(rule.audit_every):
        return None
    store = cycle.connection.settings.store
    reader = cycle.connection.store.orders
    created_since = rule.since or first_moment(cycle)
    for page in reader.audit(created_since, skip_ids=taking.unreadable):
        ids = [row.entity_id for row in page.rows if taking.concerns(row.website)]
        missed = set(ids) - intake.known_ids(store, "order", ids)
        taking.take([], page.unreadable)
        failure = page.failure or take_each(cycle, taking, sorted(missed))
        if failure is not None:
            return failure
    with transaction("audit"):
        cursors.move(cycle.name, cycle.flow, AUDIT, cycle.started.isoformat(), cycle.now())
    return None


def take_each(cycle: Cycle, taking: Intake, entity_ids: Iterable[int]) -> Failure | None:
    """Read orders one by one that the audit found missing."""
    for entity_id in entity_ids:
        failure = take_one(cycle, taking, entity_id)
        if failure is not None and failure.ends_cycle:
            return failure
    return None


def take_one(cycle: Cycle, taking: Intake, entity_id: int) -> Failure | None:
    """Read one order alone and take it in."""
    order = cycle.connection.store.orders.read_one(entity_id)
    if isinstance(order, Order):
        cycle.count("read")
        taking.take([order], [])
        return None
    return order

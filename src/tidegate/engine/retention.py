"""What finished records lose by age: persons are blanked, copies deleted, histories archived; once a day and connection."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import structlog

from tidegate.engine.hub import Hub
from tidegate.flows.connection import Connection
from tidegate.ledger import archive, copies, marks, notifications, old_runs, personal, runs, usage
from tidegate.ledger.database import transaction

log = structlog.get_logger()

NAME = "retention"
#: Records of one kind that one night looks at: some seconds at most.
AT_ONCE = 500
#: Copies of what was sent that one night deletes: more than a day makes, in a second.
MOST_COPIES = 20_000
#: Deliveries that one night archives: more than a day makes.
MOST_ARCHIVED = 20_000
DAY = timedelta(days=1)

Find = Callable[[str, datetime, int, int], list[int]]
Blank = Callable[[Sequence[int], datetime], int]


def forget_when_due(hub: Hub, connection: Connection) -> None:
    """Blank the next part, once a day and process. Calls neither store nor company."""
    now = hub.clock.now()
    place = f"{NAME}:{connection.name}"
    last = hub.watched.get(place)
    if last is not None and timedelta(0) <= now - last < DAY:
        return
    hub.watched[place] = now
    rule = hub.configuration.hub.retention
    kept_days = timedelta(days=connection.settings.copies.days)
    with transaction(NAME):
        usage.forget(now)
        expired = copies.expire(connection.name, now - kept_days, MOST_COPIES)
        expired += archive.expire_copies(connection.name, now - kept_days, MOST_COPIES)
        messages = notifications.expire(now - timedelta(days=rule.messages), AT_ONCE) if rule.messages else 0
    orders, registrations = personal.finished_orders, personal.finished_registrations
    blanked = {
        "copies": expired,
        "messages": messages,
        "orders": blank_some("orders", orders, with_documents, rule.orders, connection.name, now),
        "registrations": blank_some(
            "registrations",
            registrations,
            personal.blank_registrations,
            rule.registrations,
            connection.name,
            now,
        ),
        "archived": archive_some(connection, now),
        "runs": archive_runs(connection, now),
        "payloads": blank_some("payloads", orders, quotes_only, rule.payloads, connection.name, now),
    }
    if any(blanked.values()):
        log.info(NAME, connection=connection.name, **blanked)


def archive_some(connection: Connection, now: datetime) -> int:
    """Archive what is old enough, in several commits; how many deliveries."""
    days, count = connection.settings.archive.days, 0
    while days and count < MOST_ARCHIVED:
        with transaction(NAME):
            part = archive.archive(connection.name, now - timedelta(days=days), now)
        count += part
        if part < archive.AT_ONCE:
            break
    return count


def archive_runs(connection: Connection, now: datetime) -> int:
    """Archive the cycles of each flow that are old enough, in several commits; how many."""
    days, count = connection.settings.archive.days, 0
    for flow in runs.flows(connection.name) if days else ():
        looked, more = 0, True
        while more and looked < MOST_ARCHIVED:
            with transaction(NAME):
                part, more = old_runs.archive(connection.name, flow, now - timedelta(days=days), now)
            count += part
            looked += old_runs.AT_ONCE
    return count


def blank_some(kind: str, find: Find, blank: Blank, days: int, connection: str, now: datetime) -> int:
    """Blank one kind's part in one commit; how many rows were changed. After the last record the first comes again."""
    if not days:
        return 0
    name = f"{NAME}:{kind}:{connection}"
    place = int(marks.read(name) or 0)
    found = find(connection, now - timedelta(days=days), place, AT_ONCE)
    if not found and not place:
        return 0
    with transaction(NAME):
        changed = blank(found, now)
        marks.write(name, str(found[-1] if len(found) == AT_ONCE else 0), now)
    return changed


def with_documents(source_ids: Sequence[int], now: datetime) -> int:
    """Orders and all that quotes them."""
    return personal.blank_orders(source_ids, now, documents=True)


def quotes_only(source_ids: Sequence[int], now: datetime) -> int:
    """All that quotes the orders; the documents stay."""
    return personal.blank_orders(source_ids, now, documents=False)

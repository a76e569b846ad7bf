"""The daily digest of one connection: one document, rendered as text, as HTML and as it is.

Every number is the ledger's at that instant. No text of a record is in it, so that a kept digest holds no person.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import structlog

from tidegate.config.notify import hour_of
from tidegate.domain.alert_kinds import RANK, kind_of
from tidegate.domain.states import State
from tidegate.engine import nightly, reports
from tidegate.engine.hub import Hub
from tidegate.engine.order_reviews import STEP as RECONCILIATION
from tidegate.engine.reports import Report, age, iso
from tidegate.flows.connection import Connection
from tidegate.ledger import alerts, daily, mirror, notifications, overview, queue, usage
from tidegate.ledger.alerts import OpenAlert
from tidegate.ledger.database import transaction
from tidegate.ledger.notifications import DIGEST, New
from tidegate.notify.planning import for_digests

log = structlog.get_logger()

OLDEST = 10  #: items that are shown by name
#: Flows that write to the store what the company says of things for sale.
WRITES = ("inventory", "prices", "products")
PENDING = ("waiting", "in_doubt", "handed_over", "held", "review")


def digest(hub: Hub, name: str, now: datetime, day: date | None = None) -> Report:
    """The last 24 hours of one connection; `day` is the company's day that it is made for (None: today)."""
    connection, start = hub.connections[name], now - timedelta(days=1)
    held = [(flow, step) for each, flow, step in overview.steps() if each == name]
    held += [(flow, mirror.STEP) for each, flow in mirror.mirrors() if each == name]
    status = reports.connection_status(hub.configuration, name, held, now)
    zone = ZoneInfo(connection.company_settings.time_zone)
    steps = [account for flow in status["flows"].values() for account in flow["steps"].values()]
    open_alerts = alerts.open_alerts(name)
    work = daily.work(name, start, now)
    return {
        "connection": name,
        "store": status["store"],
        "company": status["company"],
        "currency": connection.company_settings.currency,
        "time_zone": status["time_zone"],
        "day": (day or now.astimezone(zone).date()).isoformat(),
        "from": iso(start),
        "at": iso(now),
        "adds_up": all(each["unexplained"] == 0 for each in steps),
        "halted": status["halted"],
        "window": status["window"],
        "flows": {flow: flow_row(each) for flow, each in status["flows"].items()},
        "orders": orders(name, status, start, now),
        "oldest": [waiting_row(each, now) for each in daily.oldest(name, OLDEST)],
        "failed": [
            {"code": code, "count": count} for code, count in daily.failures(name, start, now).items()
        ],
        "resolved": grouped(daily.resolved(name, start, now)),
        "raised": daily.raised(name, start, now),
        "work": {flow: asdict(each) for flow, each in work.items()},
        "writes": {flow: asdict(work.get(flow, daily.Work())) for flow in WRITES if flow in status["flows"]},
        "reconciliation": reconciliation(connection, open_alerts),
        "calls": {
            "used": asdict(usage.since(connection.settings.company, start)),
            "budget": status["budget"],
        },
        "parcels": status["parcels"],
        "person": {
            "alerts": [alert_row(each) for each in worst_first(open_alerts)],
            "reviews": [{"code": code, "count": count} for code, count in daily.reviews(name).items()],
            "held": [{"waits_for": thing, "count": count} for thing, count in daily.held(name).items()],
        },
    }


def flow_row(flow: Report) -> Report:
    """A flow's account and what of it is pending."""
    account = flow["account"]
    return {
        "enabled": flow["enabled"],
        "account": account,
        "steps": flow["steps"],
        "pending": sum(account[name] for name in PENDING),
        "confirmed": account["confirmed"],
        "last_cycle": flow["last_cycle"],
        "next_cycle": flow["next_cycle"],
    }


def orders(name: str, status: Report, start: datetime, now: datetime) -> Report:
    """Pending versus confirmed, of orders alone, in all and of the day."""
    flow = status["flows"].get("orders")
    account = flow["steps"].get("order") if flow else None
    if account is None:
        return {"read": 0, "confirmed": 0, "pending": 0, "confirmed_in_the_day": 0}
    return {
        "read": account["read"],
        "confirmed": account["confirmed"],
        "pending": sum(account[each] for each in PENDING),
        "confirmed_in_the_day": daily.confirmed(name, "orders", "order", start, now),
    }


def waiting_row(each: daily.Waiting, now: datetime) -> Report:
    """One of the oldest."""
    waits = age(each.created_at, now) or {}
    return {
        "label": each.step if "@" in each.label else each.label,  # a digest names no person
        "flow": each.flow,
        "step": each.step,
        "state": each.state,
        "code": each.code,
        "waits_for": daily.nameless(each.waits_for),
        "since": waits["since"],
        "seconds": waits["seconds"],
    }


def grouped(found: Iterable[OpenAlert]) -> list[Report]:
    """Alerts counted by kind."""
    counted = Counter(each.code for each in found)
    return [{"code": code, "title": kind_of(code).title, "count": counted[code]} for code in sorted(counted)]


def worst_first(found: Iterable[OpenAlert]) -> list[OpenAlert]:
    """Critical ones first, then by age."""
    return sorted(found, key=lambda each: (-RANK[kind_of(each.code).severity], each.raised_at, each.id))


def alert_row(alert: OpenAlert) -> Report:
    """An open alert without its text."""
    kind = kind_of(alert.code)
    return {
        "code": alert.code,
        "title": kind.title,
        "severity": kind.severity.value,
        "role": kind.role.value,
        "subject": daily.nameless(alert.subject),
        "since": iso(alert.raised_at),
        "count": alert.count,
    }


def reconciliation(connection: Connection, open_alerts: Iterable[OpenAlert]) -> Report:
    """How the books stood when they were compared last; *not compared* is a state, and never green."""
    rule = connection.settings.reconcile
    last = nightly.last_result(connection.name)
    reviews = 0
    after = 0
    while True:
        page = queue.listing(
            connection=connection.name, step=RECONCILIATION, state=State.REVIEW, after=after, limit=500
        )
        reviews += len(page)
        if len(page) < 500:
            break
        after = page[-1].id
    if last is None or not last["compared"]:
        state = "not compared"
    else:
        state = "agrees" if not last["differences"] else "differs"
    return {
        "state": state,
        "scheduled": bool(rule.every or rule.cron),
        "last": last,
        "orders_in_review": reviews,
        "alerts": sum(kind_of(each.code).role.value == "finance" for each in open_alerts),
    }


# --- when it is due ---------------------------------------------------------------------------


def make_due(hub: Hub, now: datetime) -> None:
    """Make the digests whose hour has come in their company's zone, once a day, and plan their messages."""
    rule = hub.configuration.notify
    at = hour_of(rule.digest_at)
    if at is None:
        return
    for name, connection in hub.connections.items():
        day = due_day(connection, at, now)
        place = f"{DIGEST}:{name}:{day}"
        if day is None or place in hub.watched:
            continue
        hub.watched[place] = now
        if notifications.has_digest(name, day):
            continue
        keep(hub, name, day, for_digests(rule.targets, name), now)


def due_day(connection: Connection, at: time, now: datetime) -> date | None:
    """The company's day whose digest is due; None before its hour. A hub that was down makes up for today only."""
    zone = ZoneInfo(connection.company_settings.time_zone)
    today = now.astimezone(zone).date()
    due = datetime.combine(today, at, zone).astimezone(UTC)
    return today if now >= due else None


def keep(hub: Hub, name: str, day: date, targets: Iterable[str], now: datetime) -> bool:
    """Make it, keep it, and plan it for these targets; false when that day's is there already."""
    document = msgspec.json.encode(digest(hub, name, now, day)).decode()
    with transaction(DIGEST):
        made = notifications.keep_digest(name, day, document, now)
        if made is None:
            return False
        notifications.plan([New(target, DIGEST, now, digest_id=made) for target in targets], now)
    log.info("digest", connection=name, day=day.isoformat())
    return True


def kept(name: str, limit: int = 31) -> list[dict[str, Any]]:
    """The digests of the last days, the newest first."""
    return [
        dict(msgspec.json.decode(document)) for _, document in notifications.digest_documents(name, limit)
    ]

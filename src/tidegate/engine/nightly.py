"""The scheduled reconciliation: when it is due, and what becomes of its differences."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

import msgspec
import structlog

from tidegate.domain.books.agreement import ONE_SIDED, Difference, Reconciliation
from tidegate.domain.cadence import Cadence
from tidegate.domain.errors import Code
from tidegate.domain.money import shown
from tidegate.engine import order_reviews
from tidegate.engine.conditions import agree, uncompared_since
from tidegate.engine.hub import Hub
from tidegate.engine.reconcile import compare, last_days
from tidegate.flows.connection import Connection
from tidegate.ledger import alerts, halts, marks
from tidegate.ledger.database import transaction
from tidegate.ledger.texts import LONGEST_REASON

log = structlog.get_logger()

ALERT = "reconciliation"
NAME = "reconcile"
RESULT = "reconcile-result:"
#: More subjects than this are one trouble, not a hundred.
MOST = 100
#: A comparison that could not ask everybody is tried again no sooner.
PAUSE = timedelta(minutes=15)


def reconcile_when_due(hub: Hub, connection: Connection) -> None:
    """Compare, when the time has come and the company is open. Two processes cost one more look, no more.

    Only a comparison that asked store, company and books counts as done.
    """
    rule = connection.settings.reconcile
    if not rule.every and not rule.cron:
        return
    now = hub.clock.now()
    written = marks.read(marks.last_run(connection.name, NAME))
    last = datetime.fromisoformat(written) if written else None
    zone = connection.company_settings.time_zone
    if Cadence(every=rule.every, cron=rule.cron, time_zone=zone).next_after(last, now) > now:
        return
    note_due(connection, now)
    if connection.closed() is not None or halts.halted(connection.name) is not None:
        return
    place = f"{NAME}:{connection.name}"
    tried = hub.watched.get(place)
    if tried is not None and timedelta(0) <= now - tried < PAUSE:
        return
    hub.watched[place] = now
    report = compare(connection, last_days(connection, rule.days))
    tell(connection, report)
    log.info(
        "reconcile",
        connection=connection.name,
        differences=len(report.differences),
        compared=report.compared,
        **({} if report.compared else {"note": "; ".join(report.unchecked)}),
    )
    keep_result(connection, report, now)


def note_due(connection: Connection, now: datetime) -> None:
    """Remember since when a comparison is due, until one has asked everybody."""
    place = uncompared_since(connection.name)
    if marks.read(place) is None:
        with transaction("reconcile"):
            marks.write(place, now.isoformat(), now)


def keep_result(connection: Connection, report: Reconciliation, now: datetime) -> None:
    """Keep what came out, for the digest; only what asked everybody is done, anything else stays due."""
    place = uncompared_since(connection.name)
    with transaction("reconcile"):
        marks.write(RESULT + connection.name, msgspec.json.encode(result(report, now)).decode(), now)
        if report.compared:
            marks.write(marks.last_run(connection.name, NAME), now.isoformat(), now)
            marks.remove(place, now)
        elif (since := marks.read(place)) is not None:
            why = "; ".join(report.unchecked)[:LONGEST_REASON]
            marks.write(place, f"{since.partition(' ')[0]} {why}", now)


def result(report: Reconciliation, now: datetime) -> dict[str, Any]:
    """A comparison in figures; amounts are texts."""
    return {
        "at": now.isoformat(),
        "from": report.start.isoformat(),
        "to": report.end.isoformat(),
        "compared": report.compared,
        "differences": len(report.differences),
        "waiting": shown(report.waiting),
        "unexplained": shown(report.unexplained),
        "not_compared": list(report.unchecked),
    }


def last_result(connection: str) -> dict[str, Any] | None:
    """The last comparison that ran by itself; None before the first."""
    written = marks.read(RESULT + connection)
    return None if written is None else dict(msgspec.json.decode(written))


def tell(connection: Connection, report: Reconciliation) -> None:
    """Open a review for each order that differs, an alert for any other subject; end those in order again."""
    now = connection.clock.now()
    about: defaultdict[str, list[Difference]] = defaultdict(list)
    for difference in report.differences:
        if not difference.order:
            about[difference.subject].append(difference)
    with transaction("reconcile"):
        order_reviews.review(connection.name, connection.settings.store, report, now)
        for alert in alerts.open_alerts(connection.name):
            seen = alert.code == ALERT and alert.subject in report.examined
            if seen and alert.subject not in about:
                alerts.clear_alert(ALERT, connection.name, alert.subject, now)
        alert_one_sided(connection.name, report, now)
        alert_reviews(connection.name, report, now)
        if len(about) > MOST:
            text = f"{len(about)} things differ: `tidegate reconcile` lists them"
            alerts.raise_alert(ALERT, connection.name, "", text, now)
            return
        alerts.clear_alert(ALERT, connection.name, "", now)
        for subject, found in about.items():
            text = "; ".join(f"{each.kind}: {each.text}" for each in found)
            alerts.raise_alert(ALERT, connection.name, subject, text, now)


def alert_one_sided(name: str, report: Reconciliation, now: datetime) -> None:
    """An alert for each order that is cancelled, refunded or credited on one side only. In a transaction.

    Orders of several stores that share a number share the alert, which names each of them.
    """
    found: defaultdict[tuple[str, str], list[Difference]] = defaultdict(list)
    for difference in report.differences:
        if difference.kind in ONE_SIDED:
            found[difference.kind.value, difference.subject].append(difference)
    for alert in alerts.open_alerts(name):
        seen = alert.code in ONE_SIDED and alert.subject in report.examined
        if seen and (alert.code, alert.subject) not in found:
            alerts.clear_alert(alert.code, name, alert.subject, now)
    for (code, subject), differences in list(found.items())[:MOST]:
        alerts.raise_alert(code, name, subject, "; ".join(each.text for each in differences), now)


def alert_reviews(name: str, report: Reconciliation, now: datetime) -> None:
    """An alert for each order that waits for a person's decision about its figures. In a transaction.

    Orders that are over on one side only have an alert that says so.
    """
    said = {each.order for each in report.differences if each.kind in ONE_SIDED}
    waiting = {
        item.label: item.reason
        for item in order_reviews.undecided(name)
        if item.key.removesuffix(f"/{order_reviews.STEP}") not in said
    }
    if len(waiting) > MOST:
        text = f"{len(waiting)} orders differ: `tidegate queue list --code {Code.BOOKS_DIFFER}` lists them"
        waiting = {"": text}
    agree(Code.BOOKS_DIFFER.value, name, waiting, now)

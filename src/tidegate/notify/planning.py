"""Who is notified of an alert, and when: roles, severity, quiet hours, escalation. Pure, but for what the ledger says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tidegate.config.notify import Notify, Target, quiet_hours
from tidegate.domain.alert_kinds import RANK, Severity, kind_of
from tidegate.ledger import alerts, notifications
from tidegate.ledger.alerts import OpenAlert
from tidegate.ledger.database import transaction
from tidegate.ledger.notifications import ESCALATED, RAISED, RESOLVED, New

#: About a target that cannot be reached: never sent to that target itself.
FAILED = "notification-failed"


def plan(rule: Notify, now: datetime) -> None:
    """Plan what the open alerts and those that ended ask for. Asked again, it plans nothing twice."""
    open_alerts = alerts.open_alerts()
    ended = notifications.ended_unannounced()
    known = notifications.planned([each.id for each in open_alerts])
    new = [
        each
        for each in wanted(rule, open_alerts, now)
        if (each.alert_id, each.target, each.kind) not in known
    ]
    with transaction("notify"):
        notifications.forget_targets(rule.targets, now)
        notifications.drop_what_is_over(now)
        for notice in ended:
            target = rule.targets.get(notice.target)
            if target is not None and target.resolved and notice.alert is not None:
                due = after_quiet(target, Severity.INFO, now)
                new.append(New(notice.target, RESOLVED, due, alert_id=notice.alert.id))
        if ended:
            notifications.announced([each.id for each in ended], now)
        if new:
            notifications.plan(new, now)


def wanted(rule: Notify, open_alerts: Iterable[OpenAlert], now: datetime) -> list[New]:
    """Every message that the open alerts ask for, planned already or not."""
    found: list[New] = []
    patience = timedelta(minutes=rule.escalate_minutes)
    for alert in open_alerts:
        for name, target in rule.targets.items():
            if not fits(target, alert) or (alert.code == FAILED and alert.subject == name):
                continue
            if target.escalation and now - alert.raised_at < patience:
                continue
            kind = ESCALATED if target.escalation else RAISED
            due = after_quiet(target, kind_of(alert.code).severity, now)
            found.append(New(name, kind, due, alert_id=alert.id))
    return found


def fits(target: Target, alert: OpenAlert) -> bool:
    """Whether the target is for this connection, this role and this severity."""
    kind = kind_of(alert.code)
    if target.connections and alert.connection not in target.connections:
        return False
    return kind.role.value in target.roles and RANK[kind.severity] >= RANK[Severity(target.severity)]


def for_digests(targets: Mapping[str, Target], connection: str) -> list[str]:
    """The targets that get this connection's digest."""
    return [
        name
        for name, target in targets.items()
        if target.digest and (not target.connections or connection in target.connections)
    ]


def after_quiet(target: Target, severity: Severity, now: datetime) -> datetime:
    """When it may be sent: now, or when the quiet hours end. What is critical never waits."""
    hours = quiet_hours(target.quiet)
    if hours is None or severity is Severity.CRITICAL:
        return now
    zone = ZoneInfo(target.time_zone)
    local = now.astimezone(zone)
    first, last = hours
    if not within(local.time(), first, last):
        return now
    day = local.date()
    if local.time() >= last:
        day += timedelta(days=1)
    return datetime.combine(day, last, zone).astimezone(UTC)


def within(at: time, first: time, last: time) -> bool:
    """Whether a time of day lies in hours that may go over midnight; the end does not belong to them."""
    return first <= at < last if first < last else at >= first or at < last

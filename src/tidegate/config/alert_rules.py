"""Checks of `[connections.NAME.alerts]` and `[notify]`."""

from __future__ import annotations

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tidegate.config.alerts import Alerts
from tidegate.config.notify import Notify, Target, hour_of, quiet_hours
from tidegate.config.problem import Report, joined, suggestion
from tidegate.config.store_rules import check_range


def check(alerts: Alerts, key: str, report: Report) -> None:
    """Every key within its range."""
    check_range(alerts.failures, 1, 100, f"{key}.failures", report)
    for name in ("oldest_hours", "parcel_hours", "not_compared_hours"):
        check_range(getattr(alerts, name), 1, 8760, f"{key}.{name}", report, "hours")
    check_range(alerts.overrun_minutes, 1, 10_080, f"{key}.overrun_minutes", report, "minutes")
    check_range(alerts.credential_days, 1, 90, f"{key}.credential_days", report, "days")
    check_range(alerts.budget_percent, 1, 100, f"{key}.budget_percent", report, "percent")


def check_notify(notify: Notify, connections: set[str], report: Report) -> None:
    """Add every problem to `report`."""
    check_range(notify.escalate_minutes, 1, 10_080, "notify.escalate_minutes", report, "minutes")
    try:
        hour_of(notify.digest_at)
    except ValueError as problem:
        report.problem("notify.digest_at", f'the text "{notify.digest_at}"', str(problem))
    if notify.link and not notify.link.startswith(("http://", "https://")):
        report.problem(
            "notify.link", f'the text "{notify.link}"', "write an address that begins with https://"
        )
    for name, target in notify.targets.items():
        _check_target(target, joined("notify", "targets", name), connections, report)
    if notify.targets and all(each.escalation for each in notify.targets.values()):
        report.warning(
            "notify.targets",
            "all targets are for escalation only",
            ("add a target without `escalation = true`, which is notified at once"),
        )


def _check_target(target: Target, key: str, connections: set[str], report: Report) -> None:
    if not target.url:
        report.problem(
            f"{key}.url", "nothing", 'a reference to an address of Apprise, e.g. "env:TIDEGATE_NOTIFY"'
        )
    for connection in target.connections:
        if connection not in connections:
            found = f'"{connection}" is not in [connections]'
            report.problem(f"{key}.connections", found, suggestion(connection, connections))
    try:
        quiet_hours(target.quiet)
    except ValueError as problem:
        report.problem(f"{key}.quiet", f'the text "{target.quiet}"', str(problem))
    try:
        ZoneInfo(target.time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        found = f'the zone "{target.time_zone}"'
        report.problem(f"{key}.time_zone", found, "a name such as Europe/London")

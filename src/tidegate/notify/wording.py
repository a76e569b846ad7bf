"""The texts of messages about alerts. Alerts for one target at one time become one message."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from tidegate.domain.alert_kinds import RANK, Severity, kind_of
from tidegate.domain.foreign_text import visible
from tidegate.ledger.notifications import ESCALATED, RESOLVED, Notice
from tidegate.notify.carrier import Message
from tidegate.redaction import redact

#: Alerts that one message describes; further ones are only counted.
MOST = 30


def about_alerts(notices: Sequence[Notice], link: str = "") -> Message:
    """One message about these notices, the most severe first."""
    ordered = sorted(notices, key=_order)
    lines: list[str] = []
    for notice in ordered[:MOST]:
        lines += [*paragraph(notice), ""]
    if len(ordered) > MOST:
        lines.append(f"There are {len(ordered) - MOST} more; `tidegate alerts` shows all open alerts.")
    if link:
        lines.append(link)
    return Message(title(ordered), redact("\n".join(lines).strip() + "\n"))


def title(ordered: Sequence[Notice]) -> str:
    """The subject of the message."""
    if len(ordered) == 1:
        (notice,) = ordered
        return redact(f"Tidegate: {headline(notice)}")
    over = sum(notice.kind == RESOLVED for notice in ordered)
    critical = sum(_severity(notice) is Severity.CRITICAL and notice.kind != RESOLVED for notice in ordered)
    open_ones = len(ordered) - over
    parts = [f"{open_ones} alert{'' if open_ones == 1 else 's'}" if open_ones else ""]
    parts += [f"{critical} critical" if critical else "", f"{over} resolved" if over else ""]
    return "Tidegate: " + ", ".join(part for part in parts if part)


def headline(notice: Notice) -> str:
    """One line: severity, kind, connection and subject."""
    alert = notice.alert
    if alert is None:
        return "digest"
    kind = kind_of(alert.code)
    how = {RESOLVED: "resolved", ESCALATED: f"{kind.severity.value}, still open"}.get(
        notice.kind, kind.severity.value
    )
    about = f" {visible(alert.subject)}" if alert.subject else ""
    return f"[{how}] {kind.title}: {alert.connection or 'the hub'}{about}"


def paragraph(notice: Notice) -> list[str]:
    """A few lines about one alert."""
    alert = notice.alert
    if alert is None:
        return []
    since = f"since {stamp(alert.raised_at)}"
    if notice.kind == RESOLVED:
        until = f", ended {stamp(notice.cleared_at)}" if notice.cleared_at is not None else ""
        return [headline(notice), f"  {since}{until}"]
    times = f", {alert.count} times" if alert.count > 1 else ""
    return [headline(notice), f"  {since}{times} ({alert.code})", f"  {visible(alert.text)}"]


def stamp(instant: datetime) -> str:
    """An instant in UTC, to the minute."""
    return f"{instant:%Y-%m-%d %H:%M} UTC"


def _severity(notice: Notice) -> Severity:
    return kind_of(notice.alert.code).severity if notice.alert is not None else Severity.INFO


def _order(notice: Notice) -> tuple[bool, int, int]:
    return notice.kind == RESOLVED, -RANK[_severity(notice)], notice.id

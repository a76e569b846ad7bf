"""What `alerts` shows: open alerts with the messages about them, and halted connections."""

from __future__ import annotations

from datetime import datetime

from tidegate.domain.alert_kinds import kind_of
from tidegate.engine.reports import Report, iso
from tidegate.ledger import alerts, halts, notifications
from tidegate.ledger.alerts import OpenAlert
from tidegate.ledger.notifications import Notice


def alert_list(now: datetime) -> Report:
    """Open alerts, the oldest first, and halted connections; `undelivered` are messages that do not arrive."""
    found = alerts.open_alerts()
    about = notifications.of_alerts([each.id for each in found])
    return {
        "at": iso(now),
        "alerts": [alert_row(each, about.get(each.id, ())) for each in found],
        "halted": [
            {
                "connection": halted.connection,
                "reason": halted.reason,
                "code": halted.code,
                "since": iso(halted.since),
                "by": halted.by,
            }
            for halted in halts.all_halted()
        ],
        "undelivered": [notice_row(each) for each in notifications.undelivered()],
    }


def alert_row(alert: OpenAlert, notices: list[Notice] | tuple[()]) -> Report:
    """One alert, how bad it is, whose, and the messages about it."""
    kind = kind_of(alert.code)
    return {
        "id": alert.id,
        "code": alert.code,
        "title": kind.title,
        "severity": kind.severity.value,
        "role": kind.role.value,
        "connection": alert.connection,
        "subject": alert.subject,
        "text": alert.text,
        "raised_at": iso(alert.raised_at),
        "last_at": iso(alert.last_at),
        "count": alert.count,
        "notifications": [notice_row(each) for each in notices],
    }


def notice_row(notice: Notice) -> Report:
    """One message: sent, dropped because it was over, failed and tried again, or planned."""
    if notice.sent_at is not None:
        state = "sent"
    elif notice.dropped_at is not None:
        state = "dropped"
    else:
        state = "failed" if notice.tries else "planned"
    return {
        "target": notice.target,
        "kind": notice.kind,
        "state": state,
        "tries": notice.tries,
        "error": notice.error,
        "due_at": iso(notice.due_at),
        "sent_at": iso(notice.sent_at),
    }

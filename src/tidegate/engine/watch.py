"""Alarms by the clock: what waits for too long is reported before the customer calls.

Errors raise their own alerts when they happen; this looks at ages, which no error reports.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from tidegate.config.flow_rules import FLOWS
from tidegate.domain.errors import GROUP_OF, Group
from tidegate.domain.parcel import Parcel, is_overdue
from tidegate.engine import clock_watch, conditions
from tidegate.engine.hub import Hub
from tidegate.flows.connection import Connection
from tidegate.ledger import alerts, lookups, parcels, queue
from tidegate.ledger.alerts import OpenAlert
from tidegate.ledger.database import transaction
from tidegate.sage.port.parcels import Awaited

OLDEST = "oldest-waiting"
PARCEL = "parcel-overdue"
OF_RECORDS = {
    code.value
    for code, group in GROUP_OF.items()
    if group in (Group.REVIEW, Group.HOLD_FOR_FIX, Group.RETRY_NEXT_CYCLE, Group.VERIFY_FIRST)
}
#: What a company has not done with a parcel, in its product's words, and what to look at there.
AWAITED = {
    Awaited.FETCHED: ("fetched", "Is it switched on, and does it look for new files?"),
    Awaited.ANSWERED: ("reported the result of", "Does it process the requests that wait there?"),
    Awaited.IMPORTED: ("imported", "Does its import job run, and does it find the file?"),
}
#: Ages move slowly: they are looked at no more often than this.
PAUSE = timedelta(minutes=15)


def watch(hub: Hub, connection: Connection) -> None:
    """Raise or clear the age alerts of one connection."""
    now = hub.clock.now()
    looked = hub.watched.get(connection.name)
    if looked is not None and timedelta(0) <= now - looked < PAUSE:
        return
    hub.watched[connection.name] = now
    limit = timedelta(hours=connection.settings.alerts.oldest_hours)
    oldest = queue.oldest_waiting(connection.name)
    known = alerts.open_alerts(connection.name)
    late = {}
    if oldest is not None and now - oldest > limit:
        hours = int((now - oldest).total_seconds() // 3600)
        late[""] = f"the oldest open delivery has waited for {hours} hours; `tidegate queue list` shows why"
    conditions.agree(OLDEST, connection.name, late, now, known)
    watch_parcels(connection, now, known)
    conditions.look(hub, connection, now, known)
    clear_what_is_over(connection.name, now, known)
    clock_watch.clear_when_over(now)


def watch_parcels(connection: Connection, now: datetime, alerted: Sequence[OpenAlert]) -> None:
    """A parcel that a company has not answered for long is an alert; it ends with its result."""
    company, hours = connection.settings.company, connection.settings.alerts.parcel_hours
    late = {
        parcel.scope: parcel
        for parcel in reversed(parcels.open_parcels(connection.name))  # the oldest of each scope stays
        if is_overdue(parcel, hours, now) or missed_by(connection, parcel, now) is not None
    }
    known = {each.subject for each in alerted if each.code == PARCEL}
    if not late and not known:
        return
    with transaction("watch"):
        for scope in known - late.keys():
            alerts.clear_alert(PARCEL, connection.name, scope, now)
        for scope, parcel in late.items():
            lain = int((now - parcel.opened_at).total_seconds() // 3600)
            what, question = AWAITED[connection.company.about.awaited]
            text = (
                f"{company} has not {what} {scope} for {lain} hours: parcel {parcel.tracking or parcel.id} "
                f"with {len(parcel.keys)} records is open. {question} `tidegate status` shows the open "
                "parcels"
            )
            missed = missed_by(connection, parcel, now)
            if missed is not None:
                text = f"{text}. By its calendar that was due at {missed:%Y-%m-%d %H:%M} UTC"
            alerts.raise_alert(PARCEL, connection.name, scope, text, now)


def missed_by(connection: Connection, parcel: Parcel, now: datetime) -> datetime | None:
    """When the company's calendar had the parcel worked on, if that is past and it is open; None for one in time."""
    worked_by = connection.company.about.worked_by
    due = worked_by(parcel.opened_at) if worked_by is not None else None
    grace = timedelta(minutes=connection.settings.alerts.overrun_minutes)
    return due if due is not None and due + grace <= now else None


def clear_what_is_over(
    connection: str, now: datetime, alerted: Sequence[OpenAlert] | None = None, *, of_orders: bool = False
) -> None:
    """Alerts about a record, or a missing thing, end when no open delivery has or waits for it any more.

    `alerted` are the alerts that are open. With `of_orders` only those about a delivery by its label: at the end of a cycle, in which others may be new.
    What was made after the alert does not count: a confirmed order's comment is not what it was about.
    """
    about = [
        alert
        for alert in (alerts.open_alerts(connection) if alerted is None else alerted)
        if alert.code in OF_RECORDS
        and alert.subject
        and alert.subject not in FLOWS  # those end with their flow
    ]
    if not about:
        return
    still = lookups.open_subjects(connection, [alert.subject for alert in about])
    over = [alert for alert in about if not concerns(alert, still)]
    if of_orders and over:
        known = lookups.labelled(connection, [alert.subject for alert in over])
        over = [alert for alert in over if alert.subject in known]
    if over:
        with transaction("watch"):
            for alert in over:
                alerts.clear_alert(alert.code, connection, alert.subject, now)


def concerns(alert: OpenAlert, still: Mapping[str, datetime | None]) -> bool:
    """Whether anything open is what the alert is about."""
    if alert.subject not in still:
        return False
    since = still[alert.subject]
    return since is None or since <= alert.last_at

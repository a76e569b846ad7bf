"""Alarms by the clock: what waits for too long is told before the customer calls.

Errors raise their own alerts when they happen; this looks at ages, which no error reports.
"""

from __future__ import annotations

from datetime import timedelta

from tidegate.engine.hub import Hub
from tidegate.flows.connection import Connection
from tidegate.ledger import alerts, queue
from tidegate.ledger.database import transaction

OLDEST = "oldest-waiting"
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
    with transaction("watch"):
        if oldest is not None and now - oldest > limit:
            hours = int((now - oldest).total_seconds() // 3600)
            text = f"the oldest open delivery has waited for {hours} hours; `tidegate queue list` shows why"
            alerts.raise_alert(OLDEST, connection.name, "", text, now)
        else:
            alerts.clear_alert(OLDEST, connection.name, "", now)

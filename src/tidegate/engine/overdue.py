"""A cycle that should have run and did not: reported, whatever keeps it."""

from __future__ import annotations

from datetime import datetime, timedelta

from tidegate.engine.cycles import cadence_of, enabled_flows
from tidegate.engine.hub import Hub
from tidegate.flows.connection import Connection
from tidegate.ledger import alerts, halts, marks
from tidegate.ledger.database import transaction

ALERT = "cycle-overdue"
#: How late a cycle may be: others of the same company come before it, and long work is done in parts.
PATIENCE = timedelta(minutes=15)
#: How often this is looked at.
PAUSE = timedelta(minutes=1)


def look(hub: Hub) -> None:
    """Raise or clear the alert of every flow of every connection. A halted one has an alert of its own."""
    now = hub.clock.now()
    looked = hub.watched.get(ALERT)
    if looked is not None and timedelta(0) <= now - looked < PAUSE:
        return
    hub.watched[ALERT] = now
    known = {(each.connection, each.subject) for each in alerts.open_alerts() if each.code == ALERT}
    late: dict[tuple[str, str], timedelta] = {}
    for connection in hub.connections.values():
        if halts.halted(connection.name) is None:
            late |= {(connection.name, flow): by for flow, by in late_flows(connection, now).items()}
    if not known and not late:
        return
    with transaction("overdue"):
        for name, flow in known - late.keys():
            alerts.clear_alert(ALERT, name, flow, now)
        for (name, flow), by in late.items():
            text = (
                f"the cycle of {flow} should have begun {int(by.total_seconds() // 60)} minutes ago and has "
                "not: it waits for another connection of the company or for a long cycle. `tidegate "
                "status` shows what runs. Run flows less often or at different times, or lower `batch`"
            )
            alerts.raise_alert(ALERT, name, flow, text, now)


def late_flows(connection: Connection, now: datetime) -> dict[str, timedelta]:
    """By how much the enabled flows are late, beyond patience; counted from the start of this process."""
    found = {}
    flows = enabled_flows(connection)
    began = marks.last_runs(connection.name, flows)
    for flow in flows:
        due = cadence_of(connection, flow).due_after(began.get(flow), now)
        if connection.working_since is not None:
            due = max(
                due, connection.working_since
            )  # what was missed while the hub was down does not count as a delay
        if now - due > PATIENCE:
            found[flow] = now - due
    return found

"""Errors of Tidegate itself: reported once, in the log and as an alert, until a good cycle ends them."""

from __future__ import annotations

import structlog

from tidegate.engine.hub import Hub
from tidegate.flows.connection import Connection
from tidegate.ledger import alerts
from tidegate.ledger.database import transaction
from tidegate.ledger.faults import LedgerError
from tidegate.redaction import redact

log = structlog.get_logger()

#: The alert; its subject is the flow.
FAULT = "fault"


def tell_fault(hub: Hub, connection: Connection, flow: str, error: Exception) -> None:
    """Record that an unforeseen error ended a cycle: what it left is in doubt. Called in the error's handler."""
    log.exception("fault", connection=connection.name, flow=flow)
    text = redact(f"an error in Tidegate itself ended a cycle ({type(error).__name__}: {error}). The log ")
    text += "has the details: please report it. Nothing is lost, and the next cycles run as usual."
    try:
        with transaction("fault"):
            alerts.raise_alert(FAULT, connection.name, flow, text, hub.clock.now())
    except LedgerError as unwritten:
        log.error("ledger", connection=connection.name, problem=str(unwritten))


def fault_is_over(hub: Hub, connection: Connection, flow: str) -> None:
    """A cycle of the flow ended as it should: an alert of an earlier one, or an earlier process, is over."""
    with transaction("fault"):
        alerts.clear_alert(FAULT, connection.name, flow, hub.clock.now())

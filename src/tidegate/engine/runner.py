"""The embedded runner: one process, a thread for each connection, cycles when they are due.

What is safe is decided by the ledger's leases, not here: a second runner started by mistake costs
nothing but its own time.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

import structlog

from tidegate.engine.cycles import Report, run_cycle
from tidegate.engine.hub import Hub
from tidegate.engine.schedule import Due, next_due
from tidegate.engine.watch import watch
from tidegate.flows.connection import Connection
from tidegate.ledger import database
from tidegate.ledger.faults import LedgerError

log = structlog.get_logger()

#: The longest a runner sleeps: a changed clock or an operator's `lift` is noticed by then.
LONGEST_WAIT = 60.0
#: The pause after the ledger could not be used (disk full, server gone).
LEDGER_PAUSE = 30.0

Seen = Callable[[Report], None]


def run(hub: Hub, stop: threading.Event, seen: Seen | None = None) -> None:
    """Run every connection's cycles until `stop` is set; `seen` is told of each cycle."""
    threads = [
        threading.Thread(target=serve, args=(hub, connection, stop, seen), name=connection.name)
        for connection in hub.connections.values()
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def serve(hub: Hub, connection: Connection, stop: threading.Event, seen: Seen | None) -> None:
    """One connection's loop. A ledger that cannot be written stops the sending, not the process."""
    try:
        while not stop.is_set():
            try:
                due = next_due(hub, connection)
                if due is None:
                    return
                if not wait_for(hub, due, stop):
                    continue
                report = run_due(hub, due)
            except LedgerError as error:
                log.error("ledger", connection=connection.name, problem=str(error))
                database.close()
                hub.clock.wait(LEDGER_PAUSE, stop)
                continue
            if seen is not None:
                seen(report)
            if report.outcome != "done":
                hub.clock.wait(LONGEST_WAIT, stop)
    finally:
        database.close()


def wait_for(hub: Hub, due: Due, stop: threading.Event) -> bool:
    """Wait a while for the cycle; true when it is due now."""
    remaining = (due.at - hub.clock.now()).total_seconds()
    if remaining <= 0:
        return True
    hub.clock.wait(min(remaining, LONGEST_WAIT), stop)
    return False


def run_due(hub: Hub, due: Due) -> Report:
    """The cycle, and then a look at what has waited for too long."""
    report = run_cycle(hub, due.connection, due.flow)
    watch(hub, due.connection)
    return report

"""The embedded runner: one process, a few threads for all connections, cycles when they are due.

What is safe is decided by the ledger's leases, not here: a second runner started by mistake costs
nothing but its own time.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial

import structlog

from tidegate.engine import digest, figures, machine_watch, messages, overdue, sign_ins
from tidegate.engine.cycles import Report, run_cycle
from tidegate.engine.hub import Hub
from tidegate.engine.interludes import Interludes
from tidegate.engine.nightly import reconcile_when_due
from tidegate.engine.pool import Pool, Seen
from tidegate.engine.retention import forget_when_due
from tidegate.engine.schedule import Due, others_are_due
from tidegate.engine.watch import watch
from tidegate.ledger import database, presence
from tidegate.ledger.database import transaction
from tidegate.ledger.faults import LedgerError

log = structlog.get_logger()

#: Seconds that a message which is on its way keeps the hub from ending.
SENDER_PATIENCE = 5.0


def run(hub: Hub, stop: threading.Event, seen: Seen | None = None) -> None:
    """Run every connection's cycles until `stop` is set; `seen` is called after each cycle.

    Raises `LedgerGone` when the ledger was deleted or replaced meanwhile: everything stops at once, and a note
    beside the ledger keeps the next start from going on with another one.
    """
    for path, mode in database.loose_files():
        log.warning("file mode", file=str(path), mode=mode, remedy=f"chmod 600 {path}")
    with transaction("start"):
        hub.start_number = presence.register(hub.clock.now())
    log.info("start", ledger=database.where(), connections=sorted(hub.connections))
    hub.stop = hub.seats.stop = stop
    threads = min(hub.configuration.hub.threads, max(2 * len(hub.connections), 1))  # some are kept for orders
    pool = Pool(hub, partial(run_due, hub), stop, threads, seen)
    for thread in pool.started():
        while thread.is_alive():  # a connection whose turn does not come cannot say so itself
            thread.join(timeout=1.0)
            keep_watch(hub)
    leave(hub)
    log.info("stop")
    if hub.ledger_gone is not None:
        raise hub.ledger_gone


def leave(hub: Hub) -> None:
    """Record that this process ends well, so that the next does not count it as a second hub; let messages arrive."""
    with suppress(LedgerError):
        machine_watch.leave(hub)
    if hub.sender is not None:
        hub.sender.join(timeout=SENDER_PATIENCE)


def keep_watch(hub: Hub) -> None:
    """Say what is overdue and what waits, whatever the cycles do; a ledger that fails is their business.

    No fault here ends the hub: alerts are looked at again with the next turn.
    """
    try:
        machine_watch.look(hub)
        overdue.look(hub)
        for connection in hub.connections.values():
            watch(hub, connection)
        figures.look(hub)
        messages.look(hub, digest.make_due)
        sign_ins.keep_alive(hub)
    except LedgerError as error:
        log.debug("ledger", problem=str(error))
    except Exception:
        log.exception("watch")


def run_due(hub: Hub, due: Due, others_wait: Callable[[], bool] = lambda: False) -> Report:
    """The cycle, and then a look at what has waited for too long. `others_wait`: for its thread."""
    report = run_cycle(
        hub, due.connection, due.flow, lambda: others_wait() or others_are_due(hub, due), Interludes(hub, due)
    )
    hub.ran_last[due.connection.name] = due.flow
    overdue.look(hub)
    watch(hub, due.connection)
    reconcile_when_due(hub, due.connection)
    forget_when_due(hub, due.connection)
    return report

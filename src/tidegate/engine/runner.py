"""The embedded runner: one process, a thread for each connection, cycles when they are due.

What is safe is decided by the ledger's leases, not here: a second runner started by mistake costs
nothing but its own time.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress

import structlog

from tidegate.engine import clock_watch, digest, figures, machine_watch, messages, overdue, sign_ins
from tidegate.engine.cycles import Report, run_cycle
from tidegate.engine.endings import CARRIED_OUT
from tidegate.engine.faults import fault_is_over, tell_fault
from tidegate.engine.hub import Hub
from tidegate.engine.interludes import Interludes
from tidegate.engine.nightly import reconcile_when_due
from tidegate.engine.retention import forget_when_due
from tidegate.engine.schedule import Due, next_due, others_are_due
from tidegate.engine.watch import watch
from tidegate.flows.connection import Connection
from tidegate.ledger import database, presence
from tidegate.ledger.database import transaction
from tidegate.ledger.faults import LedgerError, LedgerGone

log = structlog.get_logger()

#: The longest a runner sleeps: a changed clock or an operator's `lift` is noticed by then.
LONGEST_WAIT = 60.0
#: The same where somebody may call, the company's product or a person: what they hasten begins so soon.
BELL_WAIT = 5.0
#: The pause after the ledger could not be used (disk full, server gone).
LEDGER_PAUSE = 30.0

#: Seconds that a message which is on its way keeps the hub from ending.
SENDER_PATIENCE = 5.0

Seen = Callable[[Report], None]


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
    threads = [
        threading.Thread(target=serve, args=(hub, connection, stop, seen), name=connection.name)
        for connection in hub.connections.values()
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        while thread.is_alive():  # a connection whose turn does not come cannot say so itself
            thread.join(timeout=1.0)
            keep_watch(hub)
    leave(hub)
    log.info("stop")
    if hub.ledger_gone is not None:
        raise hub.ledger_gone


def leave(hub: Hub) -> None:
    """This process ends well: it is no second hub for the next, and a message on its way may arrive."""
    with suppress(LedgerError):
        machine_watch.leave(hub)
    if hub.sender is not None:
        hub.sender.join(timeout=SENDER_PATIENCE)


def keep_watch(hub: Hub) -> None:
    """Say what is overdue and what waits, whatever the connections' threads do; a ledger that fails is their business.

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


def serve(hub: Hub, connection: Connection, stop: threading.Event, seen: Seen | None) -> None:
    """One connection's loop. Neither a ledger that cannot be written nor a fault of ours ends it."""
    sound: set[str] = set()  # flows whose last cycle in this process ended as it should
    try:
        while not stop.is_set():
            flow = ""
            try:
                database.check_file()
                presence.check(hub.start_number)
                clock_watch.look(hub.clock_watch, hub.clock)
                due = next_due(hub, connection)
                if due is None:
                    return
                if not wait_for(hub, due, stop):
                    continue
                flow = due.flow
                report = run_due(hub, due)
                if flow not in sound:
                    fault_is_over(hub, connection, flow)
                    sound.add(flow)
            except LedgerGone as error:
                ledger_is_gone(hub, error, stop)
            except LedgerError as error:
                ledger_failed(hub, connection, error, stop)
                continue
            except Exception as error:  # a connection that stops without a word is noticed too late
                sound.discard(flow)
                fault(hub, connection, flow, error, stop)
                continue
            if seen is not None:
                seen(report)
            if report.outcome not in CARRIED_OUT:
                hub.clock.wait(LONGEST_WAIT, stop)
    finally:
        database.close()


def ledger_is_gone(hub: Hub, error: LedgerGone, stop: threading.Event) -> None:
    """Without its ledger a hub knows nothing: it stops, in every thread, and a person decides."""
    log.critical("ledger gone", problem=str(error))
    if hub.ledger_gone is None:
        hub.ledger_gone = error
        database.leave_note(str(error))
    stop.set()


def ledger_failed(hub: Hub, connection: Connection, error: LedgerError, stop: threading.Event) -> None:
    """Nothing can be recorded, so nothing is sent; after a pause it is tried again."""
    log.error("ledger", connection=connection.name, problem=str(error))
    database.close()
    hub.clock.wait(LEDGER_PAUSE, stop)


def fault(hub: Hub, connection: Connection, flow: str, error: Exception, stop: threading.Event) -> None:
    """An error that nobody foresaw: reported, and the cycles go on; what it left behind is in doubt."""
    tell_fault(hub, connection, flow, error)
    database.close()
    hub.clock.wait(LEDGER_PAUSE, stop)


def wait_for(hub: Hub, due: Due, stop: threading.Event) -> bool:
    """Wait a while for the cycle; true when it is due now."""
    remaining = (due.at - hub.clock.now()).total_seconds()
    if remaining <= 0:
        return True
    listens = hub.attended or due.connection.company.doorbell is not None
    longest = BELL_WAIT if listens else LONGEST_WAIT
    hub.clock.wait(min(remaining, longest), stop)
    return False


def run_due(hub: Hub, due: Due) -> Report:
    """The cycle, and then a look at what has waited for too long."""
    report = run_cycle(hub, due.connection, due.flow, lambda: others_are_due(hub, due), Interludes(hub, due))
    hub.ran_last[due.connection.name] = due.flow
    overdue.look(hub)
    watch(hub, due.connection)
    reconcile_when_due(hub, due.connection)
    forget_when_due(hub, due.connection)
    return report

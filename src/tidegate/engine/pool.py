"""The threads of one process: several run the cycles that are due, one more finds them.

All waiting is done here: a connection that waits takes no thread and no connection to the ledger.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog

from tidegate.engine import clock_watch
from tidegate.engine.cycles import Report
from tidegate.engine.endings import CARRIED_OUT
from tidegate.engine.fair_share import FairShare
from tidegate.engine.faults import fault_is_over, tell_fault
from tidegate.engine.hub import Hub
from tidegate.engine.schedule import Due, planned
from tidegate.flows.connection import Connection
from tidegate.ledger import database, presence
from tidegate.ledger.faults import LedgerError, LedgerGone

log = structlog.get_logger()

#: The most seconds between two looks at a connection: by then a changed clock or an operator's `lift` is noticed.
LONGEST_WAIT = 60.0
#: The same where call-backs of the company's product or users of the console can hasten a cycle.
BELL_WAIT = 5.0
#: Seconds to wait after the ledger could not be used (disk full, server gone), or after an unexpected error.
LEDGER_PAUSE = 30.0
#: The fewest seconds between two looks: a float that misses its moment by a billionth must not cause an endless loop.
SHORTEST_PAUSE = 0.005
#: Seconds after which a thread that waits for another one checks whether the hub is being stopped.
LOOK = 1.0

Seen = Callable[[Report], None]
RunDue = Callable[[Due, Callable[[], bool]], Report]
"""Runs one cycle. The function answers whether another connection waits for this thread."""


@dataclass(eq=False)
class Pool:
    """Runs due cycles on a fixed number of threads. `run_due` runs one; `seen` gets its report."""

    hub: Hub
    run_due: RunDue
    stop: threading.Event
    threads: int
    seen: Seen | None = None
    share: FairShare = field(init=False)
    #: Connection -> its next look, on the monotonic clock.
    _look_at: dict[str, float] = field(default_factory=dict)
    #: Connection and flow of a refused cycle -> its next try, likewise.
    _not_before: dict[tuple[str, str], float] = field(default_factory=dict)
    #: Connections and flows whose last cycle ended without an unexpected error.
    _sound: set[tuple[str, str]] = field(default_factory=set)
    _wanted: threading.Condition = field(default_factory=threading.Condition)  #: a thread may begin a cycle
    _ended: threading.Condition = field(default_factory=threading.Condition)  #: a cycle has ended

    def __post_init__(self) -> None:
        self.share = FairShare(self.threads, self.hub.turns)
        self.hub.at_work = self.share.at_work

    def started(self) -> list[threading.Thread]:
        """Start the threads, which run until `stop` is set."""
        threads = [threading.Thread(target=self._plan, name="planner")]
        threads += [
            threading.Thread(target=self._work, name=f"cycles-{number + 1}") for number in range(self.threads)
        ]
        for thread in threads:
            thread.start()
        return threads

    # --- what is due -------------------------------------------------------------------------------

    def look(self) -> None:
        """Queue the due cycles of every connection whose next look has come. Raises `LedgerError`."""
        for name, connection in self.hub.connections.items():
            now = self.hub.clock.monotonic()
            if self._look_at.get(name, now) > now:
                continue
            if self.share.runs(name):  # `serve` looks at it when its cycle has ended
                self._look_at[name] = now + LOOK
                continue
            try:
                self.look_at(connection)
            except LedgerError:
                raise
            except Exception as error:  # one connection's error must not delay the others
                tell_fault(self.hub, connection, "", error)
                self._leave_alone(connection)

    def look_at(self, connection: Connection) -> None:
        """Queue the due cycles of one connection, and set its next look. Raises `LedgerError`."""
        clock, name = self.hub.clock, connection.name
        known = self.share.begun(name)
        now, monotonic = clock.now(), clock.monotonic()
        due, next_look = [], self._longest(connection)
        for each in planned(self.hub, connection, now):
            wait = max(
                (each.at - now).total_seconds(), self._not_before.get((name, each.flow), 0.0) - monotonic
            )
            if wait <= 0:
                due.append(each)
            else:
                next_look = min(next_look, wait)
        self._look_at[name] = monotonic + next_look
        self.share.put(name, due, known)
        if due:
            with self._wanted:
                self._wanted.notify()

    def _longest(self, connection: Connection) -> float:
        listens = self.hub.attended or connection.company.doorbell is not None
        return BELL_WAIT if listens else LONGEST_WAIT

    def pause(self) -> float:
        """Seconds until the next look at any connection, `LONGEST_WAIT` at most."""
        now = self.hub.clock.monotonic()
        soonest = min(
            (self._look_at.get(name, now) for name in self.hub.connections), default=now + LONGEST_WAIT
        )
        return min(max(soonest - now, 0.0), LONGEST_WAIT)

    def _plan(self) -> None:
        """Look, then wait until the next look: on the hub's clock while no cycle runs, else until one ends."""
        try:
            while not self.stop.is_set():
                try:
                    self.check()
                    self.look()
                except LedgerGone as error:
                    self._ledger_is_gone(error)
                except LedgerError as error:
                    log.error("ledger", problem=str(error))
                    database.close()
                    self.hub.clock.wait(LEDGER_PAUSE, self.stop)
                except Exception:
                    log.exception("planner")
                    self.hub.clock.wait(LEDGER_PAUSE, self.stop)
                with self._ended:
                    idle = self.share.idle()
                    if not idle:
                        self._ended.wait(min(max(self.pause(), SHORTEST_PAUSE), LOOK))
                if idle:
                    self.hub.clock.wait(max(self.pause(), SHORTEST_PAUSE), self.stop)
        finally:
            database.close()

    def check(self) -> None:
        """Check that the ledger is still this hub's, and that the clock is right. Raises `LedgerGone`."""
        database.check_file()
        presence.check(self.hub.start_number)
        clock_watch.look(self.hub.clock_watch, self.hub.clock)

    # --- cycles -----------------------------------------------------------------------------------

    def _work(self) -> None:
        """One thread: begin the first cycle of the queue, again and again."""
        try:
            while not self.stop.is_set():
                with self._wanted:
                    due = self.share.begin()
                    if due is None:
                        database.rest()
                        self._wanted.wait(LOOK)
                if due is not None:
                    self.serve(due)
        finally:
            database.close()

    def serve(self, due: Due) -> None:
        """Run a cycle that has begun. The thread survives an unusable ledger and any unexpected error."""
        connection, flow = due.connection, due.flow
        place = (connection.name, flow)
        try:
            self.check()
            report = self.run_due(due, lambda: self.share.somebody_waits_for(due))
            if place not in self._sound:
                fault_is_over(self.hub, connection, flow)
                self._sound.add(place)
            if self.seen is not None:
                self.seen(report)
            self.share.end(due)
            if report.outcome not in CARRIED_OUT:
                self._not_before[place] = self.hub.clock.monotonic() + LONGEST_WAIT
            self.look_at(connection)
        except LedgerGone as error:
            self._ledger_is_gone(error)
        except LedgerError as error:  # without a record nothing is sent; the cycle is tried again
            log.error("ledger", connection=connection.name, problem=str(error))
            self._leave_alone(connection)
        except Exception as error:  # reported, so that the connection does not stop silently
            self._sound.discard(place)
            tell_fault(self.hub, connection, flow, error)
            self._leave_alone(connection)
        finally:
            self.share.end(due)
            with self._wanted:
                self._wanted.notify()
            with self._ended:
                self._ended.notify()

    def _leave_alone(self, connection: Connection) -> None:
        """Look at the connection again after `LEDGER_PAUSE`; others are served meanwhile."""
        database.close()
        self._look_at[connection.name] = self.hub.clock.monotonic() + LEDGER_PAUSE

    def _ledger_is_gone(self, error: LedgerGone) -> None:
        """Stop every thread: without its ledger the hub must not send anything, and a person decides."""
        log.critical("ledger gone", problem=str(error))
        if self.hub.ledger_gone is None:
            self.hub.ledger_gone = error
            database.leave_note(str(error))
        self.stop.set()

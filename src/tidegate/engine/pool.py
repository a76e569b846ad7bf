"""The threads of one process, which take the cycles that are due, and one more that looks what is due.

All waiting is done here: a connection that waits costs no thread, no connection to the ledger and no memory but its
own.
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

#: The longest that a connection is not looked at: a changed clock or an operator's `lift` is noticed by then.
LONGEST_WAIT = 60.0
#: The same where somebody may call, the company's product or a person: what they hasten begins so soon.
BELL_WAIT = 5.0
#: The pause after the ledger could not be used (disk full, server gone), and after a fault of ours.
LEDGER_PAUSE = 30.0
#: Seconds between two looks at least: floats that miss a moment by a billionth must not look for ever.
SHORTEST_PAUSE = 0.005
#: Seconds after which who waits for another thread looks whether the hub is being stopped.
LOOK = 1.0

Seen = Callable[[Report], None]
RunDue = Callable[[Due, Callable[[], bool]], Report]
"""Runs one cycle; the function says whether another connection waits for its thread."""


@dataclass(eq=False)
class Pool:
    """Whoever is due is served, by as many threads as there are. `run_due` runs one cycle."""

    hub: Hub
    run_due: RunDue
    stop: threading.Event
    threads: int
    seen: Seen | None = None
    share: FairShare = field(init=False)
    _look_at: dict[str, float] = field(default_factory=dict)  #: of each connection, on the monotonic clock
    _not_before: dict[tuple[str, str], float] = field(default_factory=dict)  #: of refused cycles
    _sound: set[tuple[str, str]] = field(default_factory=set)  #: whose last cycle ended as it should
    _wanted: threading.Condition = field(default_factory=threading.Condition)  #: a thread may begin something
    _ended: threading.Condition = field(default_factory=threading.Condition)

    def __post_init__(self) -> None:
        self.share = FairShare(self.threads, self.hub.turns)
        self.hub.at_work = self.share.at_work

    def started(self) -> list[threading.Thread]:
        """The threads, at work until `stop` is set."""
        threads = [threading.Thread(target=self._plan, name="planner")]
        threads += [
            threading.Thread(target=self._work, name=f"cycles-{number + 1}") for number in range(self.threads)
        ]
        for thread in threads:
            thread.start()
        return threads

    # --- what is due -------------------------------------------------------------------------------

    def look(self) -> None:
        """Put what is due of every connection whose time has come into the queue."""
        for name, connection in self.hub.connections.items():
            now = self.hub.clock.monotonic()
            if self._look_at.get(name, now) > now:
                continue
            if self.share.runs(name):  # it is looked at when its cycle has ended
                self._look_at[name] = now + LOOK
                continue
            try:
                self.look_at(connection)
            except LedgerError:
                raise
            except Exception as error:  # of one connection: the others are looked at all the same
                tell_fault(self.hub, connection, "", error)
                self._leave_alone(connection)

    def look_at(self, connection: Connection) -> None:
        """The same for one of them. Raises `LedgerError`."""
        clock, name = self.hub.clock, connection.name
        known = self.share.begun(name)
        now, passed = clock.now(), clock.monotonic()
        due, following = [], self._longest(connection)
        for each in planned(self.hub, connection, now):
            later = max(
                (each.at - now).total_seconds(), self._not_before.get((name, each.flow), 0.0) - passed
            )
            if later <= 0:
                due.append(each)
            else:
                following = min(following, later)
        self._look_at[name] = passed + following
        self.share.put(name, due, known)
        if due:
            with self._wanted:
                self._wanted.notify()

    def _longest(self, connection: Connection) -> float:
        listens = self.hub.attended or connection.company.doorbell is not None
        return BELL_WAIT if listens else LONGEST_WAIT

    def pause(self) -> float:
        """Seconds until a connection is to be looked at."""
        now = self.hub.clock.monotonic()
        soonest = min(
            (self._look_at.get(name, now) for name in self.hub.connections), default=now + LONGEST_WAIT
        )
        return min(max(soonest - now, 0.0), LONGEST_WAIT)

    def _plan(self) -> None:
        """Look, then wait until the next look: by the hub's clock while nothing is at work."""
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
        """The ledger is still ours, and the clock goes as it should. Raises `LedgerGone`."""
        database.check_file()
        presence.check(self.hub.start_number)
        clock_watch.look(self.hub.clock_watch, self.hub.clock)

    # --- cycles -----------------------------------------------------------------------------------

    def _work(self) -> None:
        """One thread: the first of the queue, again and again."""
        try:
            while not self.stop.is_set():
                with self._wanted:
                    due = self.share.begin()
                    if due is None:
                        self._wanted.wait(LOOK)
                if due is not None:
                    self.serve(due)
        finally:
            database.close()

    def serve(self, due: Due) -> None:
        """One cycle that has begun. Neither a ledger that cannot be written nor a fault of ours ends the thread."""
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
        except LedgerError as error:  # nothing can be recorded, so nothing is sent; it is tried again
            log.error("ledger", connection=connection.name, problem=str(error))
            self._leave_alone(connection)
        except Exception as error:  # a connection that stops without a word is noticed too late
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
        """For a while: what it has left behind is in doubt, and others may be served meanwhile."""
        database.close()
        self._look_at[connection.name] = self.hub.clock.monotonic() + LEDGER_PAUSE

    def _ledger_is_gone(self, error: LedgerGone) -> None:
        """Without its ledger a hub knows nothing: it stops, in every thread, and a person decides."""
        log.critical("ledger gone", problem=str(error))
        if self.hub.ledger_gone is None:
            self.hub.ledger_gone = error
            database.leave_note(str(error))
        self.stop.set()

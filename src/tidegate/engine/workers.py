"""The distributed runner: cycles are jobs in a queue, on as many machines as there are workers.

The queue decides only when and where a cycle runs. What is safe is decided by the ledger's leases, so a queue that
loses or repeats a job, and a worker that counts as dead but is not, cost time and nothing else.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import structlog

from tidegate.engine import cycle_queue, runner
from tidegate.engine.cycles import run_cycle
from tidegate.engine.endings import CARRIED_OUT
from tidegate.engine.faults import fault_is_over, tell_fault
from tidegate.engine.hub import Hub
from tidegate.engine.nightly import reconcile_when_due
from tidegate.engine.planner import Planner
from tidegate.engine.pool import LEDGER_PAUSE, Seen
from tidegate.engine.retention import forget_when_due
from tidegate.flows.connection import Connection
from tidegate.ledger import database, presence, shared_configuration
from tidegate.ledger.database import transaction
from tidegate.ledger.election import Election
from tidegate.ledger.faults import LedgerError, LedgerGone
from tidegate.ledger.shared_configuration import OtherConfiguration

if TYPE_CHECKING:
    from procrastinate import App

log = structlog.get_logger()

#: Seconds between two looks of the planner, and of the process whether it is to end.
PLAN, LOOK = 1.0, 0.2
#: Seconds that a call to the queue may take.
PATIENCE = 30.0
#: Why no cycle is taken for a while, where the library says it to its own log alone.
LOST = "the connection to the queue was lost; this worker opens it again in half a minute"


@dataclass(eq=False)
class Worker:
    """One process that takes cycles from the queue; the elected one of all plans them, too."""

    hub: Hub
    digest: str  #: of its configuration
    jobs: int  #: cycles at a time
    stop: threading.Event
    seen: Seen | None = None
    refused: LedgerError | None = None  #: why it has stopped for good
    _sound: set[tuple[str, str]] = field(default_factory=set)

    @property
    def ledger(self) -> str:
        """The ledger's address."""
        return self.hub.configuration.hub.ledger

    # --- cycles, in the threads of the pool ----------------------------------------------------------

    def cycle(self, connection: str, flow: str) -> None:
        """The cycle whose turn it is. No fault of it ends the worker."""
        tied = self.hub.connections[connection]
        try:
            self._still_ours()
            report = run_cycle(self.hub, tied, flow)
            if (connection, flow) not in self._sound:
                fault_is_over(self.hub, tied, flow)
                self._sound.add((connection, flow))
            if self.seen is not None:
                self.seen(report)
            if report.outcome in CARRIED_OUT:
                reconcile_when_due(self.hub, tied)
                forget_when_due(self.hub, tied)
        except (LedgerGone, OtherConfiguration) as error:
            self._end(error)
        except LedgerError as error:
            log.error("ledger", connection=connection, problem=str(error))
        except Exception as error:
            self._sound.discard((connection, flow))
            tell_fault(self.hub, tied, flow, error)
        finally:
            database.close()  # a thread that waits for its next cycle keeps no connection

    def _still_ours(self) -> None:
        presence.check(self.hub.start_number)
        shared_configuration.check(self.digest)

    def _end(self, error: LedgerError) -> None:
        """This worker takes nothing more: its ledger, or its configuration, is another one's."""
        log.critical("worker ends", problem=str(error))
        self.refused = self.refused or error
        self.stop.set()

    # --- planning, in a thread of its own ------------------------------------------------------------

    def plan(self, app: App, loop: asyncio.AbstractEventLoop, over: threading.Event) -> None:
        """While this process is elected: put what is due into the queue, free what the dead have left, keep watch."""

        def ask(what: Coroutine[Any, Any, Any]) -> Any:
            try:
                return asyncio.run_coroutine_threadsafe(what, loop).result(PATIENCE)
            except Exception as error:
                raise of_the_server(error) or error from None

        def put(connection: Connection, flow: str) -> None:
            ask(cycle_queue.put(app, connection, flow))

        planner, election, look_at = Planner(self.hub, put), Election(self.ledger), 0.0
        try:
            while not over.is_set():
                try:
                    self._still_ours()
                    before = election.holds
                    if election.won():
                        if not before:
                            log.info("elected")  # until its connection to the server ends
                        if self.hub.clock.monotonic() >= look_at:
                            look_at = self.hub.clock.monotonic() + cycle_queue.HEARTBEAT
                            for connection, flow in ask(cycle_queue.end_dead_jobs(app)):
                                planner.forget(connection, flow)
                        planner.look()
                        runner.keep_watch(self.hub)
                except (LedgerGone, OtherConfiguration) as error:
                    self._end(error)
                    return
                except LedgerError as error:
                    log.error("ledger", problem=str(error))
                    database.close()
                    election.withdraw()  # on a connection of its own, which the same has befallen
                    planner = Planner(self.hub, put)  # what was put may be lost
                    self.hub.clock.wait(LEDGER_PAUSE, over)
                except Exception:
                    log.exception("planner")
                    self.hub.clock.wait(LEDGER_PAUSE, over)
                self.hub.clock.wait(PLAN, over)
        finally:
            election.withdraw()
            database.close()

    # --- the process -----------------------------------------------------------------------------

    async def work(self) -> None:
        """Take cycles until `stop` is set; a queue that cannot be reached is tried again."""
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(self.jobs + 2))
        while not self.stop.is_set():
            try:
                await self._work_on(cycle_queue.open_queue(self.ledger, self.cycle))
            except Exception as error:
                log.error("queue", problem=str(of_the_server(error) or repr(error)))
            else:
                if not self.stop.is_set():
                    log.error("queue", problem=LOST)
            if not self.stop.is_set():  # the server was restarted, or fails over
                await self._pause(LEDGER_PAUSE)

    async def _work_on(self, app: App) -> None:
        """One opened queue, until it fails or the worker is to end; a running cycle ends properly."""
        over = threading.Event()
        async with app.open_async():
            taking = asyncio.create_task(
                app.run_worker_async(
                    queues=[cycle_queue.QUEUE],
                    concurrency=self.jobs,
                    name=self.hub.holder,
                    delete_jobs="always",
                    install_signal_handlers=False,
                    fetch_job_polling_interval=cycle_queue.POLL,
                    update_heartbeat_interval=cycle_queue.HEARTBEAT,
                    stalled_worker_timeout=cycle_queue.DEAD,
                )
            )
            planning = asyncio.create_task(
                asyncio.to_thread(self.plan, app, asyncio.get_running_loop(), over)
            )
            try:
                while not self.stop.is_set() and not taking.done():
                    await asyncio.sleep(LOOK)
            finally:
                over.set()
                await planning
                taking.cancel()
                with suppress(asyncio.CancelledError):
                    await taking

    async def _pause(self, seconds: float) -> None:
        """By the hub's clock, in a thread: the clock waits for `stop`."""
        await asyncio.to_thread(self.hub.clock.wait, seconds, self.stop)


def of_the_server(error: Exception) -> LedgerError | None:
    """What the queue's library has caught, as the ledger says it; None for what is not the server's."""
    if isinstance(error, TimeoutError):
        return LedgerError(f"{database.where()}: the queue has not answered for {PATIENCE:.0f} seconds")
    try:
        with database.explained():
            raise error.__cause__ or error
    except LedgerError as clear:
        return clear
    except Exception:
        return None


def run(
    hub: Hub, digest: str, stop: threading.Event, *, jobs: int, replace: bool, seen: Seen | None = None
) -> None:
    """Take cycles from the queue until `stop` is set.

    `digest` is that of the configuration (`config.digest`), which all workers share; with `replace` it is the new one.
    Raises `OtherConfiguration` for a worker with another one, now or later, `LedgerGone` as the embedded runner, and
    `LedgerError` for a ledger in a file, which one machine alone can use.
    """
    if database.vendor() != "postgresql":
        raise LedgerError(
            f"{database.where()}: several machines can share a ledger in PostgreSQL only. `tidegate ledger "
            "move` moves this one there; on one machine, use `tidegate run` instead."
        )
    with transaction("start"):
        shared_configuration.agree(digest, hub.clock.now(), replace=replace)
        hub.start_number = presence.register(hub.clock.now())
    cycle_queue.prepare(hub.configuration.hub.ledger)
    logging.getLogger("procrastinate").setLevel(logging.CRITICAL)  # what it catches is said here, in words
    hub.stop = hub.seats.stop = stop
    hub.shares = True
    worker = Worker(hub, digest, jobs, stop, seen)
    log.info("start", ledger=database.where(), connections=sorted(hub.connections), jobs=jobs)
    database.rest()  # this thread only waits for the others
    asyncio.run(worker.work())
    runner.leave(hub)
    log.info("stop")
    if worker.refused is not None:
        raise worker.refused

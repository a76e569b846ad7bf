"""The agent of one Sage 100: its seats, journal, reader and writer, and what it does when it starts and stops."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tidegate_agent.caller import Backend, CallFailed, CallHung, ClassMissing, Tables, TablesFailed, Worker
from tidegate_agent.clock import Clock
from tidegate_agent.failure import Failure
from tidegate_agent.inline_worker import InlineWorker
from tidegate_agent.journal import Journal
from tidegate_agent.metrics import Metrics
from tidegate_agent.pool import Held, Pool
from tidegate_agent.process_worker import ProcessWorker
from tidegate_agent.sage100.customer_writer import settle_customer
from tidegate_agent.sage100.lookup import Lookup
from tidegate_agent.sage100.names import REFUSING_WARNINGS
from tidegate_agent.sage100.order_calls import OrderCalls
from tidegate_agent.sage100.order_writer import OrderWriter, settle
from tidegate_agent.sage100.reader import Reader
from tidegate_agent.sage100.sdata import SDataReader
from tidegate_agent.sage100.session import Session
from tidegate_agent.sage100.texts import Texts
from tidegate_agent.settings import Settings

_log = logging.getLogger("tidegate_agent")


class Agent:
    """One agent. ``secret`` gives a secret by its name; ``backend`` reaches the installation."""

    def __init__(
        self,
        settings: Settings,
        *,
        clock: Clock,
        backend: Backend,
        journal: Journal,
        secret: Callable[[str], str],
    ) -> None:
        self.settings = settings
        self.clock = clock
        self.backend = backend
        self.journal = journal
        self.secret = secret
        self.metrics = Metrics()
        self.pool: Pool[Session] = Pool(settings.seats, clock, self._new_session)
        self.zone = ZoneInfo(settings.sage100.time_zone)
        self._texts = Texts(settings.sage100.texts.patterns())
        self.new_texts: list[str] = []
        self._readers = {
            company: _reader(backend.tables(company), settings.sage100.reader, company)
            for company in settings.sage100.companies
        }
        self.seen: dict[str, tuple[str, str, datetime]] = {}  #: company -> (open or locked, why, since)
        self.in_hand: set[tuple[str, str]] = set()  #: (company, key) of the batches that are running
        self._busy = {company: threading.Lock() for company in settings.sage100.companies}
        self._unsettled: set[str] = set()  #: companies with rows that could not be settled
        self._tidied_on: date | None = None

    # Start and stop

    def start(self) -> None:
        """End what a dead agent left, then settle its open rows. What cannot be settled yet is tried again."""
        machine_started = self.clock.now() - timedelta(seconds=self.clock.seconds())
        for process, noted_at in self.journal.servers():
            if noted_at >= machine_started:  # else its number may be somebody else's by now
                _log.warning("server process %s outlived its agent and is ended", process)
                self.backend.end_server(process)
            self.journal.server_gone(process)
        for company in self._busy:
            self.settle(company)

    def settle(self, company: str) -> bool:
        """Settle the open rows of a company by primary key; whether none is left.

        Nobody may be writing for the company meanwhile: a row in hand is open as well.
        """
        for entry in self.journal.open_entries(company):
            if entry.kind == "customer":
                settle_customer(self.journal, self.reader(company), self.settings.sage100, entry)
            else:
                settle(self.journal, self.lookup(company), entry)
        if self.journal.open_entries(company):
            self._unsettled.add(company)
        else:
            self._unsettled.discard(company)
        return company not in self._unsettled

    def stop(self) -> bool:
        """Take no more work, finish the record in hand, drop all; whether no session is left."""
        return self.pool.drain(self.settings.seats.call_limit_s + self.settings.seats.drop_limit_s)

    def tick(self) -> None:
        """What is due by the clock: idle and old sessions are dropped; once a day old rows are forgotten."""
        self.pool.tick()
        if self._tidied_on != self.today():
            self._tidied_on = self.today()
            self.journal.forget_old()

    # Sessions

    def _new_session(self, company: str) -> Session:
        self._keep_reserved_seats(company)
        sage = self.settings.sage100
        return Session(
            company,
            self.start_worker,
            home=sage.home,
            user=sage.user,
            password=self.secret(sage.password),
            drop_limit_s=self.settings.seats.drop_limit_s,
            texts=self._texts,
            on_new_text=self._on_new_text,
        )

    def start_worker(self) -> Worker:
        """A worker for one session; its server process is noted in the journal, so that it cannot be forgotten."""
        if self.settings.worker == "inline":
            return InlineWorker(self.backend.connect(), self._end_server, self.journal.server_started)
        seats = self.settings.seats
        python = self.settings.python or sys.executable
        return ProcessWorker(
            [python, "-m", "tidegate_agent.worker_main", self.settings.backend, str(seats.drop_limit_s)],
            limit_s=seats.call_limit_s,
            end_server=self._end_server,
            on_server=self.journal.server_started,
        )

    def _end_server(self, process: int) -> None:
        self.backend.end_server(process)
        self.journal.server_gone(process)

    def _keep_reserved_seats(self, company: str) -> None:
        """Open no session where fewer licences than agreed would be left to people (`SY_Console`, A)."""
        seats = self.settings.seats
        if not seats.seats_reserved_for_people:
            return
        try:
            used = len(self.reader(company).rows("SY_Console", ("WorkstationName", "SessionCounter")))
        except TablesFailed:
            return  # it cannot be read everywhere; Sage's own refusal then decides
        if seats.seats_bought - used - 1 < seats.seats_reserved_for_people:
            raise Failure("seat_limit", f"{used} of {seats.seats_bought} licences are in use.")

    def _on_new_text(self, text: str) -> None:
        self.metrics.count("new_texts_total")
        if text and text not in self.new_texts:
            self.new_texts.append(text)
            _log.warning("new text of Sage, please classify: %s", text)

    @contextmanager
    def lease(self, company: str, purpose: str) -> Iterator[Held[Session]]:
        """A session for a company; what it shows of the company is remembered. Failure as the contract has it."""
        try:
            with self.pool.lease(company, purpose) as held:
                self._note(company, "open", "")
                yield held
        except Failure as failure:
            if failure.kind == "locked":
                self._note(company, "locked", failure.sage_text or failure.message)
            raise
        except CallHung as hung:
            raise Failure("timeout", hung.text) from hung
        except ClassMissing as missing:
            raise Failure(
                "unavailable", "Sage has no such class: path, module or right.", sage_text=missing.text
            ) from missing
        except CallFailed as failed:
            raise Failure("unavailable", "The COM layer failed.", sage_text=failed.text) from failed

    def _note(self, company: str, state: str, reason: str) -> None:
        before = self.seen.get(company)
        if before is None or before[:2] != (state, reason):
            self.seen[company] = (state, reason, self.clock.now())

    @contextmanager
    def writing(self, company: str, keys: Sequence[str] = ()) -> Iterator[None]:
        """One batch a company at a time; its open rows are settled first.

        Failures ``busy_company``, ``locked`` (drained), ``auth`` (read only), ``unavailable`` (rows that cannot be settled).
        """
        if self.settings.read_only:
            raise Failure("auth", "Writes are switched off in the agent's settings (read_only).")
        if self.pool.is_draining:
            raise Failure("locked", "The agent is drained: it takes no work until it is resumed.")
        lock = self._busy[company]
        if not lock.acquire(blocking=False):
            raise Failure("busy_company", "Another batch for this company is running.")
        in_hand = {(company, key) for key in keys}
        try:
            if not self.settle(company):
                raise Failure(
                    "unavailable", "Open rows of the journal cannot be settled: the tables are not readable."
                )
            self.in_hand |= in_hand
            yield
        finally:
            self.in_hand -= in_hand
            if self.journal.open_entries(company):
                self._unsettled.add(company)
            lock.release()

    # Parts for one company

    def company(self, code: str) -> str:
        """A company on the list. Failure ``not_found`` for any other."""
        if code not in self._busy:
            raise Failure("not_found", f"The company {code} is not on the agent's list.")
        return code

    def reader(self, company: str) -> Reader:
        """Reads a company's tables."""
        return self._readers[company]

    def lookup(self, company: str) -> Lookup:
        """Looks for a company's orders."""
        return Lookup(self.reader(company), self.settings.sage100, self.clock)

    def today(self) -> date:
        """The date where the server is."""
        return self.clock.now().astimezone(self.zone).date()

    def order_writer(self, company: str) -> OrderWriter:
        """Writes a company's orders."""
        sage = self.settings.sage100
        return OrderWriter(
            company=company,
            journal=self.journal,
            lookup=self.lookup(company),
            calls=OrderCalls(sage, (*REFUSING_WARNINGS, *sage.refusing_warnings)),
            clock=self.clock,
            unit_limit_s=self.settings.seats.unit_limit_s,
            is_draining=lambda: self.pool.is_draining,
            today=self.today,
        )

    @property
    def state(self) -> str:
        """ready, draining, drained, degraded."""
        if self.pool.is_draining:
            return "drained" if self.pool.open_sessions == 0 else "draining"
        return "degraded" if self._unsettled else "ready"

    def companies(self) -> list[dict[str, Any]]:
        """How each company was last seen."""
        shown = []
        for code in self.settings.sage100.companies:
            state, reason, since = self.seen.get(code, ("unknown", "", None))
            shown.append(
                {
                    "code": code,
                    "sage": state,
                    "reason": reason or None,
                    "since": since.astimezone(self.zone).isoformat() if since is not None else None,
                }
            )
        return shown


def _reader(tables: Tables, kind: str, company: str) -> Reader:
    return SDataReader(tables, company) if kind == "sdata" else Reader(tables, kind, company)

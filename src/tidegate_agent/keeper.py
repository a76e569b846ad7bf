"""What every agent does, whatever Sage it stands beside: seats, journal, start and stop, one writer at a time.

A product says how a session is made and how an open row of the journal is settled.
"""

from __future__ import annotations

import logging
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any, Generic
from zoneinfo import ZoneInfo

from tidegate_agent.caller import Backend, CallFailed, CallHung, ClassMissing, Worker
from tidegate_agent.clock import Clock
from tidegate_agent.failure import Failure
from tidegate_agent.inline_worker import InlineWorker
from tidegate_agent.journal import Entry, Journal
from tidegate_agent.metrics import Metrics
from tidegate_agent.pool import Held, Pool, S
from tidegate_agent.process_worker import ProcessWorker
from tidegate_agent.settings import Settings

_log = logging.getLogger("tidegate_agent")


class Keeper(Generic[S]):
    """Keeps the seats of one installation. ``secret`` gives a secret by its name; ``backend`` reaches the installation."""

    def __init__(
        self,
        settings: Settings,
        *,
        clock: Clock,
        backend: Backend,
        journal: Journal,
        secret: Callable[[str], str],
        listed: Sequence[str],
        time_zone: str,
    ) -> None:
        self.settings = settings
        self.clock = clock
        self.backend = backend
        self.journal = journal
        self.secret = secret
        self.metrics = Metrics()
        self.pool: Pool[S] = Pool(settings.seats, clock, self.new_session)
        self.zone = ZoneInfo(time_zone)
        self.seen: dict[str, tuple[str, str, datetime]] = {}  #: company -> (open or locked, why, since)
        self.in_hand: set[tuple[str, str]] = set()  #: (company, key) of the batches that are running
        self.new_texts: list[str] = []
        self.ended_servers: deque[int] = deque(maxlen=100)  #: server processes of ours that are gone
        self._listed = tuple(listed)
        self._busy = {company: threading.Lock() for company in listed}
        self._unsettled: set[str] = set()  #: companies with rows that could not be settled
        self._tidied_on: date | None = None

    # What a product says

    def new_session(self, company: str) -> S:
        """A session for a company, not yet open. Failure where none may be opened."""
        raise NotImplementedError

    def settle_entry(self, entry: Entry) -> None:
        """Settle an open row by primary key; one that nothing can be said of stays open."""
        raise NotImplementedError

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
            try:
                self.settle_entry(entry)
            except Failure as failure:
                _log.warning("open rows of %s cannot be settled yet: %s", company, failure.message)
                break
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

    def start_worker(self) -> Worker:
        """A worker for one session; its server process is noted in the journal, so that it cannot be forgotten."""
        if self.settings.worker == "inline":
            return InlineWorker(self.backend.connect(), self._end_server, self.journal.server_started)
        seats = self.settings.seats
        python = self.settings.python or sys.executable
        return ProcessWorker(
            [python, "-m", "tidegate_agent.worker_main", self.settings.platform, str(seats.drop_limit_s)],
            limit_s=seats.call_limit_s,
            end_server=self._end_server,
            on_server=self.journal.server_started,
        )

    def _end_server(self, process: int) -> None:
        self.backend.end_server(process)
        self.journal.server_gone(process)
        self.ended_servers.append(process)

    def on_new_text(self, text: str) -> None:
        """A text of Sage that no pattern knows: listed for the operator."""
        self.metrics.count("new_texts_total")
        if text and text not in self.new_texts:
            self.new_texts.append(text)
            _log.warning("new text of Sage, please classify: %s", text)

    @contextmanager
    def lease(self, company: str, purpose: str) -> Iterator[Held[S]]:
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

    def rows_left(self) -> list[dict[str, Any]] | None:
        """Sessions that Sage still shows though their server is gone; None where that cannot be seen."""
        return None

    def _note(self, company: str, state: str, reason: str) -> None:
        before = self.seen.get(company)
        if before is None or before[:2] != (state, reason):
            self.seen[company] = (state, reason, self.clock.now())

    def require_writes(self) -> None:
        """Failure ``auth`` where writing is switched off, and with it whatever uses up numbers of Sage."""
        if self.settings.read_only:
            raise Failure("auth", "Writes are switched off in the agent's settings (read_only).")

    @contextmanager
    def writing(self, company: str, keys: Sequence[str] = ()) -> Iterator[None]:
        """One batch a company at a time; its open rows are settled first.

        Failures ``busy_company``, ``locked`` (drained), ``auth`` (read only), ``unavailable`` (rows that cannot be settled).
        """
        self.require_writes()
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

    # How it stands

    def company(self, code: str) -> str:
        """A company on the list. Failure ``not_found`` for any other."""
        if code not in self._busy:
            raise Failure("not_found", f"The company {code} is not on the agent's list.")
        return code

    def today(self) -> date:
        """The date where the server is."""
        return self.clock.now().astimezone(self.zone).date()

    @property
    def state(self) -> str:
        """ready, draining, drained, degraded."""
        if self.pool.is_draining:
            return "drained" if self.pool.open_sessions == 0 else "draining"
        return "degraded" if self._unsettled else "ready"

    def companies(self) -> list[dict[str, Any]]:
        """How each company was last seen."""
        shown = []
        for code in self._listed:
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

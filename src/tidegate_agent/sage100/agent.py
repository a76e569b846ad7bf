"""The agent of one Sage 100: how its sessions are made, its reader and its writer."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from tidegate_agent.caller import Backend, CallFailed, TablesFailed
from tidegate_agent.clock import Clock
from tidegate_agent.failure import Failure
from tidegate_agent.journal import Entry, Journal
from tidegate_agent.keeper import Keeper
from tidegate_agent.pool import Held
from tidegate_agent.sage100.boi_reader import BoiReader
from tidegate_agent.sage100.customer_writer import settle_customer
from tidegate_agent.sage100.lookup import Lookup
from tidegate_agent.sage100.names import REFUSING_WARNINGS, TEXTS
from tidegate_agent.sage100.order_calls import OrderCalls
from tidegate_agent.sage100.order_writer import OrderWriter, settle
from tidegate_agent.sage100.reader import Reader
from tidegate_agent.sage100.sdata import SDataReader
from tidegate_agent.sage100.session import Session
from tidegate_agent.settings import Settings
from tidegate_agent.texts import Texts

BY_TABLES = ("odbc", "sql")  #: readers of tables


class Agent(Keeper[Session]):
    """One agent of Sage 100. ``secret`` gives a secret by its name; ``backend`` reaches the installation."""

    def __init__(
        self,
        settings: Settings,
        *,
        clock: Clock,
        backend: Backend,
        journal: Journal,
        secret: Callable[[str], str],
    ) -> None:
        sage = settings.sage100
        super().__init__(
            settings,
            clock=clock,
            backend=backend,
            journal=journal,
            secret=secret,
            listed=sage.companies,
            time_zone=sage.time_zone,
        )
        self._texts = Texts(sage.texts.patterns(), TEXTS)
        self._in_hand = threading.local()  #: the session that this thread holds
        self._readers = {company: self._reader(company) for company in sage.companies}

    def _reader(self, company: str) -> Reader:
        kind = self.settings.sage100.reader
        if kind == "boi":
            return BoiReader(self._lent, company)
        tables = self.backend.tables(company)
        return SDataReader(tables, company) if kind == "sdata" else Reader(tables, kind, company)

    def settle_entry(self, entry: Entry) -> None:
        """By the number that was reserved, or by the customer's key."""
        if entry.kind == "customer":
            settle_customer(self.journal, self.reader(entry.company), self.settings.sage100, entry)
        else:
            settle(self.journal, self.lookup(entry.company), entry)

    # Sessions

    def new_session(self, company: str) -> Session:
        """A session that takes a seat of Sage 100. Failure ``seat_limit`` where people need what is left."""
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
            on_new_text=self.on_new_text,
        )

    @contextmanager
    def lease(self, company: str, purpose: str) -> Iterator[Held[Session]]:
        """As every agent's; whoever reads by business objects meanwhile does so in this session."""
        with super().lease(company, purpose) as held:
            self._in_hand.held = held
            try:
                yield held
            finally:
                self._in_hand.held = None

    @contextmanager
    def _lent(self, company: str) -> Iterator[Session]:
        """A session to read in: the one in hand, or another one for the time being. Failure; CallFailed where it is lost."""
        held: Held[Session] | None = getattr(self._in_hand, "held", None)
        if held is None:
            with self.lease(company, "read") as taken:
                yield taken.session
        elif held.broken or held.session.company != company:
            raise Failure("unavailable", "The session in hand is lost: nothing can be read in it.")
        else:
            try:
                yield held.session
            except CallFailed as failed:
                held.spoil()
                raise Failure(
                    "unavailable", "The session in hand is lost.", sage_text=failed.text
                ) from failed

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

    def rows_left(self) -> list[dict[str, Any]] | None:
        """Rows of the Master Console (`SY_Console`) whose process was a server of ours and is gone (contract, Seats, A)."""
        if self.settings.sage100.reader not in BY_TABLES:
            return None  # the feeds lack it, and business objects would take a seat for it
        ours = {process for process, _ in self.journal.servers()}
        gone = [process for process in dict.fromkeys(self.ended_servers) if process not in ours]
        if not gone:
            return []
        columns = ("WorkstationName", "SessionCounter", "SessionPID")
        try:
            rows = self.reader(self._listed[0]).rows("SY_Console", columns)
        except TablesFailed:
            return None
        return [
            {"process": int(row["SessionPID"]), "workstation": row["WorkstationName"]}
            for row in rows
            if int(row["SessionPID"]) in gone
        ]

    # Parts for one company

    def reader(self, company: str) -> Reader:
        """Reads a company's tables."""
        return self._readers[company]

    def lookup(self, company: str) -> Lookup:
        """Looks for a company's orders."""
        return Lookup(self.reader(company), self.settings.sage100, self.clock)

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

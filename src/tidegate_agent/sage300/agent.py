"""The agent of one Sage 300: its sessions, and documents that are written once. Source: contract section 16."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Lock
from typing import NamedTuple

from tidegate_agent.caller import Backend, CallFailed, CallHung, ServerDied
from tidegate_agent.clock import Clock
from tidegate_agent.failure import Failure
from tidegate_agent.journal import Entry, Journal
from tidegate_agent.keeper import Keeper
from tidegate_agent.sage300 import names
from tidegate_agent.sage300.document import Document
from tidegate_agent.sage300.orders import Orders, Row
from tidegate_agent.sage300.refusal import InDoubt, Message, Refused
from tidegate_agent.sage300.session import Session
from tidegate_agent.settings import Settings
from tidegate_agent.texts import Texts

TRUSTED = timedelta(hours=1)
"""How young a row that was being written must be so that a miss means "not stored": later a person may have deleted it."""


class Written(NamedTuple):
    """What became of a document."""

    outcome: str  #: inserted, existing, updated, deleted, previewed
    row: Row
    messages: list[Message]


class GatewayAgent(Keeper[Session]):
    """One agent of Sage 300."""

    def __init__(
        self,
        settings: Settings,
        *,
        clock: Clock,
        backend: Backend,
        journal: Journal,
        secret: Callable[[str], str],
    ) -> None:
        sage = settings.sage300
        super().__init__(
            settings,
            clock=clock,
            backend=backend,
            journal=journal,
            secret=secret,
            listed=sage.companies,
            time_zone=sage.time_zone,
        )
        self._texts = Texts(sage.texts.patterns(), names.TEXTS)
        self.pool.one_a_company = True
        self._settling = Lock()
        self.home_currencies: dict[str, str] = {}  #: as last read

    def new_session(self, company: str) -> Session:
        """A session that takes a seat of Sage 300."""
        sage = self.settings.sage300
        return Session(
            company,
            self.start_worker,
            user=sage.user,
            password=self.secret(sage.password),
            version=sage.version,
            today=self.today,
            drop_limit_s=self.settings.seats.drop_limit_s,
            texts=self._texts,
            on_new_text=self.on_new_text,
        )

    # Settling

    def settle_entry(self, entry: Entry) -> None:
        """Look the document up by its number, or by its key where Sage was to choose the number."""
        if (entry.company, entry.key) in self.in_hand:
            return
        if entry.state == "reserved":  # Sage has not been told to store anything yet
            self.journal.change(entry.company, entry.key, "given_up", kind=entry.kind)
            return
        try:
            with self.lease(entry.company, f"settle {entry.key}") as held:
                found = _of_key(Orders(held.session), entry.number, entry.key)
        except (Failure, Refused):
            return
        if found is not None:
            self.journal.change(entry.company, entry.key, "written", found, kind=entry.kind)
        elif self.clock.now() - entry.begun_at < TRUSTED:
            self.journal.change(entry.company, entry.key, "given_up", kind=entry.kind)
        else:
            self.journal.change(entry.company, entry.key, "review", kind=entry.kind)

    @contextmanager
    def writing_key(self, company: str, key: str) -> Iterator[None]:
        """One call a key at a time; rows that are open and in nobody's hand are settled first.

        Failures ``busy_company``, ``locked`` (drained), ``auth`` (read only), ``unavailable`` (rows that cannot be settled).
        """
        if self.settings.read_only:
            raise Failure("auth", "Writes are switched off in the agent's settings (read_only).")
        if self.pool.is_draining:
            raise Failure("locked", "The agent is drained: it takes no work until it is resumed.")
        with self._settling:
            self.settle(company)
            left = [
                one for one in self.journal.open_entries(company) if (company, one.key) not in self.in_hand
            ]
            if left:
                raise Failure(
                    "unavailable", "Open rows of the journal cannot be settled: Sage is not readable."
                )
            if (company, key) in self.in_hand:
                raise Failure("busy_company", "This document is being written.")
            self.in_hand |= {(company, key)}
        try:
            yield
        finally:
            with self._settling:
                self.in_hand -= {(company, key)}

    # Documents

    def insert(self, company: str, document: Document, request_id: str) -> Written:
        """Store a document once: a repeat answers the one that is there.

        Refused: nothing was stored. InDoubt: nobody can say. Failure: no session.
        """
        with self.writing_key(company, document.key):
            known = self.journal.find(company, document.key, kind=document.view)
            if known is not None and known.state in ("written", "review"):
                return self._known(company, document, known)
            return self._inserted(company, document, request_id)

    def _known(self, company: str, document: Document, entry: Entry) -> Written:
        if entry.fingerprint != document.fingerprint:
            raise Refused("duplicate", f"{document.key} was written with another content", document.view)
        with self.lease(company, f"find {document.key}") as held:
            found = _of_key(Orders(held.session), entry.number, document.key)
        if found is None:
            text = f"{document.key} was written, or may have been, and is gone: it is not written again"
            raise Refused("duplicate", text, document.view)
        return Written("existing", found, [])

    def _inserted(self, company: str, document: Document, request_id: str) -> Written:
        with self.lease(company, f"insert {document.key}") as held:
            orders = Orders(held.session)
            there = _of_key(orders, "", document.key)
            if there is not None:
                return Written("existing", there, held.session.messages())
            number = document.value(names.NUMBER)
            self.journal.reserve(
                company, document.key, document.fingerprint, number, request_id, kind=document.view
            )
            try:
                row = orders.insert(document, lambda: self._note_state(company, document, "writing"))
                messages = held.session.messages()
            except Refused:
                self._note_state(company, document, "given_up")
                raise
            except CallFailed as failed:
                held.spoil()
                died = failed
            else:
                self._note_state(company, document, "written", row)
                return Written("inserted", row, messages)
        return self._after_a_death(company, document, died)

    def _after_a_death(self, company: str, document: Document, died: CallFailed) -> Written:
        """The session is gone: whether the document was stored is looked up in another one, at once."""
        entry = self.journal.find(company, document.key, kind=document.view)
        if entry is None or entry.state == "reserved":
            self._note_state(company, document, "given_up")
            raise Refused("unavailable", f"the session was lost before anything was stored: {died.text}")
        if isinstance(died, CallHung) and not died.server_ended:
            self._note_state(company, document, "review")
            raise InDoubt(died.text)
        try:
            with self.lease(company, f"settle {document.key}") as held:
                found = _of_key(Orders(held.session), entry.number, document.key)
        except (Failure, Refused) as failed:
            raise InDoubt(f"{died.text}; {failed}") from None
        if found is None:
            self._note_state(company, document, "given_up")
            raise Refused("unavailable", f"the session was lost and nothing was stored: {died.text}")
        self._note_state(company, document, "written", found)
        return Written("inserted", found, [])

    def _note_state(self, company: str, document: Document, state: str, row: Row | None = None) -> None:
        self.journal.change(company, document.key, state, row, kind=document.view)  # type: ignore[arg-type]

    def preview(self, company: str, document: Document) -> Written:
        """What would be stored, with Sage's own totals; nothing is."""
        with self.lease(company, f"preview {document.key}") as held:
            row = Orders(held.session).preview(document)
            return Written("previewed", {**row, "ORDUNIQ": "0", "ORDNUMBER": ""}, held.session.messages())

    def change(self, company: str, document: Document, action: str) -> Written:
        """Update or delete an order. InDoubt where the session was lost while Sage did it."""
        lease = self.lease(company, f"{action} {document.key}")
        with self.writing_key(company, document.key), lease as held:
            orders = Orders(held.session)
            try:
                row = orders.update(document) if action == "update" else orders.delete(document)
            except ServerDied as died:
                held.spoil()
                raise InDoubt(died.text) from None
            return Written(f"{action}d", row, held.session.messages())


def _of_key(orders: Orders, number: str, key: str) -> Row | None:
    """The order of a key; by its number where that was ours, which the key must then agree with."""
    rows = orders.by(names.NUMBER, [number]) if number else orders.by(names.REFERENCE, [key])
    return next((row for row in rows if row[names.REFERENCE] == key), None)

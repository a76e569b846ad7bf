"""The cloud platform between the applications and the Sage 50 installations."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import httpx

from tidegate_sandbox.clock import SandboxClock
from tidegate_sandbox.faults import FaultPlan
from tidegate_sandbox.sage50.agenda import Agenda, Event
from tidegate_sandbox.sage50.call_backs import CallBacks
from tidegate_sandbox.sage50.connection import Connection
from tidegate_sandbox.sage50.event_clock import EventClock
from tidegate_sandbox.sage50.installation import Installation
from tidegate_sandbox.sage50.journal import Journal
from tidegate_sandbox.sage50.json_text import encode, moment
from tidegate_sandbox.sage50.keys import Keys
from tidegate_sandbox.sage50.links import Links
from tidegate_sandbox.sage50.options import Options
from tidegate_sandbox.sage50.passcodes import Passcode, Passcodes
from tidegate_sandbox.sage50.registry import Registry
from tidegate_sandbox.sage50.scope_files import ScopeFile, ScopeFiles
from tidegate_sandbox.sage50.tokens import Tokens
from tidegate_sandbox.sage50.uploads import ResultFile, Status, Upload, Uploads


class Platform:
    """Everything that stands on the platform.

    Whoever works in it holds ``lock``. ``settle`` does what is due by the clock; ``run_due`` calls back as well.
    """

    def __init__(
        self,
        clock: SandboxClock,
        faults: FaultPlan,
        options: Options,
        *,
        call_back_transport: httpx.BaseTransport | None = None,
        token_seed: int | None = 0,
    ) -> None:
        self._sandbox_clock = clock
        self.faults = faults
        self.options = options
        self.lock = threading.RLock()
        self.clock = EventClock(clock)
        self.tokens = Tokens(token_seed)
        self.journal = Journal(self.clock)
        self.agenda = Agenda()
        self.registry = Registry(self.clock, self.tokens, self.journal)
        self.passcodes = Passcodes(self.clock, self.tokens, options)
        self.keys = Keys(self.clock, self.tokens, options, self.journal)
        self.links = Links(self.clock, self.tokens, options)
        self.files = ScopeFiles(self.clock)
        self.uploads = Uploads(self.clock, self.tokens)
        self.call_backs = CallBacks(self.clock, options, self.journal, self.lock, call_back_transport)
        self.installations: dict[str, Installation] = {}
        self.sources: list[Callable[[], Event | None]] = []  #: who else has something to do, and when

    # Time

    def real_now(self) -> datetime:
        """The sandbox's time, also while something of an earlier moment is done."""
        return self._sandbox_clock.now()

    def next_due(self) -> datetime | None:
        """When something will happen by itself, call-backs included."""
        moments = [self.call_backs.next_due(), self.next_event_at()]
        return min((one for one in moments if one is not None), default=None)

    def next_event_at(self) -> datetime | None:
        """The same without call-backs."""
        with self.lock:
            event = self._next_event()
            return event[0] if event else None

    def _next_event(self) -> Event | None:
        events = [one for one in (source() for source in self.sources) if one is not None]
        due = self.agenda.next_due()
        if due is not None:
            events.append((due, self.agenda.run_next))
        return min(events, key=lambda one: one[0], default=None)

    def settle(self) -> None:
        """Do what is due by the clock, each at its own moment; nobody is called back."""
        with self.lock:
            now = self._sandbox_clock.now()
            while (event := self._next_event()) is not None and event[0] <= now:
                with self.clock.at(event[0]):
                    event[1]()

    def run_due(self) -> int:
        """Do what is due, and make the call-backs that are; returns how many. Not under the lock."""
        self.settle()
        done = 0
        while count := self.call_backs.deliver_due():
            done += count
            self.settle()
        return done

    # Consent

    def grant(
        self, installation: Installation, passcode: Passcode, domain: str, *, urgent: bool
    ) -> Connection:
        """The administrator allows the application in: its approval URL receives the initial key."""
        application = passcode.application
        connection = self.keys.connect(application, domain, installation.id, passcode.secret)
        self.journal.note("granted", installation=installation.id, application=application.id)
        approval = {
            "event": "approved",
            "applicationId": application.id,
            "domain": domain,
            "passcode": passcode.text,
            "apikey": connection.initial.text,
            "expiry": moment(connection.initial.expires_at),
            "installation": installation.describe(),
        }
        self.call_backs.add("approval", application.approval_url, approval, urgent=urgent)
        return connection

    def deny(self, passcode: Passcode, domain: str, *, silently: bool) -> None:
        """The administrator refuses; whether that is notified is not public (contract section 3)."""
        application = passcode.application
        self.journal.note("denied", application=application.id)
        if self.options.denial_sent and not silently:
            message = {
                "event": "denied",
                "applicationId": application.id,
                "domain": domain,
                "passcode": passcode.text,
            }
            self.call_backs.add("approval", application.approval_url, message)

    # Scope files

    def receive_scope_file(
        self, installation: Installation, domain: str, scope: str, content: bytes
    ) -> ScopeFile:
        """Sage 50 uploaded a file: it replaces the one before, and every connected application is notified."""
        file = self.files.prepare(installation.id, domain, scope, content)
        early = self.faults.take_kind("notification_early", scope=scope)
        if early is None:
            self.files.publish(file)
        else:  # notified of before it can be had
            due = self.clock.now() + timedelta(seconds=early.options.get("seconds", 60))
            self.agenda.add(due, lambda: self.files.publish(file))
        self.journal.note("scope-file", installation=installation.id, scope=scope, version=file.version)
        for connection in self.keys.of_installation(installation.id):
            if connection.domain == domain:
                self.notify(connection, "fileUpdated", scope, file.version)
        return file

    def notify(
        self, connection: Connection, event: str, scope: str, version: int | None = None, *, times: int = 1
    ) -> None:
        """Notify an application; faults lose, double or delay it."""
        if self.faults.take_kind("notification_lost", scope=scope) is not None:
            self.journal.note("notification-lost", scope=scope)
            return
        late = self.faults.take_kind("notification_late", scope=scope)
        if self.faults.take_kind("notification_twice", scope=scope) is not None:
            times += 1
        message: dict[str, Any] = {
            "event": event,
            "id": self.tokens.number("ntf-"),
            "domain": connection.domain,
            "scope": scope,
            "timestamp": moment(self.clock.now()),
            "installation": self.installations[connection.installation_id].describe(shortly=True),
        }
        if version is not None:
            message["version"] = version
        delay = 0 if late is None else late.options.get("seconds", 3600)
        for _ in range(times):
            self.call_backs.add(
                "notification",
                connection.application.notification_url,
                message,
                secret=connection.secret,
                delay=delay,
            )

    # Uploads

    def move(self, upload: Upload, status: Status) -> None:
        """Give an upload its next status, and notify of it where that is switched on."""
        self.uploads.move(upload, status)
        self.journal.note("upload", upload=upload.id, status=status)
        if self.options.tracking_notifications:
            self.notify(upload.connection, "trackingUpdated", upload.scope)

    def receive_result(self, upload: Upload, results: list[dict[str, Any]]) -> None:
        """Sage 50 uploaded a result file; it replaces the one before."""
        upload.result = ResultFile(upload.id, encode(results))
        self.journal.note("result", upload=upload.id, orders=len(results))
        if self.options.tracking_notifications:
            self.notify(upload.connection, "trackingUpdated", upload.scope)

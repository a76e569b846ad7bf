"""Developers and their applications (contract section 2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tidegate_sandbox.sage50.event_clock import EventClock
from tidegate_sandbox.sage50.journal import Journal
from tidegate_sandbox.sage50.problem import not_found
from tidegate_sandbox.sage50.tokens import Tokens


@dataclass(slots=True)
class Application:
    """A third-party application; its two URLs are what the platform calls back."""

    id: str
    developer_id: str
    name: str
    domains: tuple[str, ...]
    approval_url: str
    notification_url: str


@dataclass(frozen=True, slots=True)
class Mail:
    """The e-mail that ends a registration."""

    sent_at: datetime
    to: str
    developer_id: str
    application_id: str


@dataclass(slots=True)
class Registration:
    """A registration that waits for its captcha."""

    token: str
    request: dict[str, Any]
    mail: Mail | None = None


class Registry:
    """Who may ask for passcodes."""

    def __init__(self, clock: EventClock, tokens: Tokens, journal: Journal) -> None:
        self._clock = clock
        self._tokens = tokens
        self._journal = journal
        self._registrations: dict[str, Registration] = {}
        self._applications: dict[str, list[Application]] = {}
        self.mails: list[Mail] = []

    def register(self, request: dict[str, Any]) -> Registration:
        """Begin a registration; it counts once its captcha was passed."""
        registration = Registration(self._tokens.new("reg-"), request)
        self._registrations[registration.token] = registration
        self._journal.note("registered", email=request["email"])
        return registration

    def registration(self, token: str) -> Registration:
        """A registration by its token. Problem 404."""
        if token not in self._registrations:
            raise not_found("registration")
        return self._registrations[token]

    @property
    def open_registrations(self) -> list[Registration]:
        """Those that wait for their captcha, oldest first."""
        return [one for one in self._registrations.values() if one.mail is None]

    def pass_captcha(self, registration: Registration) -> Mail:
        """A person passed the captcha: the developer exists, and a mail brings both ids. Once only."""
        if registration.mail is None:
            request = registration.request
            developer_id = self._tokens.new("dev-")
            self._applications[developer_id] = []
            application = self.add_application(developer_id, request["application"])
            registration.mail = Mail(self._clock.now(), request["email"], developer_id, application.id)
            self.mails.append(registration.mail)
        return registration.mail

    def add_application(self, developer_id: str, request: dict[str, Any]) -> Application:
        """A further application of a developer. Problem 404 for an unknown developer."""
        if developer_id not in self._applications:
            raise not_found("developer", "developerNotFound")
        application = Application(
            id=self._tokens.new("app-"),
            developer_id=developer_id,
            name=request["name"],
            domains=tuple(request["domains"]),
            approval_url=request["approvalUrl"],
            notification_url=request["notificationUrl"],
        )
        self._applications[developer_id].append(application)
        self._journal.note("application", application=application.id, name=application.name)
        return application

    def application(self, developer_id: str, application_id: str) -> Application:
        """An application of a developer. Problem 404."""
        for one in self._applications.get(developer_id, ()):
            if one.id == application_id:
                return one
        raise not_found("application", "applicationNotFound")

    def applications(self) -> list[Application]:
        """All applications."""
        return [one for several in self._applications.values() for one in several]

"""Sessions of the XML gateway: who is signed in, for which entity, until when (contract §4)."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from tidegate_sandbox.erp.stamps import Clock
from tidegate_sandbox.intacct.options import Options


@dataclass(slots=True)
class Credentials:
    """What a client is configured with."""

    sender_id: str = "HubSender"
    sender_password: str = "sender-secret"
    company_id: str = "NORTHWIND"
    user_id: str = "hub"
    user_password: str = "user-secret"
    console_id: str = "CONSOLE"
    console_user: str = "console-hub"
    console_password: str = "console-secret"
    client_id: str = "hub-client.app.sage.com"
    client_secret: str = "client-secret"
    redirect_uri: str = "https://hub.example/oauth/callback"


@dataclass(slots=True)
class Session:
    """A user who works in a company, at its top level or in an entity (``entity`` is then its id)."""

    id: str
    user: str
    entity: str
    begun: datetime
    until: datetime
    persistent: bool = True  #: False for a login of one request


class Sessions:
    """The open sessions of one company."""

    def __init__(self, clock: Clock, options: Options) -> None:
        self._clock = clock
        self._options = options
        self._open: dict[str, Session] = {}
        self._made = 0
        self.logins = 0  #: sign-ins with a password: the expensive and policed step

    def secret(self, kind: str) -> str:
        """A new secret; it follows from the seed where there is one."""
        self._made += 1
        if self._options.token_seed is None:
            return secrets.token_urlsafe(24)
        text = f"{kind}/{self._options.token_seed}/{self._made}"
        return hashlib.sha256(text.encode()).hexdigest()[:40]

    def open(self, user: str, entity: str, *, persistent: bool = True) -> Session:
        """A new session; one that is not ``persistent`` lives for its request alone."""
        now = self._clock.now()
        until = now + timedelta(seconds=self._options.session_seconds)
        one = Session(self.secret("session"), user, entity, now, until, persistent)
        if persistent:
            self._open[one.id] = one
        return one

    def use(self, session_id: str) -> Session | None:
        """The session, its life prolonged; None where it is unknown or over."""
        one, now = self._open.get(session_id), self._clock.now()
        if one is None or one.until <= now:
            self._open.pop(session_id, None)
            return None
        one.until = now + timedelta(seconds=self._options.session_seconds)
        return one

    def end_all(self) -> int:
        """End every session; how many there were."""
        count = len(self._open)
        self._open.clear()
        return count

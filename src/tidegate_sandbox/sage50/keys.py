"""API keys: who calls, and the rotation (contract section 4)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from tidegate_sandbox.sage50.connection import Connection, Key
from tidegate_sandbox.sage50.event_clock import EventClock
from tidegate_sandbox.sage50.journal import Journal
from tidegate_sandbox.sage50.options import Options
from tidegate_sandbox.sage50.problem import Problem, unauthorized
from tidegate_sandbox.sage50.registry import Application
from tidegate_sandbox.sage50.tokens import Tokens


class Keys:
    """All keys of the platform, and the connections they belong to."""

    def __init__(self, clock: EventClock, tokens: Tokens, options: Options, journal: Journal) -> None:
        self._clock = clock
        self._tokens = tokens
        self._options = options
        self._journal = journal
        self._keys: dict[str, tuple[Connection, Key]] = {}
        self._connections: list[Connection] = []
        self.rotations = 0

    def __iter__(self) -> Iterator[Connection]:
        """All connections, oldest first."""
        return iter(self._connections)

    def of_installation(self, installation_id: str) -> list[Connection]:
        """The connections of an installation whose consent stands, oldest first; their keys may be lost."""
        return [
            one
            for one in self._connections
            if one.installation_id == installation_id and one.state != "withdrawn"
        ]

    def connect(self, application: Application, domain: str, installation_id: str, secret: str) -> Connection:
        """A consent was granted: the initial key. It ends an earlier consent to the same application (A)."""
        for one in self.of_installation(installation_id):
            if one.application is application and one.domain == domain:
                self.withdraw(one)
        key = self._new_key()
        connection = Connection(
            application, domain, installation_id, secret, self._clock.now(), initial=key, current=key
        )
        self._connections.append(connection)
        self._keys[key.text] = connection, key
        return connection

    def _new_key(self) -> Key:
        return Key(self._tokens.new("ak_", 32), self._clock.now() + self._life())

    def _life(self) -> timedelta:
        return timedelta(minutes=self._options.key_minutes)

    def withdraw(self, connection: Connection) -> None:
        """The administrator of that Sage 50 withdraws the consent."""
        connection.state = "withdrawn"
        self._journal.note("withdrawn", installation=connection.installation_id)

    def expire(self, text: str) -> None:
        """Let a key have expired just now. Nothing happens for an unknown one."""
        if text in self._keys:
            key = self._keys[text][1]
            key.expires_at = min(key.expires_at, self._clock.now())

    def expire_all(self, connection: Connection) -> None:
        """Let every key of a connection have expired just now."""
        for text, (other, _) in self._keys.items():
            if other is connection:
                self.expire(text)

    def caller(self, text: str) -> Connection:
        """Whose key this is. Problem 401 for an expired or unknown one, 403 once consent was withdrawn.

        The first use of a new key makes its predecessor worthless.
        """
        connection, key = self._find(text)
        if connection.state == "lost" or key.superseded or key.expires_at <= self._clock.now():
            raise unauthorized()
        if connection.state == "withdrawn":
            raise _withdrawn()
        self._use(connection, key)
        return connection

    def _find(self, text: str) -> tuple[Connection, Key]:
        if text not in self._keys:
            raise unauthorized("not known")
        return self._keys[text]

    def _use(self, connection: Connection, key: Key) -> None:
        if connection.current.successor is key:
            connection.current.superseded = True
            connection.current = key

    def rotate(self, current: str, initial: str, secret: str | None) -> Key:
        """A new key for the current one, expired or not.

        Problem 401 for a key that is unknown or whose successor was used; 403 once consent was withdrawn, for
        a wrong initial key and for a wrong secret; 409 where the current key must have expired first.
        """
        options, now = self._options, self._clock.now()
        connection, key = self._find(current)
        if key.superseded:
            raise unauthorized("replaced")
        if connection.state == "withdrawn":
            raise _withdrawn()
        if connection.state == "lost" or initial != connection.initial.text:
            raise _mismatch("The keys do not belong together.")
        needed = options.rotation_secret == "required" or secret is not None
        if options.rotation_secret != "ignored" and needed and secret != connection.secret:
            raise Problem(403, "secretMismatch", "The secret does not belong to this key.")
        if options.rotation_days is not None and now > key.expires_at + timedelta(days=options.rotation_days):
            raise _mismatch("The key expired too long ago.")
        if options.early_rotation == "refuse" and now < key.expires_at:
            raise Problem(409, "keyInForce", "The key has not expired yet.")
        self._use(connection, key)
        if key.successor is None:
            key.successor = self._new_key()
            self._keys[key.successor.text] = connection, key.successor
            self.rotations += 1
        elif options.rotation_replay == "refuse":
            connection.state = "lost"
            self._journal.note("lost", installation=connection.installation_id)
            raise _mismatch("This key was rotated before.")
        else:
            key.successor.expires_at = now + self._life()
        self._journal.note("rotated", installation=connection.installation_id)
        return key.successor


def _withdrawn() -> Problem:
    return Problem(403, "consentWithdrawn", "The consent was withdrawn.")


def _mismatch(text: str) -> Problem:
    return Problem(403, "keyMismatch", text)

"""Tokens at rest: encrypted, and refreshed by one worker at a time.

A company that rotates refresh tokens takes the second refresh with the same token for a theft and
signs everybody out. So a refresh is done under a lease of its own, and its result is committed
before it is used.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import msgspec
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.db import connection

from tidegate.clock import Clock, SystemClock
from tidegate.ledger import lease, models, rows
from tidegate.ledger.database import inside, transaction
from tidegate.ledger.faults import LedgerError

FLOW = "token"
FIRST_POLL, LONGEST_POLL = 0.05, 1.0  #: seconds between looks whether the turn has come


@dataclass(frozen=True, slots=True)
class StoredToken:
    """What a sign-in or a refresh gave. `secret` holds the tokens themselves."""

    name: str
    secret: dict[str, Any] = field(repr=False)
    obtained_at: datetime
    expires_at: datetime | None
    signed_in_at: datetime | None
    version: int


class Turn:
    """The turn to refresh: `token` was read after the turn came, so it may be fresh already."""

    def __init__(self, store: TokenStore, token: StoredToken | None, held: lease.Lease) -> None:
        self.token = token
        self._store = store
        self._held = held

    def newer_than(self, version: int) -> bool:
        """Whether somebody else has refreshed since `version` was read: then use `token`, do not refresh."""
        return self.token is not None and self.token.version > version

    def save(self, secret: dict[str, Any], now: datetime, *, expires_at: datetime | None) -> StoredToken:
        """Commit the refreshed token; when another was saved meanwhile, that one stays and is returned."""
        seen = self.token.version if self.token else 0
        with transaction("token"):
            current = self._store.load(self._held.scope)
            if current is not None and current.version != seen:
                self.token = (
                    current  # we were too slow and lost the lease: the winner's token is the valid one
                )
            else:
                self.token = self._store.save(self._held.scope, secret, now, expires_at=expires_at)
        return self.token


class TokenStore:
    """Reads and writes tokens, encrypted with Fernet under `key`.

    `key` is a Fernet key (`Fernet.generate_key()`), or several separated by commas: the first
    encrypts, all decrypt, so that a key can be replaced. `clock` only waits for another's refresh.
    """

    def __init__(self, key: bytes, *, clock: Clock | None = None) -> None:
        try:
            keys = [Fernet(part) for part in re.split(rb"[\s,]+", key.strip())]
        except ValueError:
            raise LedgerError(
                "the encryption key is not a key: it must be 32 bytes in URL-safe base64, as "
                "`tidegate init` makes it. Check `[hub] encryption_key`."
            ) from None
        self._fernet = MultiFernet(keys)
        self._first = keys[0]
        self._clock = clock or SystemClock()

    def load(self, name: str) -> StoredToken | None:
        """The token, or None; raises `LedgerError` when the key does not fit."""
        row = models.Token.objects.filter(name=name).first()
        if row is None:
            return None
        try:
            content = msgspec.json.decode(self._fernet.decrypt(bytes(row.secret)))
        except (InvalidToken, msgspec.DecodeError):
            content = {}
        if content.get("name") != name:  # also a row that somebody copied under another name
            raise LedgerError(
                f"the token {name!r} cannot be decrypted with this key. Put the key back with which "
                "it was stored (`[hub] encryption_key`, several are separated by commas), or sign in again."
            )
        return StoredToken(
            name, content["secret"], row.obtained_at, row.expires_at, row.signed_in_at, row.version
        )

    def save(
        self,
        name: str,
        secret: dict[str, Any],
        now: datetime,
        *,
        expires_at: datetime | None = None,
        signed_in_at: datetime | None = None,
    ) -> StoredToken:
        """Store a token; `signed_in_at` (a person signed in) stays as it was when it is None."""
        inside(now)
        plain = msgspec.json.encode({"name": name, "secret": secret})
        sealed = self._first.encrypt_at_time(plain, int(now.timestamp()))
        columns = ("name", "secret", "obtained_at", "expires_at", "signed_in_at", "version")
        if not rows.insert_new(
            models.Token, columns, [(name, sealed, now, expires_at, signed_in_at, 1)], "name"
        ):
            row = models.Token.objects.select_for_update().get(name=name)
            row.secret, row.obtained_at, row.expires_at = sealed, now, expires_at
            row.signed_in_at = signed_in_at or row.signed_in_at
            row.version += 1
            row.save()
        stored = self.load(name)
        assert stored is not None  # noqa: S101 - just written
        return stored

    def remove(self, name: str, now: datetime) -> bool:
        """Forget a token: signed out."""
        inside(now)
        return models.Token.objects.filter(name=name).delete()[0] > 0

    @contextmanager
    def refreshing(
        self, name: str, holder: str, now: datetime, *, ttl_seconds: float = 150.0, patience: float = 300.0
    ) -> Iterator[Turn]:
        """Wait for the turn to refresh; only one worker over all threads and processes has it.

        Ask `turn.newer_than(version)` with the version that seemed old: the loser of a race uses the
        winner's token. `ttl_seconds` must exceed the longest sign-in call. Never inside a transaction:
        a call to another system must not hold the ledger's lock. Raises `LedgerError` after `patience`
        seconds.
        """
        if connection.in_atomic_block:
            raise RuntimeError("a token is never refreshed inside a transaction")
        began, pause = self._clock.monotonic(), FIRST_POLL
        while True:
            waited = self._clock.monotonic() - began
            with transaction("token-turn"):
                held = lease.acquire(name, FLOW, holder, ttl_seconds, now + timedelta(seconds=waited))
            if held is not None:
                break
            if waited > patience:
                raise LedgerError(
                    f"the token {name!r} has been refreshed by somebody else for {patience:.0f} s"
                )
            self._clock.wait(pause)
            pause = min(pause * 1.5, LONGEST_POLL)
        try:
            yield Turn(self, self.load(name), held)
        finally:
            with transaction("token-turn"):
                lease.release(held, now)

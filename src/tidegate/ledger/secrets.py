"""Secrets at rest: encrypted, named, and renewed by one worker at a time.

A company that rotates refresh tokens takes the second refresh with the same token for a theft and signs
everybody out. So a renewal is done under a lease of its own, and its result is committed before it is used.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
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
OLD = ""  #: the name of what an older version kept: a pair of tokens as one secret
OLD_NAMES = {"access_token": "access-token", "refresh_token": "refresh-token"}


@dataclass(frozen=True, slots=True)
class Kept:
    """A secret and what is known of it. Instants are aware UTC."""

    value: str = field(repr=False)
    obtained_at: datetime
    expires_at: datetime | None = None
    granted_at: datetime | None = None  #: a person's act that it goes back to
    version: int = 0  #: set by the store


class Turn:
    """The turn to renew: `secrets` are read after the turn came, so they may be fresh already."""

    def __init__(self, store: SecretStore, held: lease.Lease) -> None:
        self._store = store
        self._held = held
        self._seen = _versions(held.scope)

    @property
    def secrets(self) -> dict[str, Kept]:
        """All of the owner's; raises `LedgerError` when the key does not fit: then only new ones can be kept."""
        return self._store.load(self._held.scope)

    def keep(
        self, new: Mapping[str, Kept], now: datetime, *, forget: Collection[str] = ()
    ) -> dict[str, Kept]:
        """Commit the new ones; when others were kept meanwhile, those stay. Returns what is kept now."""
        owner = self._held.scope
        with transaction("secrets"):
            current = _versions(owner)
            if all(current.get(name) == self._seen.get(name) for name in (OLD, *new, *forget)):
                self._store.keep(owner, new, now, forget=forget)
            # else we were too slow and lost the turn: the winner's are the valid ones
            self._seen = _versions(owner)
        return self.secrets


_COLUMNS = ("owner", "name", "sealed", "obtained_at", "expires_at", "granted_at", "version")


def _versions(owner: str) -> dict[str, tuple[int, datetime]]:
    """Version and date of each secret, by name: they show whether it has changed."""
    found = rows.find(models.Secret, ("name", "version", "obtained_at"), "WHERE owner = %s", owner)
    return {name: (version, at) for name, version, at in found}


@dataclass(frozen=True, slots=True)
class Aged:
    """What is known of a secret without its value."""

    name: str
    obtained_at: datetime
    expires_at: datetime | None
    granted_at: datetime | None


def ages(owner: str) -> list[Aged]:
    """The owner's secrets by name; needs no key, and opens none."""
    columns = ("name", "obtained_at", "expires_at", "granted_at")
    return [Aged(*row) for row in rows.find(models.Secret, columns, "WHERE owner = %s ORDER BY name", owner)]


class SecretStore:
    """Reads and writes secrets, encrypted with Fernet under `key`.

    `key` is a Fernet key (`Fernet.generate_key()`), or several separated by commas: the first
    encrypts, all decrypt, so that a key can be replaced. `clock` only waits for another's turn.
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

    def load(self, owner: str) -> dict[str, Kept]:
        """All secrets of this owner, by name; raises `LedgerError` when the key does not fit."""
        found: dict[str, Kept] = {}
        kept = rows.find(
            models.Secret, _COLUMNS, "WHERE owner = %s ORDER BY name", owner
        )  # the old pair first
        for row in (models.Secret(**dict(zip(_COLUMNS, each, strict=True))) for each in kept):
            if row.name == OLD:
                found |= self._of_old(row)
            else:
                found[row.name] = _kept(row, self._opened(row)["value"])
        return found

    def keep(
        self, owner: str, new: Mapping[str, Kept], now: datetime, *, forget: Collection[str] = ()
    ) -> None:
        """Keep these and drop those of `forget`; `granted_at` stays as it was where it is None.

        Nothing former is decrypted that these replace: a person can sign in again after the key was lost.
        """
        inside(now)
        stored = {row.name: row for row in models.Secret.objects.select_for_update().filter(owner=owner)}
        old = self._taken_apart(stored.pop(OLD, None), new)
        for name, secret in {**old, **new}.items():
            before = old.get(name)
            row = stored.get(name) or models.Secret(
                owner=owner, name=name, version=before.version if before else 0
            )
            row.sealed = self._sealed(owner, name, secret.value, now)
            row.obtained_at, row.expires_at = secret.obtained_at, secret.expires_at
            row.granted_at = secret.granted_at or row.granted_at or (before.granted_at if before else None)
            row.version += 1
            row.save()
        self.forget(owner, set(forget) - set(new), now)

    def _taken_apart(self, row: models.Secret | None, new: Mapping[str, Kept]) -> dict[str, Kept]:
        """The pair of an older version, dropped from its row as soon as an access token is kept by its name."""
        if row is None or OLD_NAMES["access_token"] not in new:
            return {}
        row.delete()
        try:
            return self._of_old(row)
        except LedgerError:
            return {}

    def forget(self, owner: str, names: Collection[str], now: datetime) -> bool:
        """Drop secrets by name; false when there was none of them."""
        inside(now)
        return models.Secret.objects.filter(owner=owner, name__in=names).delete()[0] > 0

    def _sealed(self, owner: str, name: str, value: str, now: datetime) -> bytes:
        plain = msgspec.json.encode({"owner": owner, "name": name, "value": value})
        return self._first.encrypt_at_time(plain, int(now.timestamp()))

    def _opened(self, row: models.Secret) -> dict[str, Any]:
        """What was sealed; refuses a row that was copied under another name."""
        expected = {"name": row.owner} if row.name == OLD else {"owner": row.owner, "name": row.name}
        try:
            content: dict[str, Any] = msgspec.json.decode(self._fernet.decrypt(bytes(row.sealed)))
        except (InvalidToken, msgspec.DecodeError):
            content = {}
        if any(content.get(key) != value for key, value in expected.items()):
            raise LedgerError(
                f"the secrets of {row.owner!r} cannot be decrypted with this key. Restore the key with "
                "which they were stored (`[hub] encryption_key`; several keys are separated by commas), or "
                "sign in again."
            )
        return content

    def _of_old(self, row: models.Secret) -> dict[str, Kept]:
        """The pair of an older version as named secrets; only the access token had an end."""
        pair: dict[str, str] = self._opened(row)["secret"]
        return {
            name: Kept(
                pair[key],
                row.obtained_at,
                row.expires_at if key == "access_token" else None,
                row.granted_at,
                row.version,
            )
            for key, name in OLD_NAMES.items()
            if pair.get(key)
        }

    @contextmanager
    def rotating(
        self, owner: str, holder: str, now: datetime, *, ttl_seconds: float = 150.0, patience: float = 300.0
    ) -> Iterator[Turn]:
        """Wait for the turn to renew; only one worker over all threads and processes has it.

        Look at `turn.secrets` before anything is asked: the loser of a race uses what the winner has kept.
        `ttl_seconds` must exceed the longest sign-in call. Never inside a transaction: a call to another
        system must not hold the ledger's lock. Raises `LedgerError` after `patience` seconds.
        """
        if connection.in_atomic_block:
            raise RuntimeError("a secret is never renewed inside a transaction")
        began, pause = self._clock.monotonic(), FIRST_POLL
        while True:
            waited = self._clock.monotonic() - began
            with transaction("secrets-turn"):
                held = lease.acquire(owner, FLOW, holder, ttl_seconds, now + timedelta(seconds=waited))
            if held is not None:
                break
            if waited > patience:
                raise LedgerError(
                    f"another process has been renewing the secrets of {owner!r} for {patience:.0f} s; "
                    "it is tried again in the next cycle"
                )
            self._clock.wait(pause)
            pause = min(pause * 1.5, LONGEST_POLL)
        try:
            yield Turn(self, held)
        finally:
            with transaction("secrets-turn"):
                lease.release(held, now)


def _kept(row: models.Secret, value: str) -> Kept:
    return Kept(value, row.obtained_at, row.expires_at, row.granted_at, row.version)

"""Where a room keeps the tokens of a sign-in.

Rooms and ledger know nothing of each other: the engine brings the ledger's token store, which encrypts at
rest and lets one worker refresh over all processes, into the shape of :class:`TokenVault`.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


class TokenPair(Protocol):
    """Tokens as the vault holds them. Instants are aware UTC; tokens are opaque."""

    @property
    def access_token(self) -> str: ...

    @property
    def refresh_token(self) -> str:
        """Empty when the sign-in server gave none: then a person signs in again after every expiry."""
        ...

    @property
    def expires_at(self) -> datetime:
        """When the access token ends."""
        ...

    @property
    def signed_in_at(self) -> datetime:
        """When a person last signed in; a refresh does not move it."""
        ...


class TokenVault(Protocol):
    """Keeps one pair a company, over all threads and processes."""

    def load(self, name: str) -> TokenPair | None:
        """The pair that was saved last for this company; None before the first sign-in."""
        ...

    def save(
        self,
        name: str,
        *,
        access_token: str,
        refresh_token: str,
        expires_at: datetime,
        signed_in_at: datetime,
    ) -> None:
        """Keep this pair in place of the former one: atomically, encrypted, durable when it returns."""
        ...

    def refreshing(self, name: str) -> AbstractContextManager[object]:
        """Held while the company's tokens are renewed; one holder over all threads and processes."""
        ...


@dataclass(frozen=True, slots=True)
class StoredPair:
    """A plain pair."""

    access_token: str
    refresh_token: str
    expires_at: datetime
    signed_in_at: datetime


class MemoryVault:
    """A vault for demonstrations and tests: one process, forgotten at its end."""

    def __init__(self) -> None:
        self.pairs: dict[str, StoredPair] = {}
        self._locks: dict[str, threading.Lock] = {}
        self._guard = threading.Lock()

    def load(self, name: str) -> StoredPair | None:
        return self.pairs.get(name)

    def save(
        self,
        name: str,
        *,
        access_token: str,
        refresh_token: str,
        expires_at: datetime,
        signed_in_at: datetime,
    ) -> None:
        self.pairs[name] = StoredPair(access_token, refresh_token, expires_at, signed_in_at)

    @contextmanager
    def refreshing(self, name: str) -> Iterator[None]:
        with self._guard:
            lock = self._locks.setdefault(name, threading.Lock())
        with lock:
            yield

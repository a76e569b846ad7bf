"""The vault: named secrets of a company, each with its own end, over all threads and processes.

Tokens of a sign-in, keys of a consent, a passcode that is open. Rooms and ledger know nothing of each other: the
engine brings the ledger's secrets, encrypted at rest, into the shape of :class:`Vault`.

How a secret is renewed: take the turn (`rotating`), look whether another process has been first, ask for the new
one, `keep` it, and only then use it. A new secret that was used before it was committed is lost with the process,
and where secrets rotate, the old one is no longer valid.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from tidegate.redaction import remember_secret


@dataclass(frozen=True, slots=True)
class Secret:
    """One secret as the vault keeps it. Instants are aware UTC; the value is opaque and never shown."""

    value: str = field(repr=False)
    obtained_at: datetime
    expires_at: datetime | None = None  #: None: it does not end by itself
    granted_at: datetime | None = (
        None  #: when a person granted what it goes back to; a renewal does not move it
    )

    def __post_init__(self) -> None:
        """Hide the value in logs and messages from now on."""
        remember_secret(self.value)


Secrets = Mapping[str, Secret]


class Turn(Protocol):
    """The turn to renew a company's secrets, held by one thread alone."""

    @property
    def secrets(self) -> Secrets:
        """All of the company's, read after the turn came: another one may have renewed them meanwhile."""
        ...

    def keep(self, new: Secrets, forget: Collection[str] = ()) -> Secrets:
        """Commit the new ones in place of those of the same names, durable when it returns; what is kept now.

        A holder that was too slow and lost the turn keeps nothing: what the next holder kept stays, and is returned.
        """
        ...


class Vault(Protocol):
    """Keeps the secrets of companies."""

    def load(self, company: str) -> Secrets:
        """All secrets of this company, by name; none before the first sign-in or consent."""
        ...

    def keep(self, company: str, new: Secrets, forget: Collection[str] = ()) -> None:
        """Keep these and drop those of `forget`, in one commit: encrypted, durable when it returns."""
        ...

    def rotating(self, company: str) -> AbstractContextManager[Turn]:
        """Held while secrets are renewed; waits until it is free. One holder over all threads and processes."""
        ...


@dataclass(eq=False)
class MemoryTurn:
    """A turn in memory."""

    vault: MemoryVault
    company: str
    secrets: Secrets

    def keep(self, new: Secrets, forget: Collection[str] = ()) -> Secrets:
        """Keep the secrets; in memory a turn is never lost."""
        self.vault.keep(self.company, new, forget)
        self.secrets = self.vault.load(self.company)
        return self.secrets


class MemoryVault:
    """A vault for demonstrations and tests: one process, forgotten at its end."""

    def __init__(self) -> None:
        self.kept: dict[str, dict[str, Secret]] = {}
        self._locks: dict[str, threading.Lock] = {}
        self._guard = threading.Lock()

    def load(self, company: str) -> Secrets:
        """A copy."""
        with self._guard:
            return dict(self.kept.get(company, {}))

    def keep(self, company: str, new: Secrets, forget: Collection[str] = ()) -> None:
        """All at once."""
        with self._guard:
            former = self.kept.get(company, {})
            left = {name: secret for name, secret in former.items() if name not in forget}
            self.kept[company] = left | dict(new)

    @contextmanager
    def rotating(self, company: str) -> Iterator[Turn]:
        """One thread at a time."""
        with self._guard:
            lock = self._locks.setdefault(company, threading.Lock())
        with lock:
            yield MemoryTurn(self, company, self.load(company))

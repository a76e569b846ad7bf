"""The ledger's secrets in the shape that a room asks for."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tidegate.clock import Clock
from tidegate.ledger import secrets
from tidegate.ledger.database import transaction
from tidegate.ledger.secrets import Kept, SecretStore
from tidegate.sage.vault import Secret, Secrets, Turn


@dataclass(eq=False)
class LedgerTurn:
    """The turn to renew, committed to the ledger."""

    clock: Clock
    turn: secrets.Turn

    @property
    def secrets(self) -> Secrets:
        """The secrets as this turn knows them."""
        return {name: shown(kept) for name, kept in self.turn.secrets.items()}

    def keep(self, new: Secrets, forget: Collection[str] = ()) -> Secrets:
        """They are on disk when this returns."""
        stored = {name: sealed(secret) for name, secret in new.items()}
        self.turn.keep(stored, self.clock.now(), forget=forget)
        return self.secrets


@dataclass(eq=False)
class LedgerVault:
    """Secrets of companies, encrypted in the ledger; one renewal at a time over all processes."""

    key: str  #: a Fernet key, or several separated by commas: the first encrypts, all decrypt
    holder: str
    clock: Clock

    def load(self, company: str) -> Secrets:
        """All secrets of this company."""
        return {name: shown(kept) for name, kept in self.store().load(self.owner(company)).items()}

    def keep(self, company: str, new: Secrets, forget: Collection[str] = ()) -> None:
        """They are on disk when this returns; inside a transaction, when that is committed."""
        stored = {name: sealed(secret) for name, secret in new.items()}
        with transaction("secrets"):
            self.store().keep(self.owner(company), stored, self.clock.now(), forget=forget)

    @contextmanager
    def rotating(self, company: str) -> Iterator[Turn]:
        """Held while the company's secrets are renewed."""
        with self.store().rotating(self.owner(company), self.holder, self.clock.now()) as turn:
            yield LedgerTurn(self.clock, turn)

    def store(self) -> SecretStore:
        """Opened when a secret is needed: a process that only reads reports needs no key."""
        return SecretStore(self.key.encode(), clock=self.clock)

    def owner(self, company: str) -> str:
        """The company's name among all owners and leases."""
        return f"company:{company}"


def shown(kept: Kept) -> Secret:
    """The secret in the rooms' form."""
    return Secret(kept.value, kept.obtained_at, kept.expires_at, kept.granted_at)


def sealed(secret: Secret) -> Kept:
    """The secret in the ledger's form."""
    return Kept(secret.value, secret.obtained_at, secret.expires_at, secret.granted_at)

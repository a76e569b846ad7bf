"""The ledger's token store in the shape that a room asks for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from tidegate.clock import Clock
from tidegate.ledger.database import transaction
from tidegate.ledger.tokens import StoredToken, TokenStore
from tidegate.sage.tokens import StoredPair


@dataclass(eq=False)
class LedgerVault:
    """Tokens of companies, encrypted in the ledger; one refresh at a time over all processes."""

    key: str  #: a Fernet key, or several separated by commas: the first encrypts, all decrypt
    holder: str
    clock: Clock

    def load(self, name: str) -> StoredPair | None:
        """The pair that was saved last; None before the first sign-in."""
        stored = self.store().load(self.scope(name))
        return pair_of(stored) if stored is not None else None

    def save(
        self,
        name: str,
        *,
        access_token: str,
        refresh_token: str,
        expires_at: datetime,
        signed_in_at: datetime,
    ) -> None:
        """Keep this pair in place of the former one; it is on disk when this returns."""
        secret = {"access_token": access_token, "refresh_token": refresh_token}
        with transaction("token"):
            self.store().save(
                self.scope(name), secret, self.clock.now(), expires_at=expires_at, signed_in_at=signed_in_at
            )

    @contextmanager
    def refreshing(self, name: str) -> Iterator[None]:
        """Held while the company's tokens are renewed."""
        with self.store().refreshing(self.scope(name), self.holder, self.clock.now()):
            yield

    def store(self) -> TokenStore:
        """Opened when a token is needed: whoever only reads reports needs no key."""
        return TokenStore(self.key.encode(), clock=self.clock)

    def scope(self, name: str) -> str:
        """The company's name among all tokens and leases."""
        return f"company:{name}"


def pair_of(stored: StoredToken) -> StoredPair:
    """The ledger's token as a pair."""
    start = datetime(1970, 1, 1, tzinfo=UTC)
    return StoredPair(
        access_token=str(stored.secret["access_token"]),
        refresh_token=str(stored.secret["refresh_token"]),
        expires_at=stored.expires_at or start,
        signed_in_at=stored.signed_in_at or stored.obtained_at,
    )

"""How a person lets Tidegate into a company: a sign-in in the browser, a consent inside the product, or neither.

A room says which by `Company.entrance`; None: its credentials are in the configuration. What a person's act
gave (tokens, keys) is in the vault (`tidegate.sage.vault`), so that every process finds it there.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol, runtime_checkable

from tidegate.domain.errors import Failure


class Lasting(Protocol):
    """What a person has granted, and how long it lasts."""

    def ends_at(self) -> datetime | None:
        """When it ends whatever is done, aware UTC; None before it was granted, or when no end is known."""
        ...

    def warning(self) -> str | None:
        """The message to the operator while it is missing or ends soon; None otherwise."""
        ...


@runtime_checkable
class SignIn(Lasting, Protocol):
    """A person signs in in the browser, and the browser comes back with a code (OAuth 2.0, RFC 6749 §4.1)."""

    @property
    def redirect_url(self) -> str:
        """Where the browser ends after the sign-in."""
        ...

    def authorization_url(self, state: str, verifier: str) -> str:
        """The page to open. `state` and `verifier` are fresh random texts of 43 to 128 characters."""
        ...

    def complete(self, callback_url: str, state: str, verifier: str) -> Failure | None:
        """Take the address that the browser was sent back to; None when the tokens are stored."""
        ...


@runtime_checkable
class EndsUnused(Protocol):
    """A sign-in that ends unless it is used from time to time."""

    def keep_alive(self) -> Failure | None:
        """Use the sign-in if it was not used for a day; None: done, or nothing to do. May call the sign-in server."""
        ...


class ConsentStatus(StrEnum):
    """The status of a consent. After the last three only a new passcode helps."""

    NOT_ASKED = "not asked"
    WAITING = "waiting"  #: a passcode is open, without an answer yet
    GRANTED = "granted"
    DENIED = "denied"
    REVOKED = "revoked"  #: it was granted, and then withdrawn
    LOST = "lost"  #: the keys are refused, for an unknown reason


@dataclass(frozen=True, slots=True)
class Passcode:
    """What a person types into the product; good until `expires`, aware UTC."""

    text: str = field(repr=False)
    expires: datetime


@dataclass(frozen=True, slots=True)
class ConsentState:
    """The present status, the same for all processes; `passcode` is the open one, if any."""

    status: ConsentStatus
    passcode: Passcode | None = None
    text: str = ""  #: more, in words, for the operator


@dataclass(frozen=True, slots=True)
class Applicant:
    """Who registers Tidegate with the product's maker, where that must be done first."""

    name: str
    email: str
    company: str


@dataclass(frozen=True, slots=True)
class RegistrationPage:
    """A page for a person's browser, and what to do with what comes of it, in one sentence."""

    url: str
    then: str


@runtime_checkable
class Consent(Lasting, Protocol):
    """A person inside the product types a passcode and allows Tidegate in; the approval comes by the doorbell."""

    def register(self, applicant: Applicant) -> RegistrationPage | Failure | None:
        """Begin the registration with the maker, once and for all; None where none is asked for."""
        ...

    def ask(self) -> Passcode | Failure:
        """A new passcode; it takes the place of one that was open."""
        ...

    def state(self) -> ConsentState:
        """The status, read from the vault that all processes share: another one may have received the approval."""
        ...

    def enter(self, key: str) -> Failure | None:
        """Take a key that a person has got in another way, where no call-back reaches the hub; None: stored."""
        ...


Entrance = SignIn | Consent

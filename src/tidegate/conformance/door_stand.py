"""What the suite controls at a company's door: sign-in, consent and call-backs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from tidegate.sage.port.company import Company
from tidegate.sage.port.doorbell import Heard, Ring
from tidegate.sage.port.entrance import Consent, SignIn


class SignInStand(Protocol):
    """Controls for rooms that are entered by a person's sign-in."""

    sign_in: SignIn
    renewals_move_the_end: bool  #: each renewal starts the lifetime of the sign-in again

    def end_access(self) -> None:
        """Make the company refuse the current access token, whatever its expiry says."""
        ...

    def refreshes(self) -> int:
        """The number of refreshes that the sign-in server has answered with success."""
        ...

    def refusals(self) -> int:
        """The number of refreshes that the sign-in server has refused."""
        ...

    def access_seconds(self) -> float:
        """The lifetime of an access token, in seconds."""
        ...

    def sign_in_days(self) -> int:
        """The lifetime of the whole sign-in, in days."""
        ...

    def again(self) -> Company:
        """The company opened by another process, which shares only the vault."""
        ...


class ConsentStand(Protocol):
    """Controls for rooms to which a person inside the product gives consent."""

    @property
    def consent(self) -> Consent: ...

    def allow(self, passcode: str, heard_by: Company) -> Heard:
        """An administrator types the passcode and consents; the call-back reaches the process of `heard_by`."""
        ...

    def approval_again(self, heard_by: Company) -> Heard:
        """Deliver the last call-back of `allow` once more."""
        ...

    def approval_of_another(self, heard_by: Company) -> Heard:
        """A genuine approval for a passcode that this process has not issued."""
        ...

    def withdraw(self) -> None:
        """The administrator withdraws the consent; no call-back is sent."""
        ...

    def again(self) -> Company:
        """The company opened by another process, which shares only the vault."""
        ...


class BellStand(Protocol):
    """Controls for rooms whose product sends call-backs."""

    @property
    def hastens(self) -> frozenset[str]:
        """The flows that the call-back of `ring` hastens."""
        ...

    def ring(self) -> Ring:
        """A genuine call-back: something has changed."""
        ...

    def forged(self) -> Sequence[Ring]:
        """Forged call-backs: each lacks a proof that the product gives, or has the proof of another body."""
        ...

    def garbled(self) -> Sequence[Ring]:
        """Call-backs that are proven, or sent to the right address, but have no valid content."""
        ...

"""What the suite needs of who stands before the door: the people that let us in, and the product that calls."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from tidegate.sage.port.company import Company
from tidegate.sage.port.doorbell import Heard, Ring
from tidegate.sage.port.entrance import Consent, SignIn


class SignInStand(Protocol):
    """For rooms that are entered by a person's sign-in."""

    sign_in: SignIn
    renewals_move_the_end: bool  #: each renewal begins the life of the sign-in anew

    def end_access(self) -> None:
        """The company no longer takes the present access token, whatever its expiry says."""
        ...

    def refreshes(self) -> int:
        """Successful refreshes that the sign-in server has seen."""
        ...

    def refusals(self) -> int:
        """Refused refreshes that the sign-in server has seen."""
        ...

    def access_seconds(self) -> float:
        """The life of an access token."""
        ...

    def sign_in_days(self) -> int:
        """The life of the whole sign-in."""
        ...

    def again(self) -> Company:
        """The same company opened by another process: same vault, nothing else shared."""
        ...


class ConsentStand(Protocol):
    """For rooms that a person inside the product lets in."""

    @property
    def consent(self) -> Consent: ...

    def allow(self, passcode: str, heard_by: Company) -> Heard:
        """An administrator types the passcode and allows it; the call-back reaches this process."""
        ...

    def approval_again(self, heard_by: Company) -> Heard:
        """The last call-back of `allow` is delivered once more."""
        ...

    def approval_of_another(self, heard_by: Company) -> Heard:
        """A genuine approval, for a passcode that nobody has asked for here."""
        ...

    def withdraw(self) -> None:
        """The administrator takes the consent back; nobody is called."""
        ...

    def again(self) -> Company:
        """The same company opened by another process: same vault, nothing else shared."""
        ...


class BellStand(Protocol):
    """For rooms whose product calls."""

    @property
    def hastens(self) -> frozenset[str]:
        """The flows that the call-back of `ring` hastens."""
        ...

    def ring(self) -> Ring:
        """A genuine call-back: something has changed."""
        ...

    def forged(self) -> Sequence[Ring]:
        """The same by somebody else: each lacks a proof that the product gives, or has one of another body."""
        ...

    def garbled(self) -> Sequence[Ring]:
        """Proven, or sent to the right address, and without sense."""
        ...

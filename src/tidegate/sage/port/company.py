"""One Sage company behind one room: what it is, its door, and its set-up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from tidegate.domain.errors import Failure
from tidegate.sage.port.doorbell import Doorbell
from tidegate.sage.port.entrance import Entrance
from tidegate.sage.port.findings import CodeList, Finding
from tidegate.sage.port.invoice_due import InvoiceDue
from tidegate.sage.port.orders import OrderWriting
from tidegate.sage.port.parcels import Awaited
from tidegate.sage.port.session import Purpose, Session
from tidegate.sage.port.usage import Budget, Usage
from tidegate.transport import Tally


@dataclass(frozen=True, slots=True)
class About:
    """What is known of a company without opening it."""

    product: str
    seats: int  #: sessions for writing that may be open at a time
    orders: OrderWriting
    awaited: Awaited = Awaited.ANSWERED  #: what an overdue parcel was not; for messages
    worked_by: Callable[[datetime], datetime | None] | None = None
    """By when the company's own calendar has a parcel worked on that was left at an instant (aware UTC); None: it has none."""
    seat_pool: str = ""  #: the pool that its seats are counted in (`sage.seats`); "" = it takes none
    drains_for: timedelta = timedelta(0)  #: how long before a window `stand_down` is called; 0 = never
    invoice_due: InvoiceDue | None = None  #: when `Session.invoicing` is called for an order; None: never


class Company(Protocol):
    """A *room* implements it; the flows know nothing else."""

    @property
    def name(self) -> str:
        """The company's name in the configuration."""
        ...

    @property
    def about(self) -> About: ...

    @property
    def entrance(self) -> Entrance | None:
        """How a person lets Tidegate in; None: the configuration holds all that is needed."""
        ...

    @property
    def doorbell(self) -> Doorbell | None:
        """The receiver of the product's call-backs; None: it makes none."""
        ...

    def usage(self) -> Usage:
        """What this process has used of the company so far."""
        ...

    def budget(self) -> Budget:
        """What the product allows; () = no limit is known. Makes no call."""
        ...

    def stand_down(self, until: datetime) -> None:
        """A window closes soon: begin nothing new until then, and let an agent in between finish.

        Sessions that are open go on; the door opens again at `until`, aware UTC. Nothing to do for most products.
        """
        ...

    @property
    def calls(self) -> int:
        """Requests made so far, sign-in included; a count, not an estimate."""
        ...

    def calls_in(self, tally: Tally) -> int:
        """The requests of these that one piece of work has made."""
        ...

    def session(self, purpose: Purpose) -> AbstractContextManager[Session | Failure]:
        """Open the door; whatever it takes (a seat, a sign-in, an agent) is given back however the block ends.

        A door that does not open is a `Failure` with its own code: no free seat, consent expired, agent
        away. The caller follows the policy of that code; nothing raises.
        """
        ...

    def lent(self) -> AbstractContextManager[None]:
        """Give back this thread's seats for the block, in which it opens sessions of another cycle."""
        ...

    def code_lists(self) -> list[CodeList] | Failure:
        """The set-up lists that mappings point into."""
        ...

    def examine(self) -> list[Finding]:
        """Preflight: reachability, credentials, permissions, version, site and company, clock."""
        ...

    @property
    def learnt_limits(self) -> Mapping[str, int]:
        """Sizes of pages and look-ups that the company's hosting has taught, by name."""
        ...

    def take_limits(self, learnt: Mapping[str, int]) -> None:
        """What an earlier process has learnt; what is known already stays."""
        ...

    def forget_limits(self) -> None:
        """Try again at full size."""
        ...

    def forget(self) -> None:
        """Drop cached reference data, so that a new SKU or code is seen."""
        ...

    def close(self) -> None:
        """Close the connections."""
        ...

"""The desks for records that wait with a company: naming a parcel of orders before it leaves, and reading other parcels.

Parcels of orders are read by the order desk itself (`OrderDesk.collect`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Protocol

from tidegate.domain.errors import Failure
from tidegate.domain.parcel import Parcel
from tidegate.sage.port.orders import Prepared
from tidegate.sage.port.outcomes import HandedOver, Outcome


class Scope(StrEnum):
    """What a parcel carries, as the ledger and the messages name it."""

    ORDERS = "orders"
    CUSTOMERS = "customers"
    CANCELLATIONS = "cancellations"
    RECEIPTS = "receipts"
    ALLOCATIONS = "allocations"


class Awaited(StrEnum):
    """What the company has not done yet with a waiting parcel, in the words of its product."""

    FETCHED = "fetched"  #: a file that a computer of the company fetches
    ANSWERED = "answered"  #: a request that is worked on later
    IMPORTED = "imported"  #: a file that a job of its own reads


class OrderTracking(Protocol):
    """Names a parcel of orders before it leaves."""

    def reserve(self, batch: Sequence[Prepared]) -> HandedOver | Failure:
        """The reference of the parcel that `OrderDesk.send` makes of exactly these orders, when it is called next.

        The ledger keeps it before the parcel leaves, so that a process that dies in between knows where to ask.
        Nothing is taken by this call: after a failure nothing has left, and nothing is in doubt.
        """
        ...


class ParcelDesk(Protocol):
    """Reads what became of records other than orders that were handed over."""

    @property
    def scopes(self) -> frozenset[str]:
        """What the product hands over beside orders (:class:`Scope`), any number of parcels at a time.

        A desk of another scope that answers `HandedOver` breaks this contract: its record is in doubt.
        """
        ...

    def collect(self, parcels: Sequence[Parcel]) -> Mapping[str, Outcome] | Failure:
        """What is known of them, record by record, by key; as `OrderDesk.collect`."""
        ...

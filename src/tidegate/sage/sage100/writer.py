"""Who writes into Sage 100, as the desks see it: the agent, the web services, or an import job for orders alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from tidegate.domain.errors import Failure
from tidegate.sage.port.customers import NewCustomer
from tidegate.sage.port.orders import Prepared
from tidegate.sage.port.outcomes import Outcome


class OrderWriter(Protocol):
    """Writes one company's orders."""

    def send(self, batch: Sequence[Prepared]) -> Iterator[tuple[str, Outcome]]:
        """(key, outcome) of each order, as `OrderDesk.send`."""
        ...


class Writer(OrderWriter, Protocol):
    """Writes customers, too, and deletes orders."""

    def open_account(self, new: NewCustomer, body: Mapping[str, Any]) -> Outcome:
        """Make a customer of what `Customers` has prepared. An account that is taken is named in `details`."""
        ...

    def delete(self, number: str, key: str) -> bool | Failure:
        """Delete the open order, if it carries our key. False: it is not open any more."""
        ...

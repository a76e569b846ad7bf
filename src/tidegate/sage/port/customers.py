"""The desks for customers: looked for and read, or created."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from tidegate.domain.delta import Delta
from tidegate.domain.errors import Failure
from tidegate.domain.masters.master import CustomerRecord
from tidegate.domain.orders.order import Address
from tidegate.sage.port.outcomes import Outcome


@dataclass(frozen=True, slots=True)
class CustomerQuery:
    """How a customer is looked for; empty fields are not asked. `key` names the query."""

    key: str
    account: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class CustomerMatch:
    """An account of the company."""

    id: str
    account: str
    name: str
    email: str = ""
    on_hold: bool = False
    currency: str = ""
    key: str = ""  #: our own key, when Tidegate created the account


@dataclass(frozen=True, slots=True)
class NewCustomer:
    """A minimal record for a customer that the company does not know."""

    key: str  #: idempotency key stored on the record, as `OrderWriting.make_customer_keys` makes it
    account: str  #: the wanted account reference
    name: str
    email: str
    address: Address
    vat_number: str = ""
    on_hold: bool = False
    currency: str = ""  #: where a customer has an account for each; "" = the company decides


class CustomerDesk(Protocol):
    """Knows the company's customers."""

    def find(self, queries: Sequence[CustomerQuery]) -> dict[str, list[CustomerMatch]] | Failure:
        """Look for customers by account or e-mail, pooled; an entry for every query."""
        ...

    def read(self, since: str | None) -> Delta[CustomerRecord] | Failure:
        """Accounts that changed since the cursor, hidden ones included; None = all."""
        ...


class NewCustomerDesk(Protocol):
    """Creates accounts."""

    def find_created(self, keys: Sequence[str]) -> dict[str, CustomerMatch | None] | Failure:
        """Look for accounts that Tidegate created, by its own keys."""
        ...

    def create(self, new: NewCustomer) -> Outcome:
        """Create a minimal account; `Accepted.number` is the account reference."""
        ...

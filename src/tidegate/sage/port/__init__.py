"""What every Sage company can do, whatever the product, and what it says of itself.

Written for seven products: batch or single documents, native idempotency or not, look-up by key or
by result file, seats or none. A *room* (`sage200/`, ...) implements :class:`Company` and
:class:`Session`; the flows know nothing else. Every answer about a record is a value: an
:class:`Accepted`, or a `Failure` of `domain.errors`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol

from tidegate.domain.errors import Failure
from tidegate.domain.fulfilment.sage_documents import OrderStanding
from tidegate.domain.orders.arithmetic import Arithmetic
from tidegate.domain.orders.gaps import Named
from tidegate.domain.orders.order import Address
from tidegate.domain.orders.sales_order import SalesOrder
from tidegate.sage.port.outcomes import Outcome
from tidegate.sage.reader import Reader, Readings
from tidegate.transport import Tally


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What this company can do; the flows decide by it, never by the product's name."""

    product: str
    arithmetic: Arithmetic
    orders_per_call: int = 1  #: documents that one sending call carries
    lookups_per_call: int = 25  #: keys that one look-up call carries
    native_idempotency: bool = False  #: the product itself refuses a second document with our key
    look_up_by_key: bool = True
    cancels_orders: bool = False
    creates_customers: bool = True
    seats: int = 1
    reference_length: int = 30  #: longest customer order number
    readings: Readings = field(default_factory=Readings)


@dataclass(frozen=True, slots=True)
class Prepared:
    """An order with its exact payload, ready to leave; `payload` is what a dry run shows."""

    order: SalesOrder
    payload: dict[str, Any]
    payload_hash: str


@dataclass(frozen=True, slots=True)
class Found:
    """A document of the company that a look-up returned.

    `ours` is true when it carries exactly the key that was asked for; false when only the
    customer's order number is the same (typed in by hand, or sent by another connector).
    """

    id: str
    number: str
    status: OrderStanding | None  #: the domain's word; None: one that the room does not know
    key: str
    reference: str
    ours: bool
    account: str = ""
    gross: Decimal | None = None
    created_at: datetime | None = None  #: when the company made it, by its own clock; None: it does not tell

    @property
    def cancelled(self) -> bool:
        """Whether it stands there, and is not to be delivered any more."""
        return self.status is OrderStanding.CANCELLED


@dataclass(frozen=True, slots=True)
class OrderKey:
    """How an order is looked for: our own key, and the number that people know."""

    key: str
    reference: str


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

    key: str  #: idempotency key stored on the record, e.g. `magento:main:customer:17`
    account: str  #: the wanted account reference
    name: str
    email: str
    address: Address
    vat_number: str = ""
    on_hold: bool = False


@dataclass(frozen=True, slots=True)
class CodeList:
    """One list of the company's set-up, for the completeness check: code -> name."""

    kind: str  #: tax, account, charge, warehouse, courier, payment-method, price-list, bank
    codes: dict[str, str]
    rates: dict[str, Decimal] = field(default_factory=dict)  #: tax codes only: percent
    aliases: dict[str, str] = field(default_factory=dict)
    """Banks only: another name -> the code. A name that more than one of them has is no alias."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the preflight check."""

    subject: str
    verdict: str  #: pass, warn or fail
    text: str
    remedy: str = ""


class Session(Reader, Protocol):
    """A seat in the company, held only inside `with company.session()`.

    No method raises for what the company says: calls that fail as a whole return a `Failure`.
    """

    def prepare(self, orders: Sequence[SalesOrder]) -> list[Prepared | Failure]:
        """Resolve codes to the company's ids, with pooled and cached reads; changes nothing.

        The answer has one entry for each order, in the same order. A missing SKU, tax code or
        account is a `hold for fix` failure with `missing` set. A read that failed as a whole is
        that failure for every order it concerns.
        """
        ...

    def lacking(self, orders: Sequence[Named]) -> list[Failure | None]:
        """What the company itself lacks of orders that cannot be prepared yet, with the reads of `prepare`.

        One entry for each, in the same order: all that is missing as one failure, None when nothing is or when
        it could not be read.
        """
        ...

    def find_orders(self, keys: Sequence[OrderKey]) -> dict[str, list[Found]] | Failure:
        """Look for orders, pooled; the answer has an entry for every key asked (maybe empty)."""
        ...

    def send_orders(self, batch: Sequence[Prepared]) -> Iterator[tuple[str, Outcome]]:
        """Send up to `orders_per_call` orders in ONE call; yields (key, outcome) for each."""
        ...

    def cancel_order(self, order_id: str, number: str) -> Outcome:
        """Cancel a sent order; cancelling a cancelled or deleted one is Accepted again."""
        ...

    def find_customers(self, queries: Sequence[CustomerQuery]) -> dict[str, list[CustomerMatch]] | Failure:
        """Look for customers by account or e-mail, pooled; an entry for every query."""
        ...

    def find_created_customers(self, keys: Sequence[str]) -> dict[str, CustomerMatch | None] | Failure:
        """Look for accounts that Tidegate created, by its own keys."""
        ...

    def create_customer(self, customer: NewCustomer) -> Outcome:
        """Create a minimal account; `Accepted.number` is the account reference."""
        ...


class Company(Protocol):
    """One Sage company behind one room."""

    @property
    def name(self) -> str:
        """The company's name in the configuration."""
        ...

    @property
    def capabilities(self) -> Capabilities: ...

    @property
    def calls(self) -> int:
        """Requests made so far, sign-in included: counted, not felt."""
        ...

    def calls_in(self, tally: Tally) -> int:
        """Those of them that one piece of work has made."""
        ...

    def session(self) -> AbstractContextManager[Session]:
        """Take a seat; it is given back however the block ends."""
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
        """Give back connections."""
        ...

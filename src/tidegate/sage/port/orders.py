"""The order desk: prepare, send, collect; beside it looking orders up, invoicing and cancelling them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Protocol

from tidegate.domain.errors import Failure
from tidegate.domain.fulfilment.sage_documents import SalesOrderStatus
from tidegate.domain.orders.arithmetic import Arithmetic, TaxRounding
from tidegate.domain.orders.expressed import Charged as Charged
from tidegate.domain.orders.expressed import Customers as Customers
from tidegate.domain.orders.expressed import Tax as Tax
from tidegate.domain.orders.gaps import Named
from tidegate.domain.orders.sales_order import LineKind, SalesOrder
from tidegate.domain.orders.stored_keys import (
    CustomerKeys,
    KeyMaker,
    full_customer_keys,
    full_key,
    full_receipt_key,
)
from tidegate.domain.parcel import Parcel
from tidegate.sage.port.outcomes import Kind, Outcome


class Guard(StrEnum):
    """What keeps an order from being made twice when its answer was lost."""

    LOOK_UP_FIRST = "look up first"  #: nothing of the product: Tidegate looks before it sends
    TARGET_REFUSES = "target refuses"  #: a second document with our key is refused
    TARGET_REPLAYS = "target replays"  #: the same request is answered with the first one's answer
    TARGET_OVERWRITES = "target overwrites"  #: a second document with our key replaces the first


#: The kind of line that shipping or rounding needs; a header field needs none.
LINE_OF = {
    Charged.FREE_TEXT: LineKind.FREE_TEXT,
    Charged.CHARGE_CODE: LineKind.CHARGE,
    Charged.ITEM_LINE: LineKind.GOODS,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderWriting:
    """How a product takes orders. Lengths are in characters, as the product counts them."""

    guard: Guard
    arithmetic: Arithmetic  #: how the product rounds
    key_length: int
    reference_length: int  #: characters of the customer's order number
    account_length: int
    product_length: int  #: characters of a product's code
    line_kinds: frozenset[LineKind]
    tax: Tax
    customers: Customers
    shipping: Charged
    rounding: Charged
    computes_shipping_tax: bool = False  #: itself, though the tax of lines is given
    default_account: bool = True  #: a line of free text without an account goes to the company's own
    guard_days: int | None = None  #: how long the guard holds; None = for ever
    orders_per_call: int = 1
    lookups_per_call: int = 25  #: keys that one look-up call carries
    all_or_nothing: bool = False  #: one bad order refuses its whole call
    hands_over: bool = False  #: orders go in parcels of up to `orders_per_call`, whose result is read later
    one_parcel: bool = True  #: parcels are sent one at a time: a second could replace the first
    states_numbers: bool = True  #: an accepted order has a number, or gets one later
    make_key: KeyMaker = full_key  #: the key that the product keeps with an order, of up to `key_length`
    make_customer_keys: CustomerKeys = full_customer_keys  #: with a customer, from the store's customer id
    make_receipt_key: KeyMaker = full_receipt_key  #: with the receipt of a prepaid order, from the order's id
    key_is_number: bool = False  #: it keeps orders under numbers: the key begins with it
    states_totals: bool = True  #: answers and results state the order's total after tax

    def __post_init__(self) -> None:
        """ValueError for a room that contradicts itself, so that no flow has to ask twice."""
        rounding = {Tax.PER_LINE: TaxRounding.PER_LINE, Tax.PER_RATE: TaxRounding.PER_RATE}.get(self.tax)
        if rounding is not None and rounding is not self.arithmetic.tax_rounding:
            raise ValueError(f"tax is stated {self.tax} and rounded {self.arithmetic.tax_rounding}")
        for name, charged in (("shipping", self.shipping), ("rounding", self.rounding)):
            kind = LINE_OF.get(charged)
            if kind is not None and kind not in self.line_kinds:
                raise ValueError(f"{name} is configured as {charged}, but the product has no such lines")


@dataclass(frozen=True, slots=True)
class Prepared:
    """An order with its exact payload, ready to leave; `payload` is what a dry run shows.

    `gross` is the total after tax that the product itself has computed already, None where it states it only
    once it has the order: beyond tolerance, the order does not leave.
    """

    order: SalesOrder
    payload: dict[str, Any]
    payload_hash: str
    gross: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A document of the company that a look-up returned.

    `ours` is true when it carries exactly the key that was asked for; false when only the
    customer's order number is the same (typed in by hand, or sent by another connector).
    """

    id: str
    number: str
    status: SalesOrderStatus | None  #: the domain's word; None: one that the room does not know
    key: str
    reference: str
    ours: bool
    account: str = ""
    gross: Decimal | None = None
    kind: Kind = Kind.ORDER
    created_at: datetime | None = None  #: when the company made it, by its own clock; None: not stated

    @property
    def cancelled(self) -> bool:
        """Whether the order exists and must not be delivered any more."""
        return self.status is SalesOrderStatus.CANCELLED


@dataclass(frozen=True, slots=True)
class OrderKey:
    """How an order is looked for: our own key, and the number that users see."""

    key: str
    reference: str


class OrderDesk(Protocol):
    """Takes orders. No method raises for what the company says."""

    @property
    def about(self) -> OrderWriting:
        """`Company.about.orders`."""
        ...

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

    def send(self, batch: Sequence[Prepared]) -> Iterator[tuple[str, Outcome]]:
        """Send up to `about.orders_per_call` orders in ONE call; yields (key, outcome) for each."""
        ...

    def collect(self, parcels: Sequence[Parcel]) -> Mapping[str, Outcome] | Failure:
        """Read what is known of parcels that were handed over, record by record, by key.

        A record that still waits is handed over again, with a new `not_before`, and with its reference
        for a parcel that has none yet. A parcel of which some records have an outcome, and none still
        waits, is answered: the records that it leaves out are missing, and are looked up; unless the product states
        of the whole that it was worked through, then they are accepted without a number. A parcel of which
        nothing is known has no entry; of one that is known never to have arrived, each record is a
        `transient` failure. A file that is refused without naming the record at fault is
        `parcel-refused` for each. A product that answers at once never hands over and answers {}.
        """
        ...


class OrderSearch(Protocol):
    """Looks orders up, by our key or by the customer's order number."""

    def find(self, keys: Sequence[OrderKey]) -> dict[str, list[Found]] | Failure:
        """Pooled; the answer has an entry for every key asked (maybe empty)."""
        ...


class InvoicingDesk(Protocol):
    """Makes the invoice of an order that is a draft or a quote first."""

    def invoice(self, order_id: str, number: str) -> Outcome:
        """Invoice a sent order; invoicing an invoiced one, by whomever, is Accepted again.

        The document is looked at before, so that repeating the call is harmless. One that is void, or gone, is a failure.
        """
        ...


class CancellingDesk(Protocol):
    """Cancels orders."""

    def cancel(self, order_id: str, number: str) -> Outcome:
        """Cancel a sent order; cancelling a cancelled or deleted one is Accepted again."""
        ...

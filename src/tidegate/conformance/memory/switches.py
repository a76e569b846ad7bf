"""What the seven products differ in, as switches of the room in memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tidegate.domain.orders.arithmetic import Arithmetic
from tidegate.domain.orders.sales_order import LineKind
from tidegate.domain.orders.stored_keys import CustomerKeys, KeyMaker, full_customer_keys, full_receipt_key
from tidegate.sage.port.invoice_due import InvoiceDue
from tidegate.sage.port.orders import Charged, Customers, Guard, OrderWriting, Tax
from tidegate.sage.port.outcomes import Kind
from tidegate.sage.port.parcels import Awaited


@dataclass(frozen=True, slots=True, kw_only=True)
class Switches:
    """How this company takes orders, what it has, and who is let in. Lengths are in characters."""

    guard: Guard = Guard.LOOK_UP_FIRST
    guard_days: int | None = None
    key_length: int = 60
    reference_length: int = 30
    account_length: int = 8
    product_length: int = 30
    orders_per_call: int = 1
    finds_by_number: bool = False  #: a look-up asks for the customer's order number alone
    states_numbers: bool = True  #: false: an order never gets a number
    makes: Kind = Kind.ORDER  #: of an order
    invoice_due: InvoiceDue | None = None  #: orders are drafts first, whose invoices the hub has made then
    states_amounts: bool = True  #: invoices state the amounts of their lines
    states_charges: bool = True  #: invoices over several orders say whose charges their lines are
    deletes_cancelled: bool = False  #: an order that is cancelled through its interface is there no longer
    numbers_later: bool = False  #: an order has no number until the company's staff number it
    seats: int = 2
    without: frozenset[str] = frozenset()  #: desks that a session of the product lacks
    calls_a_minute: int | None = None  #: what the product allows; it refuses more
    drains_for: timedelta = timedelta(0)  #: how long before a window an agent in between must be notified
    asks_consent: bool = (
        False  #: the door opens when the company's staff have allowed it; their product calls
    )
    hands_over: bool = False
    hands_over_too: frozenset[str] = frozenset()  #: beside orders: scopes of the port
    names_parcels: bool = False  #: a parcel of orders has its reference before it leaves
    all_or_nothing: bool = False
    awaited: Awaited = Awaited.FETCHED
    worked_by: Callable[[datetime], datetime | None] | None = None  #: by the company's calendar
    one_parcel: bool = True
    second_file_replaces: bool = False  #: one that was not fetched yet
    kept_for: timedelta | None = None  #: how long a waiting file is kept; None: for ever
    arithmetic: Arithmetic = field(default_factory=Arithmetic)
    tax: Tax = Tax.PER_LINE
    computes_before: bool = False  #: tax by schedule is computed while an order is prepared
    customers: Customers = Customers.ACCOUNT
    line_kinds: frozenset[LineKind] = frozenset(LineKind)
    shipping: Charged = Charged.CHARGE_CODE
    rounding: Charged = Charged.FREE_TEXT
    make_customer_keys: CustomerKeys = full_customer_keys
    make_receipt_key: KeyMaker = full_receipt_key

    @property
    def writing(self) -> OrderWriting:
        """These switches as the port's `OrderWriting`."""
        return OrderWriting(
            guard=self.guard,
            guard_days=self.guard_days,
            arithmetic=self.arithmetic,
            key_length=self.key_length,
            reference_length=self.reference_length,
            account_length=self.account_length,
            product_length=self.product_length,
            line_kinds=self.line_kinds,
            tax=self.tax,
            customers=self.customers,
            shipping=self.shipping,
            rounding=self.rounding,
            make_customer_keys=self.make_customer_keys,
            make_receipt_key=self.make_receipt_key,
            orders_per_call=self.orders_per_call,
            hands_over=self.hands_over,
            all_or_nothing=self.all_or_nothing,
            one_parcel=self.one_parcel,
            states_numbers=self.states_numbers,
        )

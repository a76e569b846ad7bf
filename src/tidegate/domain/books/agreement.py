"""What a reconciliation compares and what it finds. Amounts in the company's document currency, Decimal.

An order is known three ways: as the store shows it now, as the ledger keeps it, as the company has it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from tidegate.domain.books.bookkeeping import AccountBalance, LedgerEntry, Posting
from tidegate.domain.fulfilment.sage_documents import SalesInvoice
from tidegate.domain.money import ZERO, total
from tidegate.domain.states import State

FIGURES = ("goods", "shipping", "tax", "total")


@dataclass(frozen=True, slots=True)
class Figures:
    """One order's sums: after discount, without tax; `goods` holds fees, too. They make `total`."""

    goods: Decimal
    shipping: Decimal
    tax: Decimal
    total: Decimal


#: Nothing of any of them.
NO_FIGURES = Figures(ZERO, ZERO, ZERO, ZERO)


@dataclass(frozen=True, slots=True)
class StoreOrder:
    """An order as the store shows it now. `wanted` = the connection's rules send it.

    `taken` is what the store has cancelled or refunded of `figures`; `closed`: all of it.
    """

    key: str
    number: str
    created_at: datetime
    wanted: bool
    cancelled: bool
    figures: Figures
    taken: Figures = NO_FIGURES
    closed: bool = False

    @property
    def left(self) -> Decimal:
        """What remains of the grand total."""
        return ZERO if self.cancelled else self.figures.total - self.taken.total


@dataclass(frozen=True, slots=True)
class KeptLine:
    """One line of a kept order and where it goes; `account` "" = the company's own choice."""

    quantity: Decimal
    net: Decimal
    tax: Decimal
    tax_code: str
    account: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptOrder:
    """An order as the ledger keeps it. `lines` by line key (`item:551`, `extra:213:gift_wrapping`); `freight` is its
    delivery charge: both as the company got them, without what was cancelled or refunded before it was sent.
    """

    key: str
    number: str
    created_at: datetime
    state: State
    reason: str = ""
    figures: Figures
    taken: Figures = NO_FIGURES  #: what the store had cancelled or refunded of them when it was last read
    lines: Mapping[str, KeptLine] = field(default_factory=dict)
    freight: KeptLine | None = None
    sent: Figures | None = None  #: its sums as the company got them, where that is not the whole order
    cancelled_as: str = ""  #: its number in Sage, where Sage's confirmation said that it is cancelled there

    @property
    def billable(self) -> Figures:
        """The sums that the company's invoices make together."""
        return self.sent or self.figures


@dataclass(frozen=True, slots=True)
class CompanyOrder:
    """A sales order of the company for one of our keys."""

    id: str
    number: str
    gross: Decimal | None
    cancelled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything of one period. None = that side was not asked, or does not report it."""

    store: Mapping[str, StoreOrder] | None
    kept: Mapping[str, KeptOrder]
    company: Mapping[str, Sequence[CompanyOrder]] | None
    now: datetime
    settled_before: datetime  #: orders placed later may rightly be on their way
    overdue_before: datetime  #: orders placed earlier are confirmed, or wait with a reason
    invoices: Sequence[SalesInvoice] = ()
    credited: Mapping[str, Decimal | None] = field(default_factory=dict)
    """What Sage has credited of each order; None where its credit note names other orders, too."""
    under_way: frozenset[str] = frozenset()  #: orders of which a cancellation or credit is being carried over
    invoiced: Mapping[str, KeptOrder] = field(default_factory=dict)  #: orders of earlier days that these name
    entries: Sequence[LedgerEntry] = ()
    postings: Mapping[str, Sequence[Posting]] = field(default_factory=dict)
    balances: Sequence[AccountBalance] | None = None
    clearing: frozenset[str] = frozenset()  #: accounts that payments pass through
    tolerance: Decimal = Decimal("0.05")  #: of the rounding line
    books_read: bool = True  #: whether the company's books could be asked
    untold: frozenset[str] = (
        frozenset()
    )  #: what its product does not report of its books: invoices, entries, postings

    def order_of(self, key: str) -> KeptOrder | None:
        """An order that an invoice names, of this period or an earlier one."""
        return self.kept.get(key) or self.invoiced.get(key)


class Kind(StrEnum):
    """What a difference is about; stable names, the same in the docs."""

    MISSING_IN_LEDGER = "missing-in-ledger"
    MISSING_IN_MAGENTO = "missing-in-magento"
    MISSING_IN_SAGE = "missing-in-sage"
    UNKNOWN_TO_LEDGER = "unknown-to-ledger"
    DOUBLED = "doubled"
    CHANGED = "changed"  #: Magento's figures moved after the order was captured
    CANCELLED_IN_MAGENTO = "cancelled-in-magento"  #: cancelled or refunded whole there, alive in Sage
    CANCELLED_IN_SAGE = "cancelled-in-sage"  #: alive in Magento
    PARTLY_CANCELLED = (
        "partly-cancelled"  #: cancelled, refunded or credited in part, differently on each side
    )
    TOTAL = "total"  #: Sage's total is not Magento's
    INVOICED = "invoiced"  #: the invoices of an order do not make the order
    WITHOUT_ORDER = "invoice-without-order"
    UNALLOCATED = "unallocated"
    UNBALANCED = "unbalanced"
    OVERDUE = "overdue"
    TAX = "tax"
    REVENUE = "revenue"
    CLEARING = "clearing"


#: Cancelled, refunded or credited differently on each side: worth an alert besides the order's review.
ONE_SIDED = frozenset({Kind.CANCELLED_IN_MAGENTO, Kind.CANCELLED_IN_SAGE, Kind.PARTLY_CANCELLED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One finding. `gap` is what it explains of the difference between Magento's and Sage's totals."""

    kind: Kind
    subject: str  #: the number that users know: of the order, invoice, entry, code or account
    text: str
    figure: str = ""
    magento: Decimal | None = None
    ledger: Decimal | None = None
    sage: Decimal | None = None
    gap: Decimal = ZERO
    order: str = (
        ""  #: the key of the order it is about, since two stores may give one number; "" = about none
    )


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table of the report; None = not known."""

    name: str
    count: int
    magento: Decimal | None
    ledger: Decimal | None
    sage: Decimal | None

    @property
    def difference(self) -> Decimal | None:
        """What Magento (or else the ledger) has more than Sage."""
        ours = self.magento if self.magento is not None else self.ledger
        return None if ours is None or self.sage is None else ours - self.sage


def summed(name: str, rows: Sequence[Row]) -> Row:
    """The last line of a table; a column with an unknown value has no sum."""

    def column(values: Iterable[Decimal | None]) -> Decimal | None:
        known = list(values)
        return None if None in known else total(value for value in known if value is not None)

    return Row(
        name,
        sum(row.count for row in rows),
        column(row.magento for row in rows),
        column(row.ledger for row in rows),
        column(row.sage for row in rows),
    )


@dataclass(frozen=True, slots=True)
class Bucket:
    """Orders of one age: how many, and what they are worth."""

    age: str
    orders: int
    value: Decimal
    confirmed: Decimal
    waiting: Decimal  #: with a reason, or their turn comes
    unexplained: Decimal  #: overdue without a reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciliation:
    """The whole report. `unexplained` is zero, or the arithmetic of the report itself is wrong."""

    start: date
    end: date
    totals: tuple[Row, ...]
    waiting: Decimal  #: ordered in Magento, rightly not in Sage yet
    unexplained: Decimal
    tax: tuple[Row, ...] = ()
    revenue: tuple[Row, ...] = ()
    clearing: tuple[Row, ...] = ()
    completeness: tuple[Bucket, ...] = ()
    differences: tuple[Difference, ...] = ()
    orders: Mapping[str, str] = field(default_factory=dict)  #: order key -> number that users know
    examined: frozenset[str] = frozenset()  #: subjects that were looked at, so that old alerts can end
    unchecked: tuple[str, ...] = ()  #: what could not be compared, and why
    compared: bool = (
        True  #: whether store, company and books were all asked: without that nothing is in order
    )
    small: tuple[str, ...] = ()  #: what is apart by no more than rounding may be, in words

"""What the company's books are made of: accounts, products, orders and their lines, entries, documents."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from tidegate.domain.books.bookkeeping import EntryKind, LedgerEntry, Posting
from tidegate.domain.fulfilment.sage_documents import Despatch, SalesInvoice, SalesOrderStatus
from tidegate.domain.money import ZERO
from tidegate.domain.orders.sales_order import LineKind, SalesLine, SalesOrder


@dataclass
class Account:
    """A customer's account."""

    id: str
    account: str
    name: str
    email: str = ""
    currency: str = "GBP"
    on_hold: bool = False
    hidden: bool = False
    price_list: str = ""
    credit_limit: Decimal | None = None
    vat_number: str = ""
    key: str = ""
    changed: int = 0


@dataclass
class Product:
    """A product of the company."""

    id: str
    sku: str
    name: str
    stocked: bool = True
    group: str = "GENERAL"
    active: bool = True
    weight: Decimal = Decimal("0.5")
    cost: Decimal = Decimal("4.20")
    changed: int = 0


@dataclass
class Level:
    """Pieces of one product in one warehouse, without what orders hold."""

    on_hand: Decimal = ZERO
    changed: int = 0


@dataclass
class Price:
    """The price of a product on a list; None: that of the standard list."""

    amount: Decimal | None
    changed: int


@dataclass(frozen=True, slots=True)
class Agreed:
    """A discount in per cent for one account, from a number of pieces on."""

    percent: Decimal
    minimum: Decimal = Decimal(1)


@dataclass
class Line:
    """A line of an order, and how far it has come."""

    id: str
    line: SalesLine
    stocked: bool = True  #: whether warehouses keep its product
    despatched: Decimal = ZERO
    invoiced: Decimal = ZERO
    credited: Decimal = ZERO

    @property
    def goods(self) -> bool:
        """Whether pieces leave for it."""
        return self.line.kind is LineKind.GOODS

    @property
    def is_stocked(self) -> bool:
        """Whether what leaves for it comes from a warehouse."""
        return self.goods and self.stocked

    @property
    def code(self) -> str:
        """SKU, or code of the charge."""
        return self.line.code

    @property
    def description(self) -> str:
        """The text of the line."""
        return self.line.description

    @property
    def net(self) -> Decimal:
        """All of it, before tax."""
        return self.line.net

    @property
    def quantity(self) -> Decimal:
        """Pieces that were ordered."""
        return self.line.quantity


@dataclass
class Order:
    """An order of the company, ours or another one."""

    id: str
    number: str
    key: str
    reference: str
    account: str
    currency: str
    gross: Decimal
    lines: list[Line]
    created_at: datetime
    status: SalesOrderStatus = SalesOrderStatus.LIVE
    changed: int = 0
    day: date | None = None  #: its own date; None: not stated
    sent: SalesOrder | None = None  #: as it came through the interface; None: the company's staff typed it in

    def reached(self, step: str) -> str:
        """none, part or full: how many of its pieces were `despatched` or `invoiced`."""
        goods = [one for one in self.lines if one.goods]
        done = [getattr(one, step) for one in goods]
        if not any(done):
            return "none"
        return (
            "full"
            if all(one.line.quantity <= many for one, many in zip(goods, done, strict=True))
            else "part"
        )


@dataclass
class Entry:
    """An entry of the sales ledger with our key and its nominal postings."""

    record: LedgerEntry
    postings: list[Posting]
    key: str = ""
    changed: int = 0

    @property
    def owed(self) -> Decimal:
        """What it adds to the account's balance."""
        return self.record.outstanding if self.record.kind is EntryKind.INVOICE else -self.record.outstanding


@dataclass
class Document:
    """A despatch, an invoice or a credit note, of our orders or of others."""

    record: Despatch | SalesInvoice
    changed: int

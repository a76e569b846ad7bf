"""What the company has: plain dictionaries, and a tick for every change so that deltas can be reported."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal

from tidegate.clock import Clock
from tidegate.conformance.memory.records import (
    Account,
    Agreed,
    Document,
    Entry,
    Level,
    Line,
    Order,
    Price,
    Product,
)
from tidegate.domain.books.bookkeeping import EntryKind, LedgerEntry, Posting
from tidegate.domain.fulfilment.sage_documents import SalesOrderStatus
from tidegate.domain.money import ZERO, total
from tidegate.domain.orders.sales_order import LineKind, SalesLine, SalesOrder

STOCKED = Decimal(1000)
STANDARD, WHOLESALE = "Standard", "Wholesale"  #: price lists
DEBTORS, TAX, SALES = "1100", "2200", "4000"


@dataclass
class Books:
    """The whole company."""

    clock: Clock
    accounts: dict[str, Account] = field(default_factory=dict)  #: by reference
    products: dict[str, Product] = field(default_factory=dict)  #: by SKU
    stock: dict[tuple[str, str], Level] = field(default_factory=dict)  #: by SKU and warehouse
    orders: dict[str, Order] = field(default_factory=dict)  #: by id
    deleted: list[Order] = field(default_factory=list)  #: orders that are there no longer
    entries: dict[str, Entry] = field(default_factory=dict)  #: by id
    despatches: dict[str, Document] = field(default_factory=dict)  #: by number
    invoices: dict[str, Document] = field(default_factory=dict)  #: by number, credit notes, too
    warehouses: dict[str, str] = field(default_factory=lambda: {"HOME": "Home", "LONDON": "London"})
    charges: dict[str, str] = field(default_factory=lambda: {"CARRIAGE": "Carriage"})
    taxes: dict[str, Decimal] = field(
        default_factory=lambda: {"1": Decimal(20), "5": Decimal(5), "0": Decimal(0)}
    )
    schedules: dict[tuple[str, str], Decimal] = field(
        default_factory=lambda: {("MICHIGAN", "MI SALES"): Decimal(6), ("OHIO", "OH SALES"): Decimal("5.75")}
    )  #: tax group and schedule -> percent
    nominal: dict[str, str] = field(
        default_factory=lambda: {
            "1100": "Debtors",
            "1210": "Card clearing",
            "2200": "Sales tax",
            "4000": "Sales",
        }
    )
    banks: dict[str, str] = field(default_factory=lambda: {"CARD": "1210"})  #: code -> nominal account
    prices: dict[str, dict[str, Price]] = field(default_factory=lambda: {STANDARD: {}, WHOLESALE: {}})
    closed_lists: set[str] = field(default_factory=set)  #: price lists that count no longer
    agreed: dict[tuple[str, str], list[Agreed]] = field(default_factory=dict)  #: by account and SKU
    closed_days: set[date] = field(default_factory=set)
    carriage: str = SALES  #: the nominal account of charges
    currency: str = "GBP"  #: of prices, and of accounts without another one
    _ids: Iterator[int] = field(default_factory=lambda: itertools.count(1001))
    _ticks: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    tick: int = 0

    def new_id(self) -> str:
        """One that nothing else has."""
        return str(next(self._ids))

    def change(self) -> int:
        """Something changes: its tick."""
        self.tick = next(self._ticks)
        return self.tick

    def open_account(self, account: str, name: str, **values: object) -> Account:
        """Open an account, as the company's staff do."""
        values.setdefault("currency", self.currency)
        made = Account(self.new_id(), account, name, changed=self.change(), **values)  # type: ignore[arg-type]
        self.accounts[account] = made
        return made

    def add_product(self, sku: str, *, stocked: bool = True, on_hand: Decimal = STOCKED) -> Product:
        """Sell a product from now on; a stocked one is kept in every warehouse."""
        self.products[sku] = Product(self.new_id(), sku, sku, stocked, changed=self.change())
        self.set_price(STANDARD, sku, Decimal(10))
        self.set_price(WHOLESALE, sku, Decimal(8))
        if stocked:
            for warehouse in self.warehouses:
                self.stock[sku, warehouse] = Level(on_hand, self.tick)
        return self.products[sku]

    def rename_product(self, sku: str, new: str) -> None:
        """Rename a product; its stock and its prices stay."""
        found = self.products[new] = self.products.pop(sku)
        found.sku, found.changed = new, self.change()
        for warehouse in self.warehouses:
            if (sku, warehouse) in self.stock:
                self.stock[new, warehouse] = Level(self.stock.pop((sku, warehouse)).on_hand, self.tick)
        for listed in self.prices.values():
            if sku in listed:
                listed[new] = Price(listed.pop(sku).amount, self.tick)

    def set_price(self, code: str, sku: str, amount: Decimal | None) -> None:
        """Set the product's price on this list; None: the standard list's price."""
        self.prices[code][sku] = Price(amount, self.change())

    def price(self, code: str, sku: str) -> Decimal | None:
        """What a product costs on a list; None where the company does not sell it."""
        found = self.prices[code].get(sku)
        if found is None or found.amount is not None:
            return None if found is None else found.amount
        return self.price(STANDARD, sku)

    def price_changed(self, code: str, sku: str) -> int:
        """The tick of its last change."""
        own = self.prices[code][sku]
        return own.changed if own.amount is not None else max(own.changed, self.prices[STANDARD][sku].changed)

    def enter_order(
        self,
        account: str,
        key: str,
        reference: str,
        lines: Iterable[SalesLine],
        gross: Decimal,
        number: str | None = None,
        day: date | None = None,
        sent: SalesOrder | None = None,
    ) -> Order:
        """Enter an order, ours or another one."""
        made = Order(
            id=self.new_id(),
            number=f"SO{len(self.orders) + 1:06}" if number is None else number,
            key=key,
            reference=reference,
            account=account,
            currency=self.accounts[account].currency,
            gross=gross,
            lines=[self.line(one) for one in lines],
            created_at=self.clock.now(),
            changed=self.change(),
            day=day,
            sent=sent,
        )
        self.orders[made.id] = made
        self._touch_stock(made)
        return made

    def put(self, order: Order, status: SalesOrderStatus) -> None:
        """Set an order's status, and with it what the order holds of the stock."""
        order.status, order.changed = status, self.change()
        self._touch_stock(order)

    def delete(self, order: Order) -> None:
        """Delete an order."""
        del self.orders[order.id]
        self.deleted.append(order)
        self.change()
        self._touch_stock(order)

    def line(self, asked: SalesLine) -> Line:
        """A line of an order."""
        product = self.products.get(asked.code)
        return Line(self.new_id(), asked, stocked=product is not None and product.stocked)

    def revenue_of(self, line: Line) -> str:
        """The nominal account that what it earns is posted to."""
        return line.line.account or (self.carriage if line.line.kind is LineKind.CHARGE else SALES)

    def number_orders(self) -> None:
        """Give a number to each order without one."""
        for place, one in enumerate(self.orders.values(), 1):
            if not one.number:
                one.number, one.changed = f"SO{place:06}", self.change()

    def held(self, sku: str, warehouse: str) -> Decimal:
        """Pieces that live orders hold."""
        held = ZERO
        for order in self.orders.values():
            if order.status in (SalesOrderStatus.LIVE, SalesOrderStatus.ON_HOLD):
                for one in order.lines:
                    if one.goods and (one.line.code, one.line.warehouse or "HOME") == (sku, warehouse):
                        held += one.line.quantity - one.despatched
        return held

    def order_of(self, number: str) -> Order:
        """The order of a number that users see. LookupError."""
        return next(one for one in self.orders.values() if one.number == number)

    def with_key(self, key: str) -> list[Order]:
        """The orders that carry our key."""
        return [one for one in self.orders.values() if one.key == key]

    def account_of(self, named: str) -> Account | None:
        """The account of this reference, regardless of case."""
        return next((one for one in self.accounts.values() if one.account.lower() == named.lower()), None)

    # --- the sales ledger -------------------------------------------------------------------------

    def enter_receipt(
        self,
        *,
        account: str,
        reference: str,
        amount: Decimal,
        day: date,
        nominal: str = "1210",
        currency: str = "GBP",
        key: str = "",
    ) -> Entry:
        """Money comes in: the clearing account against the debtors."""
        lines = [(nominal, amount, ZERO), (DEBTORS, ZERO, amount)]
        return self._enter(EntryKind.RECEIPT, account, reference, "", amount, day, currency, lines, key=key)

    def enter_bill(
        self,
        kind: EntryKind,
        orders: Sequence[Order],
        number: str,
        revenue: Mapping[str, Decimal],
        tax: Decimal,
    ) -> Entry:
        """An invoice: the debtors against revenue, by its accounts, and tax; a credit note the other way round."""
        first, net = orders[0], total(revenue.values())
        gross = net + tax
        sales = [(account, ZERO, each) for account, each in revenue.items()]
        lines = [(DEBTORS, gross, ZERO), *sales, (TAX, ZERO, tax)]
        if kind is EntryKind.CREDIT:
            lines = [(code, credit, debit) for code, debit, credit in lines]
        day = self.clock.now().date()
        made = self._enter(kind, first.account, number, first.number, gross, day, first.currency, lines)
        made.record = replace(made.record, net=net, tax=tax, due=day + timedelta(days=30))
        return made

    def settle(self, entry: Entry, amount: Decimal, day: date) -> None:
        """Settle `amount` of an entry against another one."""
        left = entry.record.outstanding - amount
        entry.record = replace(entry.record, outstanding=left, settled=None if left else day)
        entry.changed = self.change()
        self._touch_account(entry.record.account, entry.changed)

    def balance(self, nominal: str) -> Decimal:
        """Debit less credit."""
        lines = [one for entry in self.entries.values() for one in entry.postings if one.account == nominal]
        return total(one.debit - one.credit for one in lines)

    def _enter(
        self,
        kind: EntryKind,
        account: str,
        reference: str,
        second: str,
        gross: Decimal,
        day: date,
        currency: str,
        lines: Sequence[tuple[str, Decimal, Decimal]],
        key: str = "",
    ) -> Entry:
        record = LedgerEntry(
            id=self.new_id(),
            urn=f"U{self.new_id()}",
            kind=kind,
            account=account,
            reference=reference,
            second_reference=second,
            day=day,
            gross=gross,
            outstanding=gross,
            currency=currency,
        )
        postings = [
            Posting(record.urn, code, debit, credit, period=f"{day:%Y-%m}", day=day, reference=reference)
            for code, debit, credit in lines
        ]
        entry = self.entries[record.id] = Entry(record, postings, key, self.change())
        self._touch_account(account, entry.changed)
        return entry

    def _touch_stock(self, order: Order) -> None:
        for one in order.lines:
            level = self.stock.get((one.line.code, one.line.warehouse or "HOME"))
            if level is not None:
                level.changed = self.tick

    def _touch_account(self, account: str, tick: int) -> None:
        self.accounts[account].changed = tick

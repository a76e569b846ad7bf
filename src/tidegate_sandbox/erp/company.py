"""The company: its set-up, its ledgers, and what its own staff do."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from tidegate_sandbox.erp.bank import Bank, PaymentMethod
from tidegate_sandbox.erp.books import books
from tidegate_sandbox.erp.calendar import Calendar, Period
from tidegate_sandbox.erp.channel import sell_elsewhere
from tidegate_sandbox.erp.charge import Charge
from tidegate_sandbox.erp.courier import Courier
from tidegate_sandbox.erp.currency import Country, Currency
from tidegate_sandbox.erp.customer import Customer
from tidegate_sandbox.erp.customers import Customers
from tidegate_sandbox.erp.despatch import Despatch
from tidegate_sandbox.erp.despatches import Despatches
from tidegate_sandbox.erp.invoice import Invoice
from tidegate_sandbox.erp.invoices import Invoices
from tidegate_sandbox.erp.item import Item, ItemGroup, Unit
from tidegate_sandbox.erp.journal import Ledger
from tidegate_sandbox.erp.money import rounded
from tidegate_sandbox.erp.nominal import Division, NominalAccount, Target
from tidegate_sandbox.erp.order import Order
from tidegate_sandbox.erp.orders import Orders
from tidegate_sandbox.erp.posting import PostingCycle
from tidegate_sandbox.erp.price import Price
from tidegate_sandbox.erp.prices import Prices
from tidegate_sandbox.erp.receivable import Transaction
from tidegate_sandbox.erp.receivables import Receivables
from tidegate_sandbox.erp.record import Record
from tidegate_sandbox.erp.refusal import Refusal
from tidegate_sandbox.erp.rules import Rules
from tidegate_sandbox.erp.seats import SeatPool
from tidegate_sandbox.erp.stamps import Clock, Sequence, Stamps
from tidegate_sandbox.erp.stock import Stock
from tidegate_sandbox.erp.table import Table
from tidegate_sandbox.erp.tax import TaxCode
from tidegate_sandbox.erp.warehouse import Holding, Warehouse
from tidegate_sandbox.erp.window import Window

R = TypeVar("R", bound=Record)


class Company:
    """One company of an ERP, empty until it is set up.

    Safe from several threads: whoever works in it holds ``lock`` (re-entrant); faces take it through
    ``admit``. Amounts are Decimal in the currency's major unit.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        name: str = "Demo Trading Ltd",
        timezone: str = "Europe/London",
        rules: Rules | None = None,
        seats: int | None = None,
        first_id: int = 1000,
        first_order: int = 1,
        user: str = "API",
    ) -> None:
        self.clock = clock
        self.name = name
        self.zone = ZoneInfo(timezone)
        self.rules = rules if rules is not None else Rules()
        self.user = user
        self.lock = threading.RLock()
        self.ids = Sequence(first_id)
        self.urns = Sequence(1001)
        self.window = Window(clock, self.zone)
        self.seats = SeatPool(seats)
        self.violations: list[str] = []
        self.writes_while_locked = 0  #: writes that the integration tried while locked; none had an effect
        self._stamps = Stamps(clock)
        self._system = False
        self._depth = 0  #: of admit, staff and system within each other
        self._shared: datetime | None = None  #: the time of change of the work going on
        self.calendar = Calendar(clock.now().astimezone(self.zone).year - 1, 3)
        self.currencies: Table[Currency] = Table(code=lambda one: one.code)
        self.countries: Table[Country] = Table(code=lambda one: one.code)
        self.tax_codes: Table[TaxCode] = Table(code=lambda one: one.code)
        self.units: Table[Unit] = Table(name=lambda one: one.name)
        self.item_groups: Table[ItemGroup] = Table(code=lambda one: one.code)
        self.items: Table[Item] = Table(code=lambda one: one.code, group_id=lambda one: one.group_id)
        self.warehouses: Table[Warehouse] = Table(name=lambda one: one.name)
        self.nominal_accounts: Table[NominalAccount] = Table(account=lambda one: one.target.account)
        self.cost_centres: Table[Division] = Table(code=lambda one: one.code)
        self.departments: Table[Division] = Table(code=lambda one: one.code)
        self.banks: Table[Bank] = Table(code=lambda one: one.code)
        self.charges: Table[Charge] = Table(code=lambda one: one.code)
        self.payment_methods: Table[PaymentMethod] = Table(name=lambda one: one.name)
        self.couriers: Table[Courier] = Table(name=lambda one: one.name)
        self.sales = Target("4000")
        self.freight = Target("4905")
        self.default_tax_code = 1  #: the code, not the id
        self.default_country = "GB"
        self.ledger = Ledger(self)
        self.stock = Stock(self)
        self.prices = Prices(self)
        self.customers = Customers(self)
        self.orders = Orders(self, first_order)
        self.despatches = Despatches(self)
        self.invoices = Invoices(self)
        self.receivables = Receivables(self)
        self.posting = PostingCycle(self)

    # Time, ids and who may work

    def stamp(self) -> datetime:
        """A new time of change; one for all that is done within ``admit``, ``staff`` or ``system``.

        A change while the company is locked is noted as a violation.
        """
        if not self._system:
            reason = self.window.closed()
            if reason is not None:
                self.violations.append(
                    f"a change at {self.clock.now().isoformat()} while locked for {reason}"
                )
        if not self._depth:
            return self._stamps.next()
        if self._shared is None:
            self._shared = self._stamps.next()
        return self._shared

    @contextmanager
    def _work(self) -> Iterator[None]:
        self._depth += 1
        try:
            yield
        finally:
            self._depth -= 1
            if not self._depth:
                self._shared = None

    def today(self) -> date:
        """The date where the company is."""
        return self.clock.now().astimezone(self.zone).date()

    def new(self, make: Callable[..., R], **values: Any) -> R:
        """A record with id and times filled in; not yet stored."""
        stamp = self.stamp()
        return make(id=self.ids.next(), created_at=stamp, updated_at=stamp, **values)

    def touch(self, record: Record) -> None:
        """Give a changed record a new time of change."""
        record.updated_at = self.stamp()

    @contextmanager
    def admit(self, *, writes: bool) -> Iterator[None]:
        """Let an integration work for the length of a block, alone.

        Refusal ``locked`` while the company is locked; reads may pass, if ``window.reads_allowed``.
        """
        with self.lock:
            self.posting.catch_up()
            reason = self.window.closed()
            if reason is not None and (writes or not self.window.reads_allowed):
                if writes:
                    self.writes_while_locked += 1
                raise Refusal("locked", f"The company database is locked: {reason} in progress.")
            with self._work():
                yield

    @contextmanager
    def staff(self) -> Iterator[None]:
        """Let the company's own people work, alone. Refusal ``locked`` while the company is locked."""
        with self.lock:
            self.posting.catch_up()
            reason = self.window.closed()
            if reason is not None:
                raise Refusal("locked", f"The company database is locked: {reason} in progress.")
            with self._work():
                yield

    @contextmanager
    def system(self) -> Iterator[None]:
        """Work as the company's own machinery (set-up, posting), which may write while it is locked."""
        with self.lock:
            before, self._system = self._system, True
            try:
                with self._work():
                    yield
            finally:
                self._system = before

    # Looking up set-up records

    def currency(self, id: int | None) -> Currency:
        """A currency by id; None is the base currency. Refusal ``unknown``."""
        if id is None:
            return next(one for one in self.currencies if one.is_base)
        found = self.currencies.get(id)
        if found is None:
            raise Refusal("unknown", "The currency does not exist.", "currency_id")
        return found

    def country(self, id: int | None) -> Country:
        """A country by id; None is the company's own. Refusal ``unknown``."""
        found = self.countries.first("code", self.default_country) if id is None else self.countries.get(id)
        if found is None:
            raise Refusal("unknown", "The country code does not exist.", "country_id")
        return found

    def tax_code(self, id: int | None) -> TaxCode:
        """A tax code by id; None is the company's default. Refusal ``unknown``."""
        found = self.tax_codes.first("code", self.default_tax_code) if id is None else self.tax_codes.get(id)
        if found is None:
            raise Refusal("unknown", "The tax code does not exist.", "tax_code_id")
        return found

    def item(self, code: str) -> Item:
        """An item by code. Refusal ``unknown``."""
        return _found(self.items.first("code", code), f"item {code}")

    def warehouse(self, name: str) -> Warehouse:
        """A warehouse by name. Refusal ``unknown``."""
        return _found(self.warehouses.first("name", name), f"warehouse {name}")

    def customer(self, code: str) -> Customer:
        """A customer by code. Refusal ``unknown``."""
        return _found(self.customers.table.first("code", code), f"customer {code}")

    def order(self, number: str) -> Order:
        """An order by number. Refusal ``unknown``."""
        return _found(self.orders.table.first("number", number), f"order {number}")

    # What the company's own people do, named by code: for tests and scenarios

    def lock_daily(self, at: time, minutes: int, reason: str = "backup") -> None:
        """Lock the company every day at this local time."""
        self.window.daily(at, minutes, reason)

    def set_period(self, day: date, *, is_open: bool) -> Period:
        """Open or close the accounting period of a day."""
        with self.staff():
            return self.calendar.set_open(day, is_open)

    def despatch(
        self,
        number: str,
        quantities: Mapping[str, Decimal] | None = None,
        *,
        courier: str = "",
        warehouse: str = "",
        **more: Any,
    ) -> Despatch:
        """Despatch an order; ``quantities`` by item code, all that stock is there for by default.

        ``warehouse``: these quantities leave from there, whatever the lines say.
        """
        with self.staff():
            order = self.order(number)
            chosen = None
            if quantities is not None:
                by_code = {line.code: line.id for line in order.lines if line.is_stocked}
                chosen = {by_code[code]: quantity for code, quantity in quantities.items()}
            courier_id = _found(self.couriers.first("name", courier), courier).id if courier else None
            if warehouse:
                more["warehouse_id"] = self.warehouse(warehouse).id
            return self.despatches.confirm(order, chosen, courier_id=courier_id, **more)

    def invoice_run(
        self, numbers: list[str] | None = None, *, day: date | None = None, consolidate: bool = False
    ) -> list[Invoice]:
        """Invoice what was despatched: of these orders, or of all; ``consolidate``: an account at once."""
        with self.staff():
            orders = [self.order(number) for number in numbers] if numbers is not None else None
            return self.invoices.run(orders, day=day, consolidate=consolidate)

    def receipt(
        self, customer: str, value: Decimal, *, reference: str = "", bank: str = "", invoice: str = ""
    ) -> Transaction:
        """A customer pays; ``invoice`` is the number of the invoice it is set against."""
        with self.staff():
            account = self.customer(customer)
            one = self.banks.first("code", bank) if bank else next(iter(self.banks), None)
            posted = self.receivables.pay(
                "receipt", account, _found(one, f"bank {bank}"), value, reference=reference
            )
            if invoice:
                target = _found(self.receivables.table.first("reference", invoice), f"invoice {invoice}")
                amount = min(target.outstanding, value)
                if amount > 0:
                    self.receivables.allocate([(target, amount), (posted, -amount)])
            return posted

    def stock_adjust(
        self, item: str, warehouse: str, *, change: Decimal | None = None, to: Decimal | None = None
    ) -> Holding:
        """A stock count or delivery: by ``change``, or to a quantity on hand; posted to stock adjustments."""
        with self.staff():
            one, place = self.item(item), self.warehouse(warehouse)
            holding = self.stock.holding(one.id, place.id) or self.stock.keep(one.id, place.id)
            quantity = (
                change if change is not None else (to if to is not None else Decimal(0)) - holding.on_hand
            )
            self.stock.move(one.id, place.id, quantity, "adjustment")
            value = rounded(quantity * one.cost)
            if value:
                target = self.ledger.control("adjustments")
                entries = [(one.stock, value, one.code), (target, -value, one.code)]
                self.ledger.post(self.today(), "stock", one.code, entries, user="STOCK")
            return holding

    def price_change(
        self, item: str, price: Decimal, *, price_list: str = "", uses_standard: bool = False
    ) -> Price:
        """Change a price on a list (by name; the standard list by default)."""
        with self.staff():
            chosen = (
                _found(self.prices.lists.first("name", price_list), f"price list {price_list}")
                if price_list
                else self.prices.standard
            )
            return self.prices.set(self.item(item).id, chosen.id, price, uses_standard=uses_standard)

    def customer_change(self, code: str, **changes: Any) -> Customer:
        """Change values of an account by their kernel names, such as ``on_hold`` or ``credit_limit``."""
        with self.staff():
            customer = self.customer(code)
            for name, value in changes.items():
                if not hasattr(customer, name):
                    raise Refusal("unknown", f"A customer has no {name}.", name)
                setattr(customer, name, value)
            self.customers.changed(customer)
            return customer

    def other_channel_sale(
        self, item: str, quantity: Decimal, *, warehouse: str = "HOME", channel: str = "counter"
    ) -> Order | None:
        """Sell from the same stock elsewhere: over the ``counter`` (stock falls at once) or as an order."""
        with self.staff():
            return sell_elsewhere(self, self.item(item), self.warehouse(warehouse), quantity, channel)

    def run_posting(self) -> int:
        """Run the posting cycle now; how many journals it booked."""
        return self.posting.run()

    def books(self) -> dict[str, Any]:
        """The books as plain JSON; see ``books.books``."""
        return books(self)


def _found(record: R | None, what: str) -> R:
    if record is None:
        raise Refusal("unknown", f"There is no {what}.")
    return record

"""The company: who may work in it, and what its own staff do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, time
from decimal import Decimal
from typing import Any

from tidegate_sandbox.erp.books import books, stock_books
from tidegate_sandbox.erp.calendar import Period
from tidegate_sandbox.erp.channel import sell_elsewhere
from tidegate_sandbox.erp.company_ledgers import CompanyLedgers
from tidegate_sandbox.erp.company_setup import found
from tidegate_sandbox.erp.customer import Customer
from tidegate_sandbox.erp.despatch import Despatch
from tidegate_sandbox.erp.invoice import Invoice
from tidegate_sandbox.erp.money import rounded
from tidegate_sandbox.erp.numbering import Numbering
from tidegate_sandbox.erp.order import Order
from tidegate_sandbox.erp.price import Price
from tidegate_sandbox.erp.receivable import Transaction
from tidegate_sandbox.erp.refusal import Refusal
from tidegate_sandbox.erp.rules import Rules
from tidegate_sandbox.erp.stamps import Clock
from tidegate_sandbox.erp.warehouse import Holding


class Company(CompanyLedgers):
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
        numbering: Numbering | None = None,
    ) -> None:
        super().__init__(
            clock,
            name=name,
            timezone=timezone,
            rules=rules,
            seats=seats,
            first_id=first_id,
            first_order=first_order,
            user=user,
            numbering=numbering,
        )

    # Who may work

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
            with self.working():
                yield

    @contextmanager
    def staff(self) -> Iterator[None]:
        """Let the company's own people work, alone. Refusal ``locked`` while the company is locked."""
        with self.lock:
            self.posting.catch_up()
            reason = self.window.closed()
            if reason is not None:
                raise Refusal("locked", f"The company database is locked: {reason} in progress.")
            with self.working():
                yield

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
            courier_id = found(self.couriers.first("name", courier), courier).id if courier else None
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
                "receipt", account, found(one, f"bank {bank}"), value, reference=reference
            )
            if invoice:
                target = found(self.receivables.table.first("reference", invoice), f"invoice {invoice}")
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
                found(self.prices.lists.first("name", price_list), f"price list {price_list}")
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

    def stock_books(self) -> dict[str, Any]:
        """Of the books, what decides what can be sold now; much less to write."""
        return stock_books(self)

"""Sales orders: entering, changing, holding, cancelling and deleting them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from tidegate_sandbox.erp.company_setup import CompanySetup
from tidegate_sandbox.erp.customer import Customer
from tidegate_sandbox.erp.customers import Customers
from tidegate_sandbox.erp.invoice_book import InvoiceBook
from tidegate_sandbox.erp.money import ZERO, rounded
from tidegate_sandbox.erp.new_order import NewLine, NewOrder
from tidegate_sandbox.erp.order import Order, OrderLine
from tidegate_sandbox.erp.order_lines import LineMaker
from tidegate_sandbox.erp.order_sums import sum_order
from tidegate_sandbox.erp.receivables import Receivables
from tidegate_sandbox.erp.refusal import Refusal
from tidegate_sandbox.erp.stamps import Sequence
from tidegate_sandbox.erp.stock import Stock
from tidegate_sandbox.erp.table import Table


@dataclass(frozen=True, slots=True)
class Deleted:
    """An order that was entered and deleted again; the books still name it."""

    order: Order
    at: datetime


class Orders:
    """The sales orders of one company."""

    def __init__(
        self,
        company: CompanySetup,
        *,
        stock: Stock,
        customers: Customers,
        receivables: Receivables,
        invoiced: InvoiceBook,
        maker: LineMaker,
        first_number: int = 1,
    ) -> None:
        self._company = company
        self._stock = stock
        self._customers = customers
        self._receivables = receivables
        self._invoiced = invoiced
        self._maker = maker
        self._numbers = Sequence(first_number)
        self.next_number: Callable[[], str] | None = (
            None  #: a face's own counter, for orders entered without one
        )
        self.number_of: Callable[[int], str] = "{:010d}".format  #: how a face's product writes its numbers
        self.table: Table[Order] = Table(
            number=lambda order: order.number,
            customer_id=lambda order: order.customer_id,
            customer_order_no=lambda order: order.customer_order_no or None,
            external_key=lambda order: order.external_key or None,
        )
        self.lines: Table[OrderLine] = Table(order_id=lambda line: line.order_id)
        self.deleted: list[Deleted] = []
        self.cancelled_lines: list[OrderLine] = []

    def _number(self, asked: str) -> str:
        if self._company.rules.order_numbers_generated:
            return self.number_of(self._numbers.next())
        if not asked.strip() and self.next_number is not None:
            return self.next_number()
        if not asked.strip():
            raise Refusal("missing", "The order number must be entered.", "number")
        if self.table.first("number", asked) is not None:
            raise Refusal("duplicate", "The order number already exists.", "number")
        return asked

    def enter(self, new: NewOrder) -> Order:
        """Enter an order: all of it or nothing.

        It takes free stock (rule ``allocate_on_entry``) and is put on hold when the customer is on hold or
        the credit limit would be exceeded, unless overridden with permission. Refusals as for a line, and
        ``closed_period``, ``duplicate``, ``missing``, ``unknown``, ``invalid`` for the header.
        """
        company = self._company
        customer = self._customer(new)
        day = new.date if new.date is not None else company.today()
        if company.rules.check_order_period:
            company.calendar.require_open(day)
        self._check_payment(new)
        if company.rules.unique_order_reference and self.table.find(
            "customer_order_no", new.customer_order_no or None
        ):
            raise Refusal("duplicate", "The customer order number already exists.", "customer_order_no")
        currency = company.currency(customer.currency_id)
        stamp = company.stamp()
        order = Order(
            id=company.ids.next(),
            created_at=stamp,
            updated_at=stamp,
            extra=new.extra,
            number="",
            customer_id=customer.id,
            date=day,
            currency_id=currency.id,
            exchange_rate=new.exchange_rate if new.exchange_rate is not None else currency.rate,
            customer_order_no=new.customer_order_no,
            external_key=new.external_key,
            status="draft" if new.draft else "live",
            customer_kind=new.customer_kind,
            discount_percent=rounded(new.discount_percent),
            override_hold=new.override_hold,
            payment=new.payment,
            delivery=new.delivery,
            invoice_address=new.invoice_address,
            created_by=new.created_by or company.user,
            channel=new.channel,
            requested=new.requested,
            promised=new.promised,
        )
        for position, one in enumerate(new.lines):
            try:
                order.lines.append(self._maker.make(order, customer, one))
            except Refusal as refusal:
                raise Refusal(refusal.kind, refusal.text, f"lines[{position}].{refusal.field}") from None
        sum_order(order, company.rules)
        if order.totals.gross < 0:
            raise Refusal("invalid", "The order total cannot be negative.", "lines")
        order.number = self._number(new.number)
        self.table.add(order)
        for number, line in enumerate(order.lines, 1):
            line.number = number
            self.lines.add(line)
        self._settle(order, customer)
        for line, one in zip(order.lines, new.lines, strict=True):
            self._allocate(order, line, one.to_allocate)
        return order

    def _customer(self, new: NewOrder) -> Customer:
        customer = self._customers.table.get(new.customer_id)
        if customer is None:
            raise Refusal("unknown", "The customer account does not exist.", "customer_id")
        if not customer.is_active:
            raise Refusal("invalid", "The customer account is hidden.", "customer_id")
        if new.customer_kind == "cash" and not self._company.rules.allow_cash_orders:
            raise Refusal("invalid", "Cash orders are not allowed.", "customer_kind")
        if not -100 < new.discount_percent < 100:
            raise Refusal(
                "invalid", "The document discount lies between -99.99 and 99.99.", "discount_percent"
            )
        return customer

    def _check_payment(self, new: NewOrder) -> None:
        payment, company = new.payment, self._company
        if payment is None:
            return
        if not company.rules.allow_payment_with_order:
            raise Refusal("invalid", "Payment with order is not allowed.", "payment")
        if payment.method_id is None:
            raise Refusal("missing", "The payment method must be entered.", "payment_method_id")
        method = company.payment_methods.get(payment.method_id)
        if method is None:
            raise Refusal("unknown", "The payment method does not exist.", "payment_method_id")
        if method.processes_cards:
            raise Refusal("invalid", "Online card payments cannot be declared.", "payment_method_id")
        if payment.value is not None and payment.value <= 0:
            raise Refusal("invalid", "The payment value must be greater than zero.", "payment_value")
        if payment.at_once:
            company.calendar.require_open(company.today())

    def _allocate(self, order: Order, line: OrderLine, wanted: Decimal | None = None) -> None:
        rules = self._company.rules
        if not line.is_stocked or order.status == "draft":
            return
        if order.status == "on_hold" and not rules.allocate_held_orders:
            return
        if wanted is None:
            wanted = line.outstanding if rules.allocate_on_entry else None
        if wanted is not None:
            self._stock.allocate(line, min(wanted, line.outstanding) - line.allocated)

    def _settle(self, order: Order, customer: Customer) -> None:
        """Bring hold, the customer's open orders, payment and time of change up to date."""
        company = self._company
        self._value_open(order, customer, order.totals.gross if order.is_open else ZERO)
        over = customer.is_over_limit
        order.credit_exceeded = over
        overridden = order.override_hold and company.rules.may_override_holds
        if order.status in ("live", "on_hold"):
            held = order.held or ((over or customer.on_hold) and not overridden)
            order.status = "on_hold" if held else "live"
        payment = order.payment
        if payment is not None and payment.at_once and payment.posted_id is None and order.is_open:
            self._receivables.receive_with_order(order)
        order.updated_at = company.stamp()
        self.table.reindex(order)

    def _value_open(self, order: Order, customer: Customer, value: Decimal) -> None:
        invoiced = self._invoiced.value(order)
        value = max(value - invoiced, ZERO) if value else ZERO
        customer.open_orders += value - order.open_gross
        order.open_gross = value

    def changed(self, order: Order) -> None:
        """Sum an order again after a change of it, and settle what follows from that."""
        company = self._company
        sum_order(order, company.rules)
        self._settle(order, self._customers.table[order.customer_id])

    def confirm(self, order: Order) -> None:
        """Make a draft a live order."""
        if order.status == "draft":
            order.status = "live"
            self.changed(order)
            for line in order.lines:
                self._allocate(order, line)

    def require_editable(self, order: Order) -> None:
        """Refusal ``invalid`` for an order that is complete or cancelled."""
        if order.status in ("complete", "cancelled"):
            raise Refusal("invalid", "The order is complete or cancelled and cannot be amended.", "status")

    def add_line(self, order: Order, new: NewLine) -> OrderLine:
        """Add a line at the end of an order."""
        customer = self._customers.table[order.customer_id]
        line = self._maker.make(order, customer, new)
        line.number = max((one.number for one in order.lines), default=0) + 1
        order.lines.append(line)
        self.lines.add(line)
        self._allocate(order, line, new.to_allocate)
        self.changed(order)
        return line

    def change_line(self, order: Order, line: OrderLine, new: NewLine) -> None:
        """Change a line; stock promised beyond its quantity is released, missing stock is taken."""
        self._maker.change(line, self._customers.table[order.customer_id], new)
        if line.is_stocked:
            if line.allocated > line.outstanding:
                self._stock.release(line, line.allocated - line.outstanding)
            self._allocate(order, line, new.to_allocate)
        self.changed(order)

    def remove_line(self, order: Order, line: OrderLine, *, keep_record: bool = False) -> None:
        """Take a line off an order. Refusal ``invalid`` once any of it was despatched or invoiced."""
        if line.despatched > 0 or line.invoiced > 0:
            raise Refusal(
                "invalid", "The line has been despatched or invoiced and cannot be deleted.", "lines"
            )
        if line.is_stocked:
            self._stock.release(line)
        order.lines.remove(line)
        self.lines.remove(line)
        if keep_record:
            self.cancelled_lines.append(line)
        self.changed(order)

    def replace_lines(self, order: Order, new: list[NewLine]) -> None:
        """Take all lines off an order and enter others, all of it or nothing. Refusals as for a line."""
        customer = self._customers.table[order.customer_id]
        made = [self._maker.make(order, customer, one) for one in new]
        for line in list(order.lines):
            self.remove_line(order, line)
        for number, (line, one) in enumerate(zip(made, new, strict=True), 1):
            line.number = number
            order.lines.append(line)
            self.lines.add(line)
            self._allocate(order, line, one.to_allocate)
        self.changed(order)

    def hold(self, order: Order, on_hold: bool) -> None:
        """Put an open order on hold, or lift the hold, by a person's decision."""
        self.require_editable(order)
        order.held, order.override_hold = on_hold, not on_hold
        order.status = "on_hold" if on_hold else "live"
        order.updated_at = self._company.stamp()
        for line in order.lines if not on_hold else ():
            self._allocate(order, line)

    def cancel(self, order: Order) -> None:
        """Cancel what is not yet despatched. Refusal ``invalid`` when the order is complete."""
        self.require_editable(order)
        for line in order.lines:
            if line.is_stocked:
                self._stock.release(line)
        if order.despatch == "none" and order.invoicing == "none":
            order.status = "cancelled"
        else:
            self._cut(order)
        self.changed(order)

    def _cut(self, order: Order) -> None:
        """Lower the quantities of a partly despatched order to what left."""
        for line in order.lines:
            if line.is_stocked:
                line.quantity = line.despatched
                line.updated_at = self._company.stamp()
        order.status = "complete" if all(line.is_complete for line in order.lines) else order.status

    def delete(self, order: Order) -> None:
        """Delete an order. Refusal ``forbidden`` once any of it was despatched, invoiced or paid."""
        if any(line.despatched > 0 or line.invoiced > 0 for line in order.lines) or (
            order.payment is not None and order.payment.posted_id is not None
        ):
            raise Refusal("forbidden", "The requested operation is forbidden for this account.")
        for line in list(order.lines):
            if line.is_stocked:
                self._stock.release(line)
            self.lines.remove(line)
        self._value_open(order, self._customers.table[order.customer_id], ZERO)
        self.table.remove(order)
        self.deleted.append(Deleted(order, self._company.stamp()))

    def complete_if_done(self, order: Order) -> None:
        """Mark an order complete when nothing is left to do, and bring its open value up to date."""
        if order.is_open and order.lines and all(line.is_complete for line in order.lines):
            order.status = "complete"
        customer = self._customers.table[order.customer_id]
        self._value_open(order, customer, order.totals.gross if order.is_open else ZERO)
        order.updated_at = self._company.stamp()

    def allocate_waiting(self) -> int:
        """Promise free stock to the lines that lack it, oldest order first; how many lines got some."""
        lines = 0
        for order in self.table:
            if not order.is_open:
                continue
            for line in order.lines:
                missing = line.outstanding - line.allocated
                if line.is_stocked and missing > 0 and self._stock.allocate(line, missing) > 0:
                    lines += 1
        return lines

"""The invoices and credit notes there are, and what of each order they hold."""

from __future__ import annotations

from decimal import Decimal

from tidegate_sandbox.erp.invoice import Invoice, InvoiceLine, InvoiceTie
from tidegate_sandbox.erp.money import ZERO
from tidegate_sandbox.erp.order import Order, OrderLine
from tidegate_sandbox.erp.table import Table
from tidegate_sandbox.erp.warehouse import NONE


class InvoiceBook:
    """The invoices of one company, to be looked up; :class:`Invoices` writes them."""

    def __init__(self) -> None:
        self.table: Table[Invoice] = Table(
            number=lambda one: one.number,
            posted_id=lambda one: one.posted_id,
        )
        self.ties: Table[InvoiceTie] = Table(
            invoice_id=lambda one: one.invoice_id, order_id=lambda one: one.order_id
        )
        self.lines: Table[InvoiceLine] = Table(
            invoice_id=lambda one: one.invoice_id,
            order_line_id=lambda one: one.order_line_id,
            order_id=lambda one: one.order_id,
        )

    def of_order(self, order_id: int) -> list[Invoice]:
        """The invoices and credit notes of an order, oldest first."""
        return [self.table[one.invoice_id] for one in self.ties.find("order_id", order_id)]

    def orders_of(self, invoice: Invoice) -> list[int]:
        """The ids of the orders of an invoice."""
        return [one.order_id for one in self.ties.find("invoice_id", invoice.id)]

    def value(self, order: Order) -> Decimal:
        """What of an order has been invoiced, tax included; credit notes take nothing off."""
        lines = self.lines.find("order_id", order.id)
        return sum((one.net + one.tax for one in lines if not self.is_credit(one)), ZERO)

    def is_credit(self, line: InvoiceLine) -> bool:
        invoice = self.table.get(line.invoice_id)
        return invoice is not None and invoice.is_credit

    def credited(self, line: OrderLine) -> Decimal:
        """The pieces of an order line that credit notes have taken back."""
        found = self.lines.find("order_line_id", line.id)
        return sum((one.quantity for one in found if self.is_credit(one)), NONE)

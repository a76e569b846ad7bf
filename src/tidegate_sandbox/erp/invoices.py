"""The invoice run: what was despatched is invoiced and posted."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from tidegate_sandbox.erp.invoice import Invoice, InvoiceLine
from tidegate_sandbox.erp.money import ZERO, rounded
from tidegate_sandbox.erp.nominal import Target
from tidegate_sandbox.erp.order import Order, OrderLine, Totals
from tidegate_sandbox.erp.receivable import NominalShare, TaxShare
from tidegate_sandbox.erp.stamps import Sequence
from tidegate_sandbox.erp.table import Table

if TYPE_CHECKING:
    from tidegate_sandbox.erp.company import Company


class Invoices:
    """The invoices of orders of one company."""

    def __init__(self, company: Company, first_number: int = 1) -> None:
        self._company = company
        self._numbers = Sequence(first_number)
        self.table: Table[Invoice] = Table(
            order_id=lambda one: one.order_id,
            number=lambda one: one.number,
            posted_id=lambda one: one.posted_id,
        )
        self.lines: Table[InvoiceLine] = Table(
            invoice_id=lambda one: one.invoice_id, order_line_id=lambda one: one.order_line_id
        )

    def run(self, orders: Iterable[Order] | None = None, *, day: date | None = None) -> list[Invoice]:
        """Invoice everything despatched and not yet invoiced; one invoice an order.

        Lines that are not despatched (text, charges, services) go with the first invoice of their order.
        Refusal ``closed_period`` before anything is done.
        """
        company = self._company
        day = day if day is not None else company.today()
        company.calendar.require_open(day)
        made = []
        for order in list(company.orders.table if orders is None else orders):
            if order.status != "live":
                continue
            due = self._due(order)
            if due:
                made.append(self._invoice(order, due, day))
        return made

    def _due(self, order: Order) -> list[tuple[OrderLine, Decimal]]:
        stocked = [
            (line, line.despatched - line.invoiced)
            for line in order.lines
            if line.is_stocked and line.despatched > line.invoiced
        ]
        if not stocked and any(line.is_stocked and line.outstanding > 0 for line in order.lines):
            return []
        others = [
            (line, line.quantity - line.invoiced)
            for line in order.lines
            if line.has_value and not line.is_stocked and line.invoiced < line.quantity
        ]
        return sorted(stocked + others, key=lambda pair: pair[0].number)

    def _invoice(self, order: Order, due: list[tuple[OrderLine, Decimal]], day: date) -> Invoice:
        company = self._company
        stamp = company.stamp()
        invoice = Invoice(
            id=company.ids.next(),
            created_at=stamp,
            updated_at=stamp,
            number=f"{self._numbers.next():010d}",
            order_id=order.id,
            customer_id=order.customer_id,
            date=day,
            exchange_rate=order.exchange_rate,
        )
        for line, quantity in due:
            self._line(invoice, order, line, quantity)
        self._post(invoice, order)
        self.table.add(invoice)
        for one in company.despatches.lines.find("order_id", order.id):
            if not one.is_invoiced:
                one.is_invoiced, one.updated_at = True, company.stamp()
        self._settle(invoice, order)
        company.orders.complete_if_done(order)
        return invoice

    def _line(self, invoice: Invoice, order: Order, line: OrderLine, quantity: Decimal) -> None:
        company = self._company
        if line.is_stocked and not company.rules.update_stock_on_despatch:
            holding = company.stock.holding(line.item_id or 0, line.warehouse_id or 0)
            if holding is not None:
                holding.allocated_orders -= quantity
            company.stock.issue(order, line, quantity, f"invoice {invoice.number}")
        earlier = self.lines.find("order_line_id", line.id)
        whole = line.net - line.document_discount
        if line.invoiced + quantity >= line.quantity:
            net = whole - sum((one.net for one in earlier), ZERO)
            tax = line.tax - sum((one.tax for one in earlier), ZERO)
        else:
            net = rounded(whole * quantity / line.quantity)
            tax = rounded(line.tax * quantity / line.quantity)
        line.invoiced += quantity
        line.updated_at = stamp = company.stamp()
        one = InvoiceLine(
            id=company.ids.next(),
            created_at=stamp,
            updated_at=stamp,
            invoice_id=invoice.id,
            order_line_id=line.id,
            quantity=quantity,
            net=net,
            tax=tax,
            cost=rounded(line.cost * quantity),
        )
        invoice.lines.append(one)
        self.lines.add(one)

    def _post(self, invoice: Invoice, order: Order) -> None:
        company = self._company
        revenue: dict[Target, Decimal] = {}
        taxes: dict[int, TaxShare] = {}
        totals = Totals()
        for one in invoice.lines:
            line = company.orders.lines[one.order_line_id]
            revenue[line.revenue] = revenue.get(line.revenue, ZERO) + one.net
            code = line.tax_code_id or company.tax_code(None).id
            share = taxes.get(code, TaxShare(code, ZERO, ZERO))
            taxes[code] = TaxShare(code, share.goods + one.net, share.tax + one.tax)
            if line.kind == "charge":
                totals.charges += one.net
                totals.charges_tax += one.tax
            else:
                totals.goods += one.net
            totals.net += one.net
            totals.tax += one.tax
        totals.gross = totals.net + totals.tax
        invoice.totals = totals
        posted = company.receivables.post(
            "invoice",
            company.customers.table[order.customer_id],
            day=invoice.date,
            reference=invoice.number,
            second_reference=order.number,
            tax_shares=list(taxes.values()),
            nominal_shares=[NominalShare(target, value, invoice.number) for target, value in revenue.items()],
            exchange_rate=order.exchange_rate,
            source="orders",
        )
        invoice.posted_id = posted.id

    def _settle(self, invoice: Invoice, order: Order) -> None:
        """Set a payment that came with the order against its invoice (contract §9.6)."""
        payment, company = order.payment, self._company
        if payment is None or invoice.posted_id is None or invoice.totals.gross <= 0:
            return
        if payment.posted_id is None:
            company.receivables.receive_with_order(order)
        receipt = company.receivables.table[payment.posted_id or 0]
        value = min(-receipt.outstanding, invoice.totals.gross)
        if value > 0:
            posted = company.receivables.table[invoice.posted_id]
            company.receivables.allocate([(posted, value), (receipt, -value)])
            payment.spent += value

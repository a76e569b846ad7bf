"""The invoice run: what was despatched is invoiced and posted; and credit notes that take it back."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from tidegate_sandbox.erp.company_setup import CompanySetup
from tidegate_sandbox.erp.customers import Customers
from tidegate_sandbox.erp.despatches import Despatches
from tidegate_sandbox.erp.invoice import Invoice, InvoiceLine, InvoiceTie
from tidegate_sandbox.erp.invoice_book import InvoiceBook
from tidegate_sandbox.erp.money import ZERO, rounded
from tidegate_sandbox.erp.nominal import Target
from tidegate_sandbox.erp.order import Order, OrderLine, Totals
from tidegate_sandbox.erp.orders import Orders
from tidegate_sandbox.erp.receivable import NominalShare, TaxShare
from tidegate_sandbox.erp.receivables import Receivables
from tidegate_sandbox.erp.refusal import Refusal
from tidegate_sandbox.erp.stamps import Sequence
from tidegate_sandbox.erp.stock import Stock
from tidegate_sandbox.erp.warehouse import NONE


class Invoices:
    """The invoices of orders of one company."""

    def __init__(
        self,
        company: CompanySetup,
        book: InvoiceBook,
        *,
        stock: Stock,
        customers: Customers,
        receivables: Receivables,
        orders: Orders,
        despatches: Despatches,
        first_number: int = 1,
    ) -> None:
        self._company = company
        self._book = book
        self._stock = stock
        self._customers = customers
        self._receivables = receivables
        self._orders = orders
        self._despatches = despatches
        self._numbers = Sequence(first_number)
        self._credit_numbers = Sequence(1)
        self.table, self.ties, self.lines = book.table, book.ties, book.lines
        self.of_order, self.orders_of, self.credited = book.of_order, book.orders_of, book.credited

    def run(
        self, orders: Iterable[Order] | None = None, *, day: date | None = None, consolidate: bool = False
    ) -> list[Invoice]:
        """Invoice everything despatched and not yet invoiced; one invoice an order, or ``consolidate``: one
        for all orders of an account. Where each despatch is an invoice, one each, else with the first one's number.

        Lines that are not despatched (text, charges, services) go with the first invoice of their order.
        Refusal ``closed_period`` before anything is done.
        """
        company = self._company
        day = day if day is not None else company.today()
        company.calendar.require_open(day)
        together: dict[object, list[tuple[Order, list[tuple[OrderLine, Decimal]]]]] = {}
        made: list[Invoice] = []
        for order in list(self._orders.table if orders is None else orders):
            if company.rules.invoice_by_despatch and not consolidate and order.status == "live":
                made += self._by_despatch(order, day)
            if order.status == "live" and (due := self._due(order)):
                key = (order.customer_id, order.exchange_rate) if consolidate else order.id
                together.setdefault(key, []).append((order, due))
        return made + [self._invoice(pairs, day, number=self._number(pairs)) for pairs in together.values()]

    def _waiting(self, order: Order) -> list[int]:
        """The despatches of an order that are not invoiced."""
        lines = self._despatches.lines.find("order_id", order.id)
        return list(dict.fromkeys(one.despatch_id for one in lines if not one.is_invoiced))

    def _number(self, pairs: list[tuple[Order, list[tuple[OrderLine, Decimal]]]]) -> str:
        """Of the first despatch, where invoices have the numbers of despatches; "": the next one."""
        if not self._company.rules.invoice_by_despatch:
            return ""
        waiting = [id for order, _ in pairs for id in self._waiting(order)]
        return self._despatches.table[waiting[0]].number if waiting else ""

    def _by_despatch(self, order: Order, day: date) -> list[Invoice]:
        """One invoice for each despatch, with its number; what is not despatched goes with the first."""
        made = []
        for id in self._waiting(order):
            despatch = self._despatches.table[id]
            quantities: dict[int, Decimal] = {}
            for line in order.lines:
                if line.has_value and not line.is_stocked and line.invoiced < line.quantity:
                    quantities[line.id] = line.quantity - line.invoiced
            for one in despatch.lines:
                before = quantities.get(one.order_line_id, NONE)
                quantities[one.order_line_id] = before + one.quantity
            made.append(self.make(order, quantities, despatch_ids=[id], day=day, number=despatch.number))
        return made

    def make(
        self,
        order: Order,
        quantities: Mapping[int, Decimal],
        *,
        despatch_ids: Collection[int] = (),
        day: date | None = None,
        number: str = "",
    ) -> Invoice:
        """An invoice of just so much of each line (by line id), for these despatches of the order.

        Refusals ``closed_period``; ``unknown`` for a line; ``invalid`` for stocked goods beyond what was
        despatched, for other lines beyond what was ordered, and for nothing.
        """
        day = day if day is not None else self._company.today()
        self._company.calendar.require_open(day)
        lines = {line.id: line for line in order.lines}
        pairs = []
        for line_id, quantity in quantities.items():
            line = lines.get(line_id)
            if line is None:
                raise Refusal("unknown", "The order line does not exist.", "lines")
            most = line.despatched if line.is_stocked else line.quantity
            if quantity <= 0 or line.invoiced + quantity > most:
                raise Refusal("invalid", "The quantity exceeds what can be invoiced.", "lines")
            pairs.append((line, quantity))
        if not pairs:
            raise Refusal("invalid", "There is nothing to invoice.", "lines")
        return self._invoice([(order, pairs)], day, number=number, despatch_ids=frozenset(despatch_ids))

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

    def _new(
        self, order: Order, day: date, *, number: str = "", is_credit: bool = False, **more: Any
    ) -> Invoice:
        numbering = self._company.numbering
        if is_credit and numbering.credit:
            number = number or numbering.credit.format(self._credit_numbers.next())
        return self._company.new(
            Invoice,
            number=number or numbering.invoice.format(self._numbers.next()),
            is_credit=is_credit,
            order_id=order.id,
            customer_id=order.customer_id,
            date=day,
            exchange_rate=order.exchange_rate,
            **more,
        )

    def _tie(self, invoice: Invoice, order: Order) -> None:
        self.ties.add(self._company.new(InvoiceTie, invoice_id=invoice.id, order_id=order.id))

    def _invoice(
        self,
        pairs: list[tuple[Order, list[tuple[OrderLine, Decimal]]]],
        day: date,
        *,
        number: str = "",
        despatch_ids: frozenset[int] | None = None,
    ) -> Invoice:
        """Make and post an invoice. ``despatch_ids`` are the despatches it is for; None: all that wait."""
        company = self._company
        orders = [order for order, _ in pairs]
        invoice = self._new(orders[0], day, number=number)
        for order, due in pairs:
            for line, quantity in due:
                self._line(invoice, order, line, quantity, self._left_from(line, quantity, despatch_ids))
        self._post(invoice, orders[0].number if len(orders) == 1 else "")
        self.table.add(invoice)
        for order in orders:
            self._tie(invoice, order)
            for one in self._despatches.lines.find("order_id", order.id):
                if not one.is_invoiced and (despatch_ids is None or one.despatch_id in despatch_ids):
                    one.is_invoiced, one.updated_at = True, company.stamp()
                    if one.despatch_id not in invoice.despatch_ids:
                        invoice.despatch_ids.append(one.despatch_id)
            self._settle(invoice, order)
            self._orders.complete_if_done(order)
        return invoice

    def credit(
        self,
        order: Order,
        quantities: Mapping[int, Decimal] | None = None,
        *,
        returned: bool = False,
        day: date | None = None,
        number: str = "",
    ) -> Invoice:
        """A credit note for so much of each invoiced line (by line id); all that is left by default.

        ``returned``: the goods come back into the warehouse of their line. Refusals ``invalid`` for more than
        was invoiced and not yet credited, ``unknown`` for a line, ``closed_period``.
        """
        company = self._company
        day = day if day is not None else company.today()
        company.calendar.require_open(day)
        lines = {line.id: line for line in order.lines}
        left = {id: line.invoiced - self.credited(line) for id, line in lines.items()}
        chosen = {id: left[id] for id in lines if left[id] > 0} if quantities is None else quantities
        for id, quantity in chosen.items():
            if id not in lines:
                raise Refusal("unknown", "The order line does not exist.", "lines")
            if quantity <= 0 or quantity > left[id]:
                raise Refusal("invalid", "The quantity exceeds what was invoiced.", "lines")
        if not chosen:
            raise Refusal("invalid", "There is nothing to credit.", "lines")
        credit = self._new(order, day, is_credit=True, returned=returned, number=number)
        for id, quantity in chosen.items():
            self._credit_line(credit, order, lines[id], rounded(quantity, 5))
        self._post(credit, order.number)
        self.table.add(credit)
        self._tie(credit, order)
        order.updated_at = company.stamp()
        return credit

    def allow(self, order: Order, net: Decimal) -> Invoice:
        """A credit note without pieces: so much off the first invoiced line, and its tax. Refusals as above."""
        company = self._company
        company.calendar.require_open(company.today())
        line = next((line for line in order.lines if line.invoiced > 0), None)
        if line is None:
            raise Refusal("invalid", "There is nothing to credit.", "lines")
        credit = self._new(order, company.today(), is_credit=True, returned=False)
        tax = rounded(line.tax * net / (line.net - line.document_discount))
        self._add_line(credit, line, NONE, net, tax)
        self._post(credit, order.number)
        self.table.add(credit)
        self._tie(credit, order)
        order.updated_at = company.stamp()
        return credit

    def _credit_line(self, credit: Invoice, order: Order, line: OrderLine, quantity: Decimal) -> None:
        whole = line.net - line.document_discount
        share = quantity / line.quantity
        if credit.returned and line.is_stocked:
            self._stock.issue(order, line, -quantity, f"credit note {credit.number}")
        self._add_line(credit, line, quantity, rounded(whole * share), rounded(line.tax * share))

    def _add_line(
        self, invoice: Invoice, line: OrderLine, quantity: Decimal, net: Decimal, tax: Decimal
    ) -> None:
        one = self._company.new(
            InvoiceLine,
            invoice_id=invoice.id,
            order_line_id=line.id,
            order_id=line.order_id,
            quantity=quantity,
            net=net,
            tax=tax,
            cost=rounded(line.cost * quantity),
        )
        invoice.lines.append(one)
        self.lines.add(one)

    def _left_from(
        self, line: OrderLine, quantity: Decimal, despatch_ids: frozenset[int] | None
    ) -> list[tuple[int, Decimal]]:
        """The warehouses that pieces of a line left from, by the despatches that are invoiced; else the line's own."""
        waiting = [
            one
            for one in self._despatches.lines.find("order_id", line.order_id)
            if one.order_line_id == line.id
            and not one.is_invoiced
            and (despatch_ids is None or one.despatch_id in despatch_ids)
        ]
        if sum((one.quantity for one in waiting), NONE) != quantity:
            return [(line.warehouse_id or 0, quantity)]
        return [(one.warehouse_id, one.quantity) for one in waiting]

    def _line(
        self,
        invoice: Invoice,
        order: Order,
        line: OrderLine,
        quantity: Decimal,
        left_from: list[tuple[int, Decimal]],
    ) -> None:
        company = self._company
        if line.is_stocked and not company.rules.update_stock_on_despatch:
            for warehouse_id, part in left_from:
                holding = self._stock.holding(line.item_id or 0, warehouse_id)
                if holding is not None:
                    holding.allocated_orders -= part
                self._stock.issue(order, line, part, f"invoice {invoice.number}", warehouse_id)
        earlier = [one for one in self.lines.find("order_line_id", line.id) if not self._book.is_credit(one)]
        whole = line.net - line.document_discount
        if line.invoiced + quantity >= line.quantity:
            net = whole - sum((one.net for one in earlier), ZERO)
            tax = line.tax - sum((one.tax for one in earlier), ZERO)
        else:
            net = rounded(whole * quantity / line.quantity)
            tax = rounded(line.tax * quantity / line.quantity)
        line.invoiced += quantity
        line.updated_at = company.stamp()
        self._add_line(invoice, line, quantity, net, tax)

    def _post(self, invoice: Invoice, second_reference: str) -> None:
        company = self._company
        revenue: dict[Target, Decimal] = {}
        taxes: dict[int, TaxShare] = {}
        totals = Totals()
        for one in invoice.lines:
            line = self._orders.lines[one.order_line_id]
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
        posted = self._receivables.post(
            "credit_note" if invoice.is_credit else "invoice",
            self._customers.table[invoice.customer_id],
            day=invoice.date,
            reference=invoice.number,
            second_reference=second_reference,
            tax_shares=list(taxes.values()),
            nominal_shares=[NominalShare(target, value, invoice.number) for target, value in revenue.items()],
            exchange_rate=invoice.exchange_rate,
            source="orders",
        )
        invoice.posted_id = posted.id

    def _settle(self, invoice: Invoice, order: Order) -> None:
        """Set a payment that came with the order against its invoice (contract §9.6)."""
        payment = order.payment
        if payment is None or invoice.posted_id is None or invoice.totals.gross <= 0:
            return
        if payment.posted_id is None:
            self._receivables.receive_with_order(order)
        receipt = self._receivables.table[payment.posted_id or 0]
        posted = self._receivables.table[invoice.posted_id]
        value = min(-receipt.outstanding, posted.outstanding)
        if value > 0:
            self._receivables.allocate([(posted, value), (receipt, -value)])
            payment.spent += value

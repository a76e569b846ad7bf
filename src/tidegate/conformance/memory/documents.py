"""Despatches, invoices and credit notes: made by the company's staff, read by the session's desks."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from tidegate.conformance.memory.books import Books
from tidegate.conformance.memory.inside import Inside
from tidegate.conformance.memory.records import Document, Line, Order
from tidegate.domain.books.bookkeeping import EntryKind
from tidegate.domain.delta import Delta
from tidegate.domain.errors import Failure
from tidegate.domain.fulfilment.sage_documents import (
    Despatch,
    DespatchLine,
    InvoiceLine,
    SalesInvoice,
    SalesOrderStatus,
    TrackedParcel,
)
from tidegate.domain.money import ZERO, quotient, rounded, scaled, total
from tidegate.domain.orders.sales_order import SalesLine


class Documents:
    """Makes the documents of orders."""

    def __init__(self, books: Books) -> None:
        self._books = books

    def despatch(
        self,
        order: str,
        quantities: Mapping[str, str] | None = None,
        warehouse: str = "",
        courier: str = "",
        consignment: str = "",
    ) -> dict[str, str]:
        """Despatch these quantities by SKU; without quantities all that is left."""
        found = self._books.order_of(order)
        tick = found.changed = self._books.change()
        lines = []
        for one in found.lines:
            left = one.line.quantity - one.despatched if one.goods else ZERO
            pieces = left if quantities is None else min(left, Decimal(quantities.get(one.line.code, "0")))
            if pieces:
                place = warehouse or one.line.warehouse or "HOME"
                one.despatched += pieces
                self._leave(one.line.code, place, pieces, tick)
                lines.append(DespatchLine(one.id, one.line.line_key, one.line.code, place, pieces))
        number = f"DN{len(self._books.despatches) + 1:06}"
        made = Despatch(
            id=self._books.new_id(),
            number=number,
            day=self._books.clock.now().date(),
            order_id=found.id,
            order_number=found.number,
            order_key=found.key,
            lines=tuple(lines),
            parcels=(TrackedParcel(courier, consignment),) if consignment else (),
        )
        self._books.despatches[number] = Document(made, tick)
        return {"number": number}

    def track(self, despatch: str, consignment: str, courier: str = "") -> None:
        """A despatch gets its tracking number, or another one."""
        found = self._books.despatches[despatch]
        assert isinstance(found.record, Despatch)
        found.record = replace(found.record, parcels=(TrackedParcel(courier, consignment),))
        found.changed = self._books.change()

    def invoice(
        self, consolidate: bool = False, numbers: Collection[str] | None = None
    ) -> list[SalesInvoice]:
        """Whatever left and is not billed yet, of these orders or of all, order by order or together."""
        due = [
            order
            for order in self._books.orders.values()
            if any(one.despatched > one.invoiced for one in order.lines)
            and (numbers is None or order.number in numbers)
        ]
        return [self._bill(orders) for orders in ([due] if consolidate and due else [[one] for one in due])]

    def invoice_whole(self, order: str) -> None:
        """All of an order is billed, and its goods are gone with it."""
        self.despatch(order)
        self._bill([self._books.order_of(order)])

    def credit(
        self, order: str, quantities: Mapping[str, str] | None = None, returned: bool = False
    ) -> dict[str, str]:
        """Credit these invoiced quantities by SKU; without quantities the whole order."""
        found = self._books.order_of(order)
        parts = {one.id: one.invoiced - one.credited for one in found.lines}
        if quantities is not None:
            parts = {one.id: Decimal(quantities.get(one.line.code, "0")) for one in found.lines if one.goods}
        made = self.credit_lines(found, parts, returned=returned)
        return {"number": made.number, "gross": str(made.gross)}

    def credit_lines(
        self, order: Order, quantities: Mapping[str, Decimal], *, returned: bool = False
    ) -> SalesInvoice:
        """Credit these quantities by line id; for goods they are pieces."""
        parts = [(one, pieces) for one in order.lines if (pieces := quantities.get(one.id, ZERO))]
        lines = [_line(order, one, pieces, one.credited) for one, pieces in parts]
        for one, pieces in parts:
            one.credited += pieces
            if returned and one.goods:
                self._leave(one.line.code, one.line.warehouse or "HOME", -pieces, self._books.change())
        return self._document([order], lines, credit=True, returned=returned)

    def allow(self, order: Order, net: Decimal) -> SalesInvoice:
        """Credit an amount of the first invoiced line, and its tax: a credit note without pieces."""
        one = next(each for each in order.lines if each.invoiced)
        tax = rounded(scaled(one.line.tax, quotient(net, one.line.net)), 2)
        line = replace(_line(order, one, ZERO), net=net, tax=tax)
        return self._document([order], [line], credit=True)

    def change(self, document: str, made: SalesInvoice) -> None:
        """What was invoiced or credited is corrected by hand."""
        self._books.invoices[document] = Document(made, self._books.change())

    def _leave(self, sku: str, warehouse: str, pieces: Decimal, tick: int) -> None:
        level = self._books.stock.get((sku, warehouse))
        if level is not None:
            level.on_hand, level.changed = level.on_hand - pieces, tick

    def _bill(self, orders: Sequence[Order]) -> SalesInvoice:
        """Charges and text go with an order's first invoice."""
        lines: list[InvoiceLine] = []
        for order in orders:
            for one in order.lines:
                due = one.despatched if one.goods else one.line.quantity
                if due > one.invoiced:
                    lines.append(_line(order, one, due - one.invoiced, one.invoiced))
                    one.invoiced = due
        made = self._document(orders, lines)
        for order in orders:
            order.changed = self._books.change()
            if order.reached("invoiced") == "full":
                self._books.put(order, SalesOrderStatus.COMPLETE)
        return made

    def _document(
        self,
        orders: Sequence[Order],
        lines: Sequence[InvoiceLine],
        *,
        credit: bool = False,
        returned: bool = False,
    ) -> SalesInvoice:
        net = total(one.net or ZERO for one in lines)
        tax = total(one.tax or ZERO for one in lines)
        number = f"{'CN' if credit else 'IN'}{len(self._books.invoices) + 1:06}"
        kind = EntryKind.CREDIT if credit else EntryKind.INVOICE
        entry = self._books.enter_bill(kind, orders, number, self._revenue(orders, lines), tax)
        made = SalesInvoice(
            id=self._books.new_id(),
            number=number,
            credit=credit,
            day=entry.record.day,
            account=orders[0].account,
            order_ids=tuple(one.id for one in orders),
            order_keys=tuple(one.key for one in orders if one.key),
            net=net,
            tax=tax,
            gross=net + tax,
            currency=orders[0].currency,
            lines=tuple(lines),
            returned=returned,
            bills_others=not all(one.key for one in orders),
        )
        self._books.invoices[number] = Document(made, self._books.change())
        return made

    def _revenue(self, orders: Sequence[Order], lines: Sequence[InvoiceLine]) -> dict[str, Decimal]:
        """Net by nominal account."""
        accounts = {one.id: self._books.revenue_of(one) for order in orders for one in order.lines}
        found: dict[str, Decimal] = {}
        for line in lines:
            account = accounts[line.line_id]
            found[account] = found.get(account, ZERO) + (line.net or ZERO)
        return found


def _line(order: Order, one: Line, pieces: Decimal, before: Decimal = ZERO) -> InvoiceLine:
    """Part of a line with its amounts; `before` pieces are on earlier documents, so that all add up to the line."""
    asked = one.line
    net, tax = (
        _part(each, before + pieces, asked) - _part(each, before, asked) for each in (asked.net, asked.tax)
    )
    return InvoiceLine(
        one.id, asked.line_key, asked.code if one.goods else "", pieces, net, tax, order_key=order.key
    )


def _part(amount: Decimal, pieces: Decimal, asked: SalesLine) -> Decimal:
    return rounded(scaled(amount, quotient(pieces, asked.quantity)), 2)


class Despatches:
    """Despatches of orders with our key."""

    def __init__(self, company: Inside) -> None:
        self._company = company

    def read(self, since: str | None) -> Delta[Despatch] | Failure:
        """The records that changed since a cursor, which is the tick of the last change."""
        return self._company.calls_made.read("read despatches", lambda: self._changed(since))

    def _changed(self, since: str | None) -> Delta[Despatch]:
        books = self._company.books
        record = [
            one.record for one in books.despatches.values() if since is None or one.changed > int(since)
        ]
        ours = [one for one in record if isinstance(one, Despatch) and one.order_key]
        return Delta(tuple(ours), str(books.tick), full=since is None)


class Invoices:
    """Invoices and credit notes of orders with our key."""

    def __init__(self, company: Inside) -> None:
        self._company = company

    def read(self, since: str | None) -> Delta[SalesInvoice] | Failure:
        """The records that changed since a cursor, which is the tick of the last change."""
        return self._company.calls_made.read("read invoices", lambda: self._changed(since))

    def _changed(self, since: str | None) -> Delta[SalesInvoice]:
        books = self._company.books
        record = [one.record for one in books.invoices.values() if since is None or one.changed > int(since)]
        ours = [one for one in record if isinstance(one, SalesInvoice) and one.order_keys]
        switches = self._company.switches
        if not switches.states_charges:
            ours = [replace(one, lines=tuple(_untold(line) for line in one.lines)) for one in ours]
        if not switches.states_amounts:
            ours = [
                replace(one, lines=tuple(replace(line, net=None, tax=None) for line in one.lines))
                for one in ours
            ]
        return Delta(tuple(ours), str(books.tick), full=since is None)


def _untold(line: InvoiceLine) -> InvoiceLine:
    return line if line.line_key else replace(line, order_key="")

"""Despatches, invoices and credit notes: made by the company's people, read at their desks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from tidegate.conformance.memory.books import Books, Document, Line, Order
from tidegate.conformance.memory.inside import Inside
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
from tidegate.domain.money import ZERO, product, quotient, rounded, total


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
        """So many pieces by SKU leave; without quantities all that are left."""
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

    def invoice(self, consolidate: bool = False) -> None:
        """Whatever left and is not billed yet, order by order or together."""
        due = [
            order
            for order in self._books.orders.values()
            if any(one.despatched > one.invoiced for one in order.lines)
        ]
        for orders in [due] if consolidate and due else [[one] for one in due]:
            self._bill(orders)

    def invoice_whole(self, order: str) -> None:
        """All of an order is billed, and its goods are gone with it."""
        self.despatch(order)
        self._bill([self._books.order_of(order)])

    def credit(
        self, order: str, quantities: Mapping[str, str] | None = None, returned: bool = False
    ) -> dict[str, str]:
        """So many invoiced pieces by SKU are credited; without quantities the whole order."""
        found = self._books.order_of(order)
        parts = [
            (one, one.invoiced if quantities is None else Decimal(quantities.get(one.line.code, "0")))
            for one in found.lines
            if one.goods
        ]
        if quantities is None:
            parts += [(one, one.line.quantity) for one in found.lines if not one.goods]
        made = self._document([found], [part for part in parts if part[1]], credit=True, returned=returned)
        if returned:
            for one, pieces in parts:
                self._leave(one.line.code, one.line.warehouse or "HOME", -pieces, self._books.change())
        return {"number": made.number, "gross": str(made.gross)}

    def _leave(self, sku: str, warehouse: str, pieces: Decimal, tick: int) -> None:
        level = self._books.stock.get((sku, warehouse))
        if level is not None:
            level.on_hand, level.changed = level.on_hand - pieces, tick

    def _bill(self, orders: Sequence[Order]) -> None:
        """Charges and text go with an order's first invoice."""
        parts: list[tuple[Line, Decimal]] = []
        for order in orders:
            first = order.reached("invoiced") == "none"
            for one in order.lines:
                pieces = one.despatched - one.invoiced if one.goods else one.line.quantity * int(first)
                if pieces:
                    parts.append((one, pieces))
        self._document(orders, parts)
        for order in orders:
            for one in order.lines:
                one.invoiced = one.despatched
            order.changed = self._books.change()
            if order.reached("invoiced") == "full":
                order.status = SalesOrderStatus.COMPLETE

    def _document(
        self,
        orders: Sequence[Order],
        parts: Sequence[tuple[Line, Decimal]],
        *,
        credit: bool = False,
        returned: bool = False,
    ) -> SalesInvoice:
        lines = [_line(one, pieces) for one, pieces in parts]
        net = total(one.net or ZERO for one in lines)
        tax = total(one.tax or ZERO for one in lines)
        number = f"{'CN' if credit else 'IN'}{len(self._books.invoices) + 1:06}"
        kind = EntryKind.CREDIT if credit else EntryKind.INVOICE
        entry = self._books.enter_bill(kind, orders, number, net, tax)
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
        )
        self._books.invoices[number] = Document(made, self._books.change())
        return made


def _line(one: Line, pieces: Decimal) -> InvoiceLine:
    part = quotient(pieces, one.line.quantity)
    net, tax = (rounded(product(each, part), 2) for each in (one.line.net, one.line.tax))
    return InvoiceLine(one.id, one.line.line_key, one.line.code, pieces, net, tax)


class Despatches:
    """Despatches of orders with our key."""

    def __init__(self, company: Inside) -> None:
        self._company = company

    def read(self, since: str | None) -> Delta[Despatch] | Failure:
        """By the tick of their last change."""
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
        """By the tick of their last change."""
        return self._company.calls_made.read("read invoices", lambda: self._changed(since))

    def _changed(self, since: str | None) -> Delta[SalesInvoice]:
        books = self._company.books
        record = [one.record for one in books.invoices.values() if since is None or one.changed > int(since)]
        ours = [one for one in record if isinstance(one, SalesInvoice) and one.order_keys]
        return Delta(tuple(ours), str(books.tick), full=since is None)

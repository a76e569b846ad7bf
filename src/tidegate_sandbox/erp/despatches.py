"""Despatching orders, in one go or in parts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from tidegate_sandbox.erp.company_setup import CompanySetup
from tidegate_sandbox.erp.despatch import Despatch, DespatchLine
from tidegate_sandbox.erp.money import rounded
from tidegate_sandbox.erp.order import Order, OrderLine
from tidegate_sandbox.erp.orders import Orders
from tidegate_sandbox.erp.refusal import Refusal
from tidegate_sandbox.erp.stamps import Sequence
from tidegate_sandbox.erp.stock import Stock
from tidegate_sandbox.erp.table import Table


class Despatches:
    """The despatches of one company."""

    def __init__(self, company: CompanySetup, stock: Stock, orders: Orders) -> None:
        self._company = company
        self._stock = stock
        self._orders = orders
        self._numbers = Sequence(1)
        self.table: Table[Despatch] = Table(order_id=lambda one: one.order_id, number=lambda one: one.number)
        self.lines: Table[DespatchLine] = Table(
            order_id=lambda one: one.order_id, despatch_id=lambda one: one.despatch_id
        )

    def confirm(
        self,
        order: Order,
        quantities: Mapping[int, Decimal] | None = None,
        *,
        day: date | None = None,
        courier_id: int | None = None,
        consignment: str = "",
        pieces: int | None = None,
        weight: Decimal | None = None,
        notes: str = "",
        user: str = "",
        warehouse_id: int | None = None,
        number: str = "",
    ) -> Despatch:
        """Despatch so much of each line (by line id); without quantities, everything that stock is there for.

        ``warehouse_id`` is where all of it leaves from, when that is not where the lines say. All of it or nothing. Refusal ``invalid`` for an order that is not live, or more than is outstanding
        or in stock; ``unknown`` for a line or courier that does not exist; ``closed_period``.
        """
        company = self._company
        if order.status != "live":
            raise Refusal("invalid", "Only live orders can be despatched.", "order")
        if courier_id is not None and courier_id not in company.couriers:
            raise Refusal("unknown", "The courier does not exist.", "courier_id")
        day = day if day is not None else company.today()
        company.calendar.require_open(day)
        company.calendar.require_open(company.today())
        if warehouse_id is not None:
            chosen = self._elsewhere(order, quantities or {}, warehouse_id)
        else:
            chosen = self._available(order) if quantities is None else self._checked(order, quantities)
        if not chosen:
            raise Refusal("invalid", "There is nothing to despatch.", "items")
        stamp = company.stamp()
        despatch = Despatch(
            id=company.ids.next(),
            created_at=stamp,
            updated_at=stamp,
            number=number or company.numbering.despatch.format(self._numbers.next()),
            order_id=order.id,
            date=day,
            user=user or company.user,
            courier_id=courier_id,
            consignment=consignment,
            pieces=pieces,
            weight=weight,
            notes=notes,
        )
        self.table.add(despatch)
        for line, quantity in chosen:
            self._send(despatch, order, line, quantity, warehouse_id or line.warehouse_id or 0)
        self._orders.complete_if_done(order)
        return despatch

    def available(self, line: OrderLine) -> Decimal:
        """What of a line can be despatched now: promised to it, or free."""
        if not line.is_stocked:
            return line.quantity - line.despatched if self._goes_along(line) else line.outstanding
        holding = self._stock.holding(line.item_id or 0, line.warehouse_id or 0)
        free = holding.free if holding is not None else Decimal(0)
        return min(line.outstanding, line.allocated + max(free, Decimal(0)))

    def _goes_along(self, line: OrderLine) -> bool:
        """Whether a line without stock is despatched with the goods."""
        return self._company.rules.despatch_services and line.kind == "item" and not line.is_stocked

    def _available(self, order: Order) -> list[tuple[OrderLine, Decimal]]:
        pairs = []
        for line in order.lines:
            if line.is_stocked and line.outstanding > line.allocated:
                self._stock.allocate(line, line.outstanding - line.allocated)
            if line.allocated > 0:
                pairs.append((line, line.allocated))
            elif self._goes_along(line) and line.quantity > line.despatched:
                pairs.append((line, line.quantity - line.despatched))
        return pairs

    def _checked(self, order: Order, quantities: Mapping[int, Decimal]) -> list[tuple[OrderLine, Decimal]]:
        lines = {line.id: line for line in order.lines}
        chosen = []
        for line_id, asked in quantities.items():
            line = lines.get(line_id)
            if line is None:
                raise Refusal("unknown", "The order line does not exist.", "items")
            quantity = rounded(asked, 5)
            if quantity <= 0 or quantity > self.available(line):
                raise Refusal("invalid", "The quantity exceeds what is available for despatch.", "items")
            chosen.append((line, quantity))
        for line, quantity in chosen:
            if line.is_stocked and quantity > line.allocated:
                self._stock.allocate(line, quantity - line.allocated)
                if quantity > line.allocated:
                    raise Refusal("invalid", "The quantity exceeds what is available for despatch.", "items")
        return chosen

    def _elsewhere(
        self, order: Order, quantities: Mapping[int, Decimal], warehouse_id: int
    ) -> list[tuple[OrderLine, Decimal]]:
        """Quantities that leave from another warehouse than their lines'; only free stock of it can."""
        company = self._company
        if not company.rules.update_stock_on_despatch and not company.rules.invoice_by_despatch:
            raise Refusal("invalid", "Stock falls at invoicing, where the line says.", "warehouse")
        lines = {line.id: line for line in order.lines}
        chosen = []
        for line_id, asked in quantities.items():
            line, quantity = lines.get(line_id), rounded(asked, 5)
            if line is None:
                raise Refusal("unknown", "The order line does not exist.", "items")
            holding = self._stock.holding(line.item_id or 0, warehouse_id)
            free = holding.free if holding is not None else Decimal(0)
            if line.warehouse_id == warehouse_id:
                free += line.allocated
            if quantity <= 0 or quantity > min(line.outstanding, free):
                raise Refusal("invalid", "The quantity exceeds what is available for despatch.", "items")
            chosen.append((line, quantity))
        return chosen

    def _send(
        self, despatch: Despatch, order: Order, line: OrderLine, quantity: Decimal, warehouse_id: int
    ) -> None:
        company = self._company
        if line.is_stocked and company.rules.update_stock_on_despatch:
            self._stock.release(line, min(quantity, line.allocated))
            self._stock.issue(order, line, quantity, f"despatch {despatch.number}", warehouse_id)
        elif line.is_stocked and warehouse_id != line.warehouse_id:
            self._stock.promise_elsewhere(line, quantity, warehouse_id)
        elif line.is_stocked:
            line.allocated -= quantity
        line.despatched += quantity
        line.updated_at = stamp = company.stamp()
        one = DespatchLine(
            id=company.ids.next(),
            created_at=stamp,
            updated_at=stamp,
            despatch_id=despatch.id,
            order_id=order.id,
            order_line_id=line.id,
            warehouse_id=warehouse_id,
            quantity=quantity,
        )
        despatch.lines.append(one)
        self.lines.add(one)

    def track(self, despatch: Despatch, *, courier_id: int | None, consignment: str) -> None:
        """Give a despatch another courier and tracking number. Refusal ``unknown`` for the courier."""
        if courier_id is not None and courier_id not in self._company.couriers:
            raise Refusal("unknown", "The courier does not exist.", "courier_id")
        despatch.courier_id, despatch.consignment = courier_id, consignment
        self.touched(despatch)

    def touched(self, despatch: Despatch) -> None:
        """Call after a change of tracking details: its lines show it, too."""
        despatch.updated_at = self._company.stamp()
        for line in despatch.lines:
            line.updated_at = self._company.stamp()

"""Stock: the quantities in warehouses, what is allocated to order lines, and every movement."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from tidegate_sandbox.erp.company_setup import CompanySetup
from tidegate_sandbox.erp.item import Item
from tidegate_sandbox.erp.journal import Ledger
from tidegate_sandbox.erp.money import rounded
from tidegate_sandbox.erp.order import Order, OrderLine
from tidegate_sandbox.erp.refusal import Refusal
from tidegate_sandbox.erp.table import Table
from tidegate_sandbox.erp.warehouse import NONE, Holding


@dataclass(frozen=True, slots=True)
class Movement:
    """One change of an item's quantity in a warehouse."""

    at: datetime
    item_id: int
    warehouse_id: int
    quantity: Decimal
    reason: str


class Stock:
    """The holdings of one company: one for each item and each warehouse that keeps it."""

    def __init__(self, company: CompanySetup, ledger: Ledger) -> None:
        self._company = company
        self._ledger = ledger
        self.holdings: Table[Holding] = Table(
            item_id=lambda holding: holding.item_id,
            warehouse_id=lambda holding: holding.warehouse_id,
        )
        self.movements: list[Movement] = []
        self._by_place: dict[tuple[int, int], Holding] = {}

    def keep(self, item_id: int, warehouse_id: int) -> Holding:
        """Start to keep an item in a warehouse. Refusal ``duplicate`` when it is already kept there."""
        if (item_id, warehouse_id) in self._by_place:
            raise Refusal("duplicate", "The item is already held in this warehouse.", "warehouse_id")
        company = self._company
        stamp = company.stamp()
        holding = Holding(
            id=company.ids.next(),
            created_at=stamp,
            updated_at=stamp,
            warehouse_id=warehouse_id,
            item_id=item_id,
        )
        self._by_place[item_id, warehouse_id] = holding
        return self.holdings.add(holding)

    def drop(self, holding: Holding) -> None:
        """Stop keeping an item in a warehouse.

        Refusal ``forbidden`` while any is on hand, allocated or on order.
        """
        if holding.on_hand or holding.allocated or holding.on_order:
            raise Refusal("forbidden", "The holding is in use.")
        del self._by_place[holding.item_id, holding.warehouse_id]
        self.holdings.remove(holding)

    def holding(self, item_id: int, warehouse_id: int) -> Holding | None:
        """The holding of an item in a warehouse; None where the warehouse does not keep it."""
        return self._by_place.get((item_id, warehouse_id))

    def of_item(self, item_id: int) -> list[Holding]:
        """All holdings of an item."""
        return self.holdings.find("item_id", item_id)

    def free(self, item_id: int) -> Decimal:
        """Free stock of an item in all warehouses."""
        return sum((holding.free for holding in self.of_item(item_id)), NONE)

    def move(self, item_id: int, warehouse_id: int, quantity: Decimal, reason: str) -> Holding:
        """Add a quantity (negative: take it) to an item's stock in a warehouse.

        Refusal ``invalid`` when the warehouse does not keep the item, or when stock would fall below zero and the
        company forbids that.
        """
        holding = self._by_place.get((item_id, warehouse_id))
        if holding is None:
            raise Refusal("invalid", "The item is not held in this warehouse.", "warehouse_id")
        if holding.confirmed + quantity < 0 and not self._company.rules.stock_below_zero:
            raise Refusal("invalid", "There is not enough stock.", "quantity")
        holding.confirmed = rounded(holding.confirmed + quantity, 5)
        holding.updated_at = at = self._company.stamp()
        self.movements.append(Movement(at, item_id, warehouse_id, quantity, reason))
        return holding

    def allocate(self, line: OrderLine, wanted: Decimal) -> Decimal:
        """Allocate up to ``wanted`` of the free stock to an order line; the quantity that was allocated."""
        holding = self._line_holding(line)
        allocated = max(NONE, min(wanted, holding.free))
        if allocated > 0:
            self._promise(holding, line, allocated)
        return allocated

    def release(self, line: OrderLine, quantity: Decimal | None = None) -> None:
        """Take back the allocation of an order line: up to a quantity, or all of it."""
        taken = line.allocated if quantity is None else min(quantity, line.allocated)
        if taken > 0:
            self._promise(self._line_holding(line), line, -taken)

    def _promise(self, holding: Holding, line: OrderLine, quantity: Decimal) -> None:
        holding.allocated_orders += quantity
        line.allocated += quantity
        holding.updated_at = line.updated_at = self._company.stamp()

    def _line_holding(self, line: OrderLine) -> Holding:
        holding = self._by_place.get((line.item_id or 0, line.warehouse_id or 0))
        if holding is None:
            raise Refusal("invalid", "The item is not held in this warehouse.", "warehouse_id")
        return holding

    def promise_elsewhere(self, line: OrderLine, quantity: Decimal, warehouse_id: int) -> None:
        """Move an allocation of a line to another warehouse, from which the goods leave when they are invoiced."""
        self.release(line, min(quantity, line.allocated))
        holding = self.holding(line.item_id or 0, warehouse_id)
        if holding is not None:
            holding.allocated_orders += quantity

    def issue(
        self, order: Order, line: OrderLine, quantity: Decimal, reason: str, warehouse_id: int | None = None
    ) -> None:
        """Take goods of an order line out of stock (negative: back in), by default in the line's warehouse.

        Posts cost of sales when the company's rules say so.
        """
        company = self._company
        item: Item = company.items[line.item_id or 0]
        self.move(item.id, warehouse_id or line.warehouse_id or 0, -quantity, reason)
        value = rounded(item.cost * quantity)
        if company.rules.post_cost_of_sales and value:
            self._ledger.post(
                company.today(),
                "stock",
                order.number,
                [(item.cost_of_sales, value, item.code), (item.stock, -value, item.code)],
            )

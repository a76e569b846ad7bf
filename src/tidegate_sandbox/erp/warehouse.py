"""Warehouses and what lies in them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from tidegate_sandbox.erp.record import Record

NONE = Decimal("0.00000")


@dataclass(slots=True, kw_only=True, eq=False)
class Warehouse(Record):
    """A place where stock lies."""

    name: str
    description: str = ""
    sells: bool = True  #: sales orders may take from it


@dataclass(slots=True, kw_only=True, eq=False)
class Holding(Record):
    """One item in one warehouse (contract §9.4)."""

    warehouse_id: int
    item_id: int
    confirmed: Decimal = NONE
    unconfirmed: Decimal = NONE
    reserved: Decimal = NONE
    on_order: Decimal = NONE  #: on purchase orders
    allocated_orders: Decimal = NONE
    allocated_stock: Decimal = NONE
    allocated_assembly: Decimal = NONE
    reorder_level: Decimal = NONE
    minimum_level: Decimal = NONE
    maximum_level: Decimal = NONE

    @property
    def on_hand(self) -> Decimal:
        """Confirmed and unconfirmed stock."""
        return self.confirmed + self.unconfirmed

    @property
    def allocated(self) -> Decimal:
        """What is promised, to whomever."""
        return self.allocated_orders + self.allocated_stock + self.allocated_assembly

    @property
    def free(self) -> Decimal:
        """On hand less allocated."""
        return self.on_hand - self.allocated

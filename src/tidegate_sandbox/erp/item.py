"""Items, their groups and units."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from tidegate_sandbox.erp.nominal import Target
from tidegate_sandbox.erp.record import Record

ItemKind = Literal["stock", "service", "misc"]
Traceable = Literal["none", "batch", "serial"]


@dataclass(slots=True, kw_only=True, eq=False)
class Unit(Record):
    """A unit of measure."""

    name: str
    multiple: Decimal = Decimal(1)


@dataclass(slots=True, kw_only=True, eq=False)
class ItemGroup(Record):
    """A group of items; it decides whether they are stocked and where they are posted."""

    code: str
    description: str
    kind: ItemKind
    unit_id: int
    stock: Target
    revenue: Target
    cost_of_sales: Target


@dataclass(slots=True, kw_only=True, eq=False)
class Item(Record):
    """Something that is sold; its code is the SKU."""

    code: str
    name: str
    group_id: int
    kind: ItemKind
    tax_code_id: int
    unit_id: int
    stock: Target
    revenue: Target
    cost_of_sales: Target
    cost: Decimal = Decimal("0.00000")
    description: str = ""
    barcode: str = ""
    weight: Decimal = Decimal("0.0000")
    is_active: bool = True
    inactive_since: date | None = None
    is_sold: bool = True  #: may stand on a sales order
    traceable: Traceable = "none"
    from_single_batch: bool = False
    batches: dict[str, Decimal] | None = None  #: what each batch or serial number holds

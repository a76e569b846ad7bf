"""Despatches: goods that left."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date as Day
from decimal import Decimal

from tidegate_sandbox.erp.record import Record


@dataclass(slots=True, kw_only=True, eq=False)
class DespatchLine(Record):
    """So much of one order line, in one despatch."""

    despatch_id: int
    order_id: int
    order_line_id: int
    warehouse_id: int  #: where it left from, whatever the order's line says
    quantity: Decimal
    is_invoiced: bool = False


@dataclass(slots=True, kw_only=True, eq=False)
class Despatch(Record):
    """A despatch of one order."""

    number: str
    order_id: int
    date: Day
    user: str
    courier_id: int | None = None
    consignment: str = ""
    pieces: int | None = None
    weight: Decimal | None = None
    notes: str = ""
    lines: list[DespatchLine] = field(default_factory=list)

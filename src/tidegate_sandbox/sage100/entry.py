"""An invoice in data entry: between picking and the sales journal nothing but this exists (contract section 8)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any


@dataclass
class InvoiceEntry:
    """S/O invoice or shipping data entry of one order. Stock falls and history appears when it is posted."""

    invoice: str
    order: str
    quantities: dict[int, Decimal]  #: by the kernel's line id
    day: date
    ship_via: str = ""
    batch: str = ""
    shipper: str = "WHS"
    packages: list[str] = field(default_factory=list)  #: tracking numbers, in the order of the packages
    warehouses: dict[int, str] = field(default_factory=dict)  #: line id -> where it left from, if elsewhere
    despatch: Any = None  #: the kernel's record of it, where there is one

"""What the company has of one product in one warehouse, and what of it the web orders hold."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class StockLevel:
    """Pieces in stock units. `allocated` is what open orders of every channel hold."""

    sku: str  #: the company's code
    warehouse: str
    on_hand: Decimal
    allocated: Decimal


@dataclass(frozen=True, slots=True)
class WebLine:
    """One line of a sales order that carries our key, as the company has it now. Pieces in stock units.

    `order_key` and `line_key` are what we stored with the order (`magento:main:213`, `item:551`).
    """

    order_id: str
    order_number: str
    order_key: str
    line_id: str
    line_key: str
    sku: str
    warehouse: str
    ordered: Decimal
    allocated: Decimal
    despatched: Decimal
    invoiced: Decimal
    live: bool = True  #: false once the order is cancelled or complete
    unreadable: str = ""  #: why its pieces are not known; the figures then mean nothing

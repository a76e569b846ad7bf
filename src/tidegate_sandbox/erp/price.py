"""Price lists, the prices on them, and discounts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

from tidegate_sandbox.erp.record import Record


@dataclass(slots=True, kw_only=True, eq=False)
class PriceList(Record):
    """A price list. One of them is the standard list, which others may refer to item by item."""

    name: str
    description: str
    currency_id: int
    is_standard: bool = False
    kind: Literal["universal", "limited"] = "universal"
    is_active: bool = True
    active_from: datetime | None = None
    active_to: datetime | None = None


@dataclass(slots=True, kw_only=True, eq=False)
class Price(Record):
    """The price of an item on a list; ``uses_standard`` means that of the standard list."""

    item_id: int
    price_list_id: int
    amount: Decimal
    uses_standard: bool = False


@dataclass(slots=True, kw_only=True, eq=False)
class Discount(Record):
    """So many per cent off, from a quantity on; None means any customer, list, item or group."""

    percent: Decimal
    minimum: Decimal = Decimal(0)
    customer_id: int | None = None
    price_list_id: int | None = None
    item_id: int | None = None
    group_id: int | None = None

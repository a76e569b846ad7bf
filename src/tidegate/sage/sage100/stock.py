"""Stock by item and warehouse. Source: contract §6.3, §7.3.

On hand falls when the sales journal is posted, not before; what open orders hold is what Sage takes off for its own
"available", in shipping included. Stamps are not trusted: stock is read whole, and an unchanged snapshot reports
nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from tidegate.domain.delta import Delta
from tidegate.domain.errors import Code, Failure
from tidegate.domain.money import ZERO
from tidegate.domain.stock.stock_level import StockLevel
from tidegate.sage.sage100.client import Query, Sage100Client
from tidegate.sage.sage100.reference import Reference
from tidegate.sage.sage100.rows import Row, each, figure_of, name_of, number_of, text_of
from tidegate.sage.sage100.settings import Sage100Settings
from tidegate.sage.sage100.wire_names import FOR_WORK_ORDERS, HOLDING, IN_SHIPPING, ON_HAND, STOCK

COLUMNS = ("ItemCode", "WarehouseCode", ON_HAND, *HOLDING, FOR_WORK_ORDERS, IN_SHIPPING)


class Stock:
    """Stock levels."""

    def __init__(self, client: Sage100Client, reference: Reference, company: Sage100Settings) -> None:
        self._client = client
        self._reference = reference
        self._held = [
            *HOLDING,
            *((FOR_WORK_ORDERS,) if company.holds_for_work_orders else ()),
            *((IN_SHIPPING,) if company.holds_in_shipping else ()),
        ]

    def read(self, since: str | None, warehouses: Sequence[str] = ()) -> Delta[StockLevel] | Failure:
        """All levels of these warehouses; none when nothing is different from what the cursor has seen."""
        if warehouses:
            known = self._reference.warehouses()
            if isinstance(known, Failure):
                return known
            for name in warehouses:
                if name not in known:
                    text = f"Sage has no warehouse {name!r}"
                    return Failure(Code.UNKNOWN_REFERENCE, text, missing=f"warehouse:{name}", sent=False)
        where: Query = [("WarehouseCode", name) for name in dict.fromkeys(warehouses)]
        read = self._client.rows(STOCK, COLUMNS, where=where)
        if isinstance(read, Failure):
            return read
        levels, bad = each(read[0], self._level, lambda row: text_of(row, "ItemCode") or "stock of no item")
        text = "\n".join(sorted(f"{one}" for one in (*levels, *bad)))
        cursor = hashlib.sha256(text.encode()).hexdigest()[:32]
        if cursor == since:
            return Delta((), cursor)
        return Delta(tuple(levels), cursor, full=True, bad=tuple(bad))

    def _level(self, row: Row) -> StockLevel:
        return StockLevel(
            sku=name_of(row, "ItemCode"),
            warehouse=name_of(row, "WarehouseCode"),
            on_hand=figure_of(row, ON_HAND),
            allocated=sum((number_of(row, name) or ZERO for name in self._held), ZERO),
        )

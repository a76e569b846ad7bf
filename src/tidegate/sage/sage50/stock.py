"""What can be sold of each article, as the products file states it.

Source: contract §10, §12. The file has one figure for an article: what can be sold now, over all warehouses, less what
Sage 50 holds for the orders that it has. An article without one is not stocked, and left alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from tidegate.domain.delta import Delta
from tidegate.domain.errors import Code, Failure
from tidegate.domain.stock.stock_level import StockLevel
from tidegate.reading.document import Unreadable
from tidegate.sage.sage50.articles import Articles, readable_sku, sku_of
from tidegate.sage.sage50.fields import Record, figure_of

#: More pieces of one article cannot be real.
MOST_PIECES = Decimal(10) ** 9


class Stock:
    """The stock of one company; it has one place, which the settings name."""

    def __init__(self, articles: Articles, warehouse: str) -> None:
        self._articles = articles
        self._warehouse = warehouse

    def read(self, since: str | None, warehouses: Sequence[str] = ()) -> Delta[StockLevel] | Failure:
        """Levels of every article that is stocked, where the file is a new one."""
        for name in warehouses:
            if name.strip().upper() != self._warehouse.upper():
                text = (
                    "Sage 50 states no stock by warehouse: its one figure belongs to the warehouse "
                    f"{self._warehouse!r}"
                )
                return Failure(Code.UNKNOWN_REFERENCE, text, missing=f"warehouse:{name}", sent=False)
        read = self._articles.records.read(since)
        if isinstance(read, Failure):
            return read
        levels, bad = read.rows(self._level, sku_of, only=lambda record: record.get("stock") is not None)
        return Delta(levels, read.cursor, full=read.new, bad=bad, as_of=read.as_of)

    def _level(self, record: Record) -> StockLevel:
        pieces = figure_of(record, "stock")
        if abs(pieces) >= MOST_PIECES:
            raise Unreadable(f"{pieces} is out of range", "stock")
        return StockLevel(readable_sku(record), self._warehouse, on_hand=pieces, allocated=Decimal(0))

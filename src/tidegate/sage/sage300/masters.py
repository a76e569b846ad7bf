"""Products as the company keeps them (contract §13). What they cost is kept by location, and not reported here."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from tidegate.domain.delta import Delta
from tidegate.domain.errors import Failure
from tidegate.domain.masters.master import ProductRecord
from tidegate.sage.sage300.client import Sage300Client
from tidegate.sage.sage300.deltas import Stream, changes
from tidegate.sage.sage300.rows import Row, each, flag_of, name_of, number_of, text_of
from tidegate.sage.sage300.wire_names import BARCODE, ITEM, ITEM_KEY, ITEM_NAME, WEIGHT

STREAM = Stream("ICItems", ("DateLastMaintained",), name=ITEM_KEY)


class Products:
    """Reads products."""

    def __init__(self, client: Sage300Client, today: Callable[[], date]) -> None:
        self._client = client
        self._today = today

    def read(self, since: str | None) -> Delta[ProductRecord] | Failure:
        """Items that changed since the cursor."""
        found = changes(self._client, STREAM, since, self._today())
        if isinstance(found, Failure):
            return found
        made, bad = each(found.rows, _product, lambda row: text_of(row, ITEM_KEY))
        return Delta(tuple(made), found.parking(one.name for one in bad), found.full, tuple(bad))


def _product(row: Row) -> ProductRecord:
    return ProductRecord(
        id=name_of(row, ITEM_KEY),
        sku=name_of(row, ITEM),
        name=text_of(row, ITEM_NAME),
        active=not flag_of(row, "Inactive"),
        sellable=flag_of(row, "Sellable"),
        stocked=flag_of(row, "StockItem"),
        weight=number_of(row, WEIGHT),
        group=text_of(row, "CategoryCode"),
        barcode=text_of(row, BARCODE),
    )

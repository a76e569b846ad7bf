"""Products as the business keeps them: stock items, products and services, three lists under one cursor (contract §7)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

import msgspec

from tidegate.domain.bad_row import BadRow
from tidegate.domain.delta import Delta
from tidegate.domain.errors import Failure
from tidegate.domain.masters.master import ProductRecord
from tidegate.sage.business_cloud.client import BusinessCloudClient
from tidegate.sage.business_cloud.deltas import Stream, changes
from tidegate.sage.business_cloud.reference import ALL
from tidegate.sage.business_cloud.rows import Row, each, id_of, name_of, number_of, text_of
from tidegate.sage.business_cloud.wire_names import STOCK_ITEM

LISTED = (Stream("stock_items", ALL), Stream("products", ALL), Stream("services", ALL))
TITLES = {"stock_items": "Stock items", "products": "Products", "services": "Services"}


class Products:
    """Reads products; one of two lists is reported once."""

    def __init__(self, client: BusinessCloudClient, now: Callable[[], datetime]) -> None:
        self._client = client
        self._now = now

    def read(self, since: str | None) -> Delta[ProductRecord] | Failure:
        """Items that changed since the cursor, inactive ones included."""
        before = _cursors(since)
        made: dict[str, ProductRecord] = {}
        bad: list[BadRow] = []
        cursors: list[str] = []
        full = True
        for stream, cursor in zip(LISTED, before, strict=True):
            found = changes(self._client, stream, cursor, self._now())
            if isinstance(found, Failure):
                return found
            rows = [row for row in found.rows if not _is_stock_item(row, stream.resource)]
            rows_made, broken = each(rows, _maker(stream.resource), lambda row: text_of(row, "displayed_as"))
            for one in rows_made:
                made.setdefault(one.id, one)
            ids = {one.id for one in rows_made}
            cursors.append(found.parking(text_of(row, "id") for row in rows if text_of(row, "id") not in ids))
            bad += broken
            full = full and found.full
        return Delta(tuple(made.values()), msgspec.json.encode(cursors).decode(), full, tuple(bad))


def _is_stock_item(row: Row, resource: str) -> bool:
    """Whether a row of the products is a stock item, which the list of stock items shows better."""
    return resource == "products" and id_of(row, "catalog_item_type") == STOCK_ITEM


def _maker(resource: str) -> Callable[[Row], ProductRecord]:
    def make(row: Row) -> ProductRecord:
        return ProductRecord(
            id=name_of(row, "id"),
            sku=name_of(row, "item_code"),
            name=text_of(row, "description"),
            active=row.get("active") is not False,
            stocked=resource == "stock_items",
            weight=number_of(row, "weight"),
            cost=number_of(row, "cost_price"),
            group=TITLES[resource],
            barcode=text_of(row, "barcode"),
            tax_code=id_of(row, "sales_tax_rate"),
        )

    return make


def _cursors(since: str | None) -> Sequence[str | None]:
    if since:
        try:
            found = msgspec.json.decode(since, type=list[str])
            if len(found) == len(LISTED):
                return found
        except msgspec.MsgspecError:
            pass
    return [None] * len(LISTED)

"""Products as the company keeps them (contract §7.4). Descriptions have 30 characters: they are no product names.

The weight is a text in the site's own unit, and not read.
"""

from __future__ import annotations

from tidegate.domain.delta import Delta
from tidegate.domain.errors import Failure
from tidegate.domain.masters.master import ProductRecord
from tidegate.sage.sage100.client import Sage100Client
from tidegate.sage.sage100.deltas import changes
from tidegate.sage.sage100.rows import Row, each, name_of, number_of, text_of
from tidegate.sage.sage100.wire_names import ITEMS, REGULAR

COLUMNS = (
    *("ItemCode", "ItemType", "ItemCodeDesc", "InactiveItem", "ProductType", "ProductLine", "TaxClass"),
    "StandardUnitCost",
)
KIT, DISCONTINUED = "K", "D"


class Products:
    """Reads products."""

    def __init__(self, client: Sage100Client) -> None:
        self._client = client

    def read(self, since: str | None) -> Delta[ProductRecord] | Failure:
        """Items that changed since the cursor; miscellaneous items are none."""
        found = changes(self._client, ITEMS, COLUMNS, lambda row: text_of(row, "ItemCode"), since)
        if isinstance(found, Failure):
            return found
        rows = [row for row in found.rows if text_of(row, "ItemType") in ("", REGULAR)]
        made, bad = each(rows, _product, lambda row: text_of(row, "ItemCode"))
        return Delta(tuple(made), found.parking(one.name for one in bad), found.full, tuple(bad))


def _product(row: Row) -> ProductRecord:
    active = text_of(row, "InactiveItem") != "Y"
    kind = text_of(row, "ProductType")
    return ProductRecord(
        id=name_of(row, "ItemCode"),
        sku=name_of(row, "ItemCode"),
        name=text_of(row, "ItemCodeDesc"),
        active=active,
        sellable=kind != DISCONTINUED,
        stocked=kind != KIT,
        cost=number_of(row, "StandardUnitCost"),
        group=text_of(row, "ProductLine"),
        tax_code=text_of(row, "TaxClass"),
    )

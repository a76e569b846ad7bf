"""Products as the company keeps them.

Source: contract §8. An item's account is in its G/L group, which is configuration: it is not stated.
"""

from __future__ import annotations

from tidegate.domain.delta import Delta
from tidegate.domain.errors import Failure
from tidegate.domain.masters.master import ProductRecord
from tidegate.sage.intacct.client import IntacctClient
from tidegate.sage.intacct.deltas import changes
from tidegate.sage.intacct.queries import Query
from tidegate.sage.intacct.reference import STOCKED
from tidegate.sage.intacct.rows import Row, each, name_of, number_of, text_of

ITEM = (
    "ITEMID",
    "NAME",
    "ITEMTYPE",
    "STATUS",
    "STANDARD_COST",
    "NETWEIGHT",
    "PRODUCTLINEID",
    "GLGROUP",
    "UPC",
    "TAXGROUP.NAME",
)
NOT_SOLD = "Non-Inventory (Purchase only)"


class Products:
    """Reads products."""

    def __init__(self, client: IntacctClient) -> None:
        self._client = client

    def read(self, since: str | None) -> Delta[ProductRecord] | Failure:
        """Items that changed since the cursor."""
        found = changes(self._client, (Query("ITEM", ITEM),), since)
        if isinstance(found, Failure):
            return found
        made, bad = each(found.rows[0], _product, lambda row: text_of(row, "ITEMID"))
        return Delta(tuple(made), found.parking({0: bad}), found.full, tuple(bad))


def _product(row: Row) -> ProductRecord:
    kind = text_of(row, "ITEMTYPE")
    return ProductRecord(
        id=text_of(row, "RECORDNO"),
        sku=name_of(row, "ITEMID"),
        name=text_of(row, "NAME"),
        active=text_of(row, "STATUS") != "inactive",
        sellable=kind != NOT_SOLD,
        stocked=kind in STOCKED,
        weight=number_of(row, "NETWEIGHT"),
        cost=number_of(row, "STANDARD_COST"),
        group=text_of(row, "PRODUCTLINEID") or text_of(row, "GLGROUP"),
        barcode=text_of(row, "UPC"),
        tax_code=text_of(row, "TAXGROUP.NAME"),
    )

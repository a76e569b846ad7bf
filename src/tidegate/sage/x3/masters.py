"""Products as X3 keeps them (contract §14). What they cost is kept by site, and not reported here."""

from __future__ import annotations

from tidegate.domain.delta import Delta
from tidegate.domain.errors import Failure
from tidegate.domain.masters.master import ProductRecord
from tidegate.sage.x3.deltas import Stream, changes
from tidegate.sage.x3.reader import Reader
from tidegate.sage.x3.rows import Row, each, name_of, number_of, text_of
from tidegate.sage.x3.wire_names import ACTIVE_PRODUCT, STOCKED

STREAM = Stream("ITMMASTER", "ITMREF")


class Products:
    """Reads products."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def read(self, since: str | None) -> Delta[ProductRecord] | Failure:
        """Products that changed since the cursor."""
        found = changes(self._reader, STREAM, since)
        if isinstance(found, Failure):
            return found
        made, bad = each(found.rows, _product, lambda row: text_of(row, "ITMREF"))
        return Delta(tuple(made), found.parking(one.name for one in bad), found.full, tuple(bad))


def _product(row: Row) -> ProductRecord:
    return ProductRecord(
        id=name_of(row, "ITMREF"),
        sku=name_of(row, "ITMREF"),
        name=text_of(row, "ITMDES1"),
        active=text_of(row, "ITMSTA") in ("", ACTIVE_PRODUCT),
        stocked=text_of(row, "STOMGTCOD") in ("", STOCKED),
        weight=number_of(row, "ITMWEI"),
        group=text_of(row, "TCLCOD"),
        barcode=text_of(row, "EANCOD"),
        tax_code=text_of(row, "VACITM"),
    )

"""Rows of Sage's tables by column names, however they are read: by the gateway's views, by SQL, or from CSV exports.

Source: contract §1, §16, §17. One of the three serves what the Web API has no resource for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Protocol

from tidegate.domain.errors import Failure

Columns = dict[str, str]
Only = Mapping[str, Sequence[str]]  #: column -> the values that count

STOCK, CONTRACTS, ORDERS, SHIPMENTS, SHIPMENT_LINES = "ICILOC", "ICCUPR", "OEORDH", "OESHIH", "OESHID"
#: The view over each table.
VIEWS: Final = {
    STOCK: "IC0290",
    CONTRACTS: "IC0274",
    ORDERS: "OE0520",
    SHIPMENTS: "OE0692",
    SHIPMENT_LINES: "OE0691",
}
BY_GATEWAY, BY_SQL, BY_EXPORTS = "gateway", "sql", "csv"
WAYS: Final = (BY_GATEWAY, BY_SQL, BY_EXPORTS)


class Tables(Protocol):
    """Reads tables."""

    def read(self, table: str, columns: Sequence[str], only: Only | None = None) -> list[Columns] | Failure:
        """All rows, or those in which every column of `only` has one of its values."""
        ...

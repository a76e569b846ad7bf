"""Rows of Sage's tables by column names, however they are read: by the gateway's views, by SQL, or from CSV exports.

Source: contract §1, §16, §17. One of the three serves what the Web API has no resource for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, Protocol

from tidegate.domain.errors import Failure

Columns = dict[str, str]
Only = Mapping[str, Sequence[str]]  #: column -> the values that count
Least = Mapping[str, int]  #: column -> the least number; one that is met is enough

STOCK, CONTRACTS, ORDERS, SHIPMENTS, SHIPMENT_LINES = "ICILOC", "ICCUPR", "OEORDH", "OESHIH", "OESHID"
ORDER_LINES, LINE_OPTIONS = "OEORDD", "OEORDDO"  # P, A
#: The view over each table.
VIEWS: Final = {
    STOCK: "IC0290",
    CONTRACTS: "IC0274",
    ORDERS: "OE0520",
    ORDER_LINES: "OE0500",
    LINE_OPTIONS: "OE0501",  # A
    SHIPMENTS: "OE0692",
    SHIPMENT_LINES: "OE0691",
    "OEINVH": "OE0420",
    "OEINVD": "OE0400",
    "ICPRIC": "IC0480",
    "ICPRICP": "IC0482",  # A
}
#: Tables whose rows stand in the export of another one, as records of a further type.
WITHIN: Final = {
    ORDER_LINES: ORDERS,
    LINE_OPTIONS: ORDERS,
    "OESHID": "OESHIH",
    "OEINVD": "OEINVH",
    "ICPRICP": "ICPRIC",
}
BY_GATEWAY, BY_SQL, BY_EXPORTS = "gateway", "sql", "csv"
WAYS: Final = (BY_GATEWAY, BY_SQL, BY_EXPORTS)


class Tables(Protocol):
    """Reads tables."""

    def read(
        self, table: str, columns: Sequence[str], only: Only | None = None, least: Least | None = None
    ) -> list[Columns] | Failure:
        """All rows, or those in which the column of `only` has one of its values, or in which a column of `least` has at least
        its number.
        """
        ...

    def true_at(self, table: str) -> datetime | None:
        """When its rows were true, at the earliest; None: just now."""
        ...

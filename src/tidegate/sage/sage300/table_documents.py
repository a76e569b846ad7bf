"""Shipments and invoices from tables: headers and lines become the entities that the Web API would have. Source: contract §9.

`TableDocuments` is the source of a delta, as a list of the Web API is one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from tidegate.domain.errors import Failure
from tidegate.sage.sage300.rows import Row
from tidegate.sage.sage300.tables import Columns, Tables
from tidegate.sage.sage300.wire_names import (
    CARRIER,
    INVOICES,
    LINE_ORDER,
    LINE_ORDER_LINE,
    SHIPMENTS,
    TRACKING,
    DocumentNames,
)

LINE_TYPES = {"1": "Item", "2": "Miscellaneous"}  # C for the numbers' meaning, §17
MOST_IDS = 200  #: documents whose lines one reading brings


@dataclass(frozen=True, slots=True)
class Shape:
    """Where documents of one kind stand: tables, their key, the day, and the property that each column is."""

    names: DocumentNames
    table: str
    lines: str
    key: str
    day: str
    header: Mapping[str, str]
    line: Mapping[str, str]

    @property
    def line_columns(self) -> tuple[str, ...]:
        """Of a line, with its document's key and its type."""
        return (self.key, "LINETYPE", *self.line)


_LINE = {"ITEM": "Item", "LOCATION": "Location", "ORDNUMBER": LINE_ORDER, "ORDDTLNUM": LINE_ORDER_LINE}
SHIPPED = Shape(  # P
    SHIPMENTS,
    "OESHIH",
    "OESHID",
    "SHIUNIQ",
    "SHIDATE",
    {
        "SHIUNIQ": SHIPMENTS.id,
        "SHINUMBER": SHIPMENTS.number,
        "SHIDATE": SHIPMENTS.day,
        "ORDNUMBER": LINE_ORDER,
        "SHIPVIA": CARRIER,
        "SHIPTRACK": TRACKING,
    },
    {**_LINE, "QTYSHIPPED": SHIPMENTS.pieces},
)
INVOICED = Shape(  # P
    INVOICES,
    "OEINVH",
    "OEINVD",
    "INVUNIQ",
    "INVDATE",
    {
        "INVUNIQ": INVOICES.id,
        "INVNUMBER": INVOICES.number,
        "INVDATE": INVOICES.day,
        "ORDNUMBER": LINE_ORDER,
        "CUSTOMER": "CustomerNumber",
        "SHIPTRACK": TRACKING,
        "INVNETNOTX": INVOICES.net,
        "INVETAXTOT": INVOICES.added_tax,
        "INVITAXTOT": INVOICES.contained_tax,
        "INVNETWTX": INVOICES.gross,
        "INSOURCURR": INVOICES.currency,
    },
    {**_LINE, "QTYSHIPPED": INVOICES.pieces, "EXTINVMISC": "ExtendedAmount", "TAMOUNT1": "TaxAmount1"},
)


class TableDocuments:
    """:class:`tidegate.sage.sage300.deltas.Source` of one kind of document."""

    def __init__(self, tables: Tables, shape: Shape) -> None:
        self._tables = tables
        self._shape = shape

    def all(self) -> list[Row] | Failure:
        """All documents."""
        return self._whole(self._tables.read(self._shape.table, tuple(self._shape.header)))

    def newer(self, start: date, high: int) -> list[Row] | Failure:
        """Those of this day or later, and those with a higher key."""
        least = {self._shape.day: int(f"{start:%Y%m%d}"), self._shape.key: high + 1}
        return self._whole(self._tables.read(self._shape.table, tuple(self._shape.header), least=least))

    def named(self, names: Sequence[str]) -> list[Row] | Failure:
        """Those with these keys."""
        return self._only(self._shape.key, names)

    def of_orders(self, numbers: Sequence[str]) -> list[Row] | Failure:
        """Those of these orders."""
        return self._only("ORDNUMBER", numbers)

    def _only(self, column: str, values: Sequence[str]) -> list[Row] | Failure:
        if not values:
            return []
        return self._whole(self._tables.read(self._shape.table, tuple(self._shape.header), {column: values}))

    def _whole(self, headers: list[Columns] | Failure) -> list[Row] | Failure:
        """Headers with their lines."""
        if isinstance(headers, Failure):
            return headers
        shape = self._shape
        keys = [one[shape.key] for one in headers]
        lines: dict[str, list[Row]] = {}
        for start in range(0, len(keys), MOST_IDS):
            rows = self._tables.read(
                shape.lines, shape.line_columns, {shape.key: keys[start : start + MOST_IDS]}
            )
            if isinstance(rows, Failure):
                return rows
            for row in rows:
                lines.setdefault(row[shape.key], []).append(_line(row, shape))
        return [_header(one, shape) | {shape.names.lines: lines.get(one[shape.key], [])} for one in headers]


def _header(columns: Columns, shape: Shape) -> Row:
    row: Row = {name: columns[column] for column, name in shape.header.items()}
    return row | {shape.names.day: day_text(columns[shape.day])}


def _line(columns: Columns, shape: Shape) -> Row:
    row: Row = {name: columns[column] for column, name in shape.line.items()}
    return row | {"LineType": LINE_TYPES.get(columns["LINETYPE"], columns["LINETYPE"])}


def day_text(number: str) -> str | None:
    """A day of a table, yyyymmdd, as the Web API writes it; 0 is none."""
    if number.strip("0") == "":
        return None
    return f"{number[:4]}-{number[4:6]}-{number[6:]}T00:00:00Z"

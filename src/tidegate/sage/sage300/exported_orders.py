"""Orders with their lines from the site's export, as the list of `OEOrders` would have shown them when it was made.

Source: contract §7, §17, `tables.json`. Stock that is read from exports is as old as they are; so must be what web orders hold of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tidegate.domain.errors import Failure
from tidegate.sage.sage300.rows import Row
from tidegate.sage.sage300.table_documents import LINE_TYPES
from tidegate.sage.sage300.tables import LINE_OPTIONS as OPTIONS_TABLE
from tidegate.sage.sage300.tables import ORDER_LINES as LINES_TABLE
from tidegate.sage.sage300.tables import ORDERS, Columns, Tables
from tidegate.sage.sage300.wire_names import (
    COMMITTED,
    COMPLETED,
    LAST_INVOICE,
    LINE_ID,
    LINE_OPTIONS,
    LINES_ON_ORDER,
    OPEN_STATES,
    ORDER_ID,
    ORDER_LINES,
    ORDER_NUMBER,
    ORDER_TYPE,
    ORDERED,
    OUR_KEY,
    QUOTE,
    SHIPPED,
)

KEY = "ORDUNIQ"
HEADER: Final = {  # P
    KEY: ORDER_ID,
    "ORDNUMBER": ORDER_NUMBER,
    "REFERENCE": OUR_KEY,
    "TYPE": ORDER_TYPE,
    "COMPLETE": COMPLETED,
    "LASTINVNUM": LAST_INVOICE,
}
LINE: Final = {  # P
    "DETAILNUM": LINE_ID,
    "LINETYPE": "LineType",
    "ITEM": "Item",
    "LOCATION": "Location",
    "ORIGQTY": ORDERED,
    "QTYSHPTODT": SHIPPED,
    "QTYCOMMIT": COMMITTED,
}
OPTION: Final = {"OPTFIELD": "OptionalField", "VALUE": "Value"}
LINE_COLUMNS: Final = (KEY, "LINENUM", *LINE)
OPTION_COLUMNS: Final = (KEY, "LINENUM", *OPTION)
OPEN: Final = {"1": OPEN_STATES[0], "2": OPEN_STATES[1]}  # P for "below 3 = open", §7
QUOTES: Final = "4"  # P


class ExportedOrders:
    """Open orders of one company, as they were when they were exported."""

    def __init__(self, tables: Tables, line_option: str) -> None:
        """`line_option`: the optional field of details that holds our key; "": none is read."""
        self._tables = tables
        self._line_option = line_option

    def open(self) -> list[Row] | Failure:
        """Those of which something is still to be shipped, whoever entered them."""
        headers = self._tables.read(ORDERS, tuple(HEADER), {"COMPLETE": tuple(OPEN)})
        if isinstance(headers, Failure):
            return headers
        ids = [one[KEY] for one in headers]
        lines = self._tables.read(LINES_TABLE, LINE_COLUMNS, {KEY: ids}) if ids else []
        if isinstance(lines, Failure):
            return lines
        wanted = ids if self._line_option else []
        options = self._tables.read(OPTIONS_TABLE, OPTION_COLUMNS, {KEY: wanted}) if wanted else []
        if isinstance(options, Failure):
            return options
        by_line: dict[tuple[str, str], list[Row]] = {}
        for one in options:
            by_line.setdefault((one[KEY], one["LINENUM"]), []).append(_renamed(one, OPTION))
        by_order: dict[str, list[Row]] = {}
        for one in lines:
            line = _renamed(one, LINE) | {LINE_OPTIONS: by_line.get((one[KEY], one["LINENUM"]), [])}
            line["LineType"] = LINE_TYPES.get(one["LINETYPE"], one["LINETYPE"])
            by_order.setdefault(one[KEY], []).append(line)
        return [_order(one, by_order.get(one[KEY], [])) for one in headers]


def _order(columns: Columns, lines: list[Row]) -> Row:
    return _renamed(columns, HEADER) | {
        COMPLETED: OPEN[columns["COMPLETE"]],
        ORDER_TYPE: QUOTE if columns["TYPE"] == QUOTES else "Active",
        ORDER_LINES: lines,
        LINES_ON_ORDER: str(len(lines)),
    }


def _renamed(columns: Columns, names: Mapping[str, str]) -> Row:
    return {name: columns[column] for column, name in names.items()}

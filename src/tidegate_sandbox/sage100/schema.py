"""Tables of Sage 100: columns with types and widths, keys, defaults and allowed values (contract data)."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True)
class Column:
    """A column. ``kind``: s text, n number, d date, t long text."""

    name: str
    kind: str
    width: int = 0
    places: int = 0
    read_only: bool = False
    default: str = ""
    allowed: frozenset[str] = frozenset()
    zero_filled: bool = False

    @property
    def empty(self) -> Any:
        """What stands for nothing: there are no NULLs."""
        return Decimal(0) if self.kind == "n" else ""


@dataclass(frozen=True)
class TableShape:
    """A table with its keys, in the order of the index."""

    name: str
    key: tuple[str, ...]
    columns: dict[str, Column]
    indexes: tuple[tuple[str, ...], ...] = field(default=())


#: Widths of releases before 2019 (contract, Additions: Releases).
NARROW = {
    "BillToName": 30,
    "ShipToName": 30,
    "CustomerName": 30,
    "CustomerPONo": 15,
    "City": 20,
    "ShipToCity": 20,
    **{
        f"{name}{line}": 30
        for name in ("BillToAddress", "ShipToAddress", "AddressLine")
        for line in (1, 2, 3)
    },
}


@cache
def shapes(widths: str = "2023") -> dict[str, TableShape]:
    """All tables of the contract. ``widths``: 2018 or 2023."""
    here = files("tidegate_sandbox.sage100") / "data"
    tables = json.loads((here / "tables.json").read_text("utf-8"))["tables"]
    rules = json.loads((here / "field-rules.json").read_text("utf-8"))["tables"]
    return {name: _shape(name, one, rules.get(name, {}), widths) for name, one in tables.items()}


def _shape(name: str, one: dict[str, Any], rules: dict[str, Any], widths: str) -> TableShape:
    columns = {}
    for column, text in one["columns"].items():
        rule = rules.get(column, {})
        allowed = rule.get("values", ())
        letters = frozenset("YN") if allowed == "Y/N" else frozenset(allowed)
        kind, _, places = text[1:].partition(",")
        width = int(kind) if kind else 0
        if widths == "2018":
            width = min(width, NARROW.get(column, width))
        columns[column] = Column(
            name=column,
            kind=text[0],
            width=width,
            places=int(places or 0),
            read_only=bool(rule.get("read_only")),
            default=str(rule.get("default", "")),
            allowed=letters,
            zero_filled=rule.get("format") == "ZEROFILL",
        )
    indexes = tuple(tuple(index) for index in one.get("indexes", {}).values())
    return TableShape(name, tuple(one["pk"]), columns, indexes)


@cache
def known_columns(table: str, widths: str, fields: tuple[tuple[str, int], ...]) -> dict[str, Column]:
    """The columns of a table by their names in lower case, with a site's own fields (name, width)."""
    found = {name.lower(): one for name, one in shapes(widths)[table].columns.items()}
    found.update({name.lower(): Column(name, "s", width) for name, width in fields})
    return found

"""Columns, widths and keys of the tables that are read, as the contract has them (`tables.json`)."""

from __future__ import annotations

import json
from importlib.resources import files

_TABLES = json.loads((files("tidegate_agent.sage100") / "tables.json").read_text("utf-8"))["tables"]

COLUMNS: dict[str, tuple[str, ...]] = {name: tuple(one["columns"]) for name, one in _TABLES.items()}
KEYS: dict[str, tuple[str, ...]] = {name: tuple(one["pk"]) for name, one in _TABLES.items()}


def width_of(table: str, column: str) -> int:
    """How many characters a text column holds in the 2023 set; a site may have less."""
    return int(str(_TABLES[table]["columns"][column]).removeprefix("s"))


def kind_of(table: str, column: str) -> str:
    """s text, n number, d date, t long text."""
    return str(_TABLES[table]["columns"][column])[0]

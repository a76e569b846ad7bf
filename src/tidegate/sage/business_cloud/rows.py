"""The fields of a record (contract §3.3). Decimals travel as texts."""

from __future__ import annotations

from typing import Any

from tidegate.sage.rows import day_of, each, figure_of, money_of, name_of, number_of, rows_of, text_of

__all__ = [
    "Row",
    "day_of",
    "each",
    "figure_of",
    "id_of",
    "inside",
    "money_of",
    "name_of",
    "number_of",
    "rows_of",
    "text_of",
]

Row = dict[str, Any]


def inside(row: Row, name: str) -> Row:
    """A related record; empty where there is none."""
    found = row.get(name)
    return found if isinstance(found, dict) else {}


def id_of(row: Row, name: str) -> str:
    """The id of a related record, "" where there is none."""
    return text_of(inside(row, name), "id")

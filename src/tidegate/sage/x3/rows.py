"""The fields of a record, by name. Source: contract §6, §19. Days of the years 1599 and 9999 are none."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from tidegate.sage import rows
from tidegate.sage.rows import each, figure_of, moment_of, money_of, name_of, number_of, text_of
from tidegate.sage.x3.wire_names import NO_YEARS

__all__ = ["Row", "day_of", "each", "figure_of", "moment_of", "money_of", "name_of", "number_of", "text_of"]

Row = Mapping[str, Any]


def day_of(row: Row, name: str) -> date | None:
    """A date; None when absent, unreadable, or one that stands for none."""
    found = rows.day_of(row, name)
    return found if found is not None and found.year not in NO_YEARS else None

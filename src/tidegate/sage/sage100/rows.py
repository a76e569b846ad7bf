"""The columns of a row as the agent sends it: texts, amounts as texts, dates."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tidegate.domain.money import ZERO, rounded
from tidegate.sage.rows import day_of, each, figure_of, money_of, name_of, number_of, text_of
from tidegate.sage.sage100.wire_names import BILLED, DISCOUNT, SUMS

__all__ = [
    "Row",
    "billed_of",
    "day_of",
    "each",
    "figure_of",
    "money_of",
    "name_of",
    "number_of",
    "text_of",
    "total_of",
]

Row = dict[str, Any]


def total_of(row: Row) -> Decimal:
    """An order's total, for which Sage has no column (contract §4). Raises Unreadable."""
    return rounded(sum((figure_of(row, name) for name in SUMS), ZERO) - figure_of(row, DISCOUNT), 2)


def billed_of(row: Row) -> Decimal:
    """An invoice's total (contract §7.2); below zero where credit memos are written so. Raises Unreadable."""
    return rounded(sum((figure_of(row, name) for name in BILLED), ZERO) - figure_of(row, DISCOUNT), 2)

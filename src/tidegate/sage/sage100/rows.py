"""The columns of a row as the agent sends it: texts, amounts as texts, dates. Empty and absent are the same.

A figure that is absent or cannot be read is no zero: `figure_of` raises Unreadable, and its row is left out by name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from tidegate.domain.bad_row import BadRow
from tidegate.domain.money import ZERO, rounded
from tidegate.reading import values
from tidegate.reading.document import Unreadable
from tidegate.sage.each_row import each_row
from tidegate.sage.sage100.wire_names import BILLED, DISCOUNT, SUMS

Row = dict[str, Any]
T = TypeVar("T")


def text_of(row: Row, name: str) -> str:
    """A text, "" when absent or no text."""
    try:
        return (values.text(row.get(name)) or "").strip()
    except Unreadable:
        return ""


def name_of(row: Row, name: str) -> str:
    """The code or number that people know a record by. Raises Unreadable where it has none."""
    found = text_of(row, name)
    if not found:
        raise Unreadable("Sage states none", name)
    return found


def number_of(row: Row, name: str) -> Decimal | None:
    """A decimal that may be absent. Raises Unreadable for what is no number."""
    try:
        return values.figure(row.get(name))
    except Unreadable as error:
        raise error.within(name) from None


def figure_of(row: Row, name: str) -> Decimal:
    """An amount or quantity that every record has. Raises Unreadable where it is absent, too."""
    found = number_of(row, name)
    if found is None:
        raise Unreadable("Sage states none", name)
    return found


def day_of(row: Row, name: str) -> date | None:
    """A date; None when absent or unreadable."""
    try:
        return values.day(row.get(name))
    except Unreadable:
        return None


def total_of(row: Row) -> Decimal:
    """What an order comes to: Sage has no column for it (contract §4). Raises Unreadable."""
    return rounded(sum((figure_of(row, name) for name in SUMS), ZERO) - figure_of(row, DISCOUNT), 2)


def money_of(row: Row, name: str) -> Decimal:
    """An amount that every record has, in cents. Raises Unreadable where it is absent, too."""
    return rounded(figure_of(row, name), 2)


def billed_of(row: Row) -> Decimal:
    """What an invoice comes to (contract §7.2); below zero where credit memos are written so. Raises Unreadable."""
    return rounded(sum((figure_of(row, name) for name in BILLED), ZERO) - figure_of(row, DISCOUNT), 2)


def each(
    rows: Iterable[Row], make: Callable[[Row], T], name: Callable[[Row], str]
) -> tuple[list[T], list[BadRow]]:
    """Every row alone: what could be made of them, and those that cannot be read, by `name`."""
    return each_row(rows, make, lambda row, error: BadRow(name(row), str(error)))

"""The fields of a record, by name.

Source: contract §6, §19. Empty and absent are the same; days of the years 1599 and 9999 are none. A figure that is
absent or cannot be read is no zero: `figure_of` raises Unreadable, and the row that it was read for is left out by its
own name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from tidegate.domain.bad_row import BadRow
from tidegate.domain.money import rounded
from tidegate.reading import values
from tidegate.reading.document import Unreadable
from tidegate.sage.each_row import each_row
from tidegate.sage.x3.wire_names import NO_YEARS

Row = Mapping[str, Any]
T = TypeVar("T")


def text_of(row: Row, name: str) -> str:
    """A text or a menu's number, "" when absent or no text."""
    try:
        return (values.text(row.get(name)) or "").strip()
    except Unreadable:
        return ""


def name_of(row: Row, name: str) -> str:
    """The code or number that people know a record by. Raises Unreadable where it has none."""
    try:
        found = (values.text(row.get(name)) or "").strip()
    except Unreadable as error:
        raise error.within(name) from None
    if not found:
        raise Unreadable("X3 states none", name)
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
        raise Unreadable("X3 states none", name)
    return found


def money_of(row: Row, name: str) -> Decimal:
    """An amount that every record has, in cents. Raises Unreadable where it is absent, too."""
    return rounded(figure_of(row, name), 2)


def day_of(row: Row, name: str) -> date | None:
    """A date; None when absent, unreadable, or one that stands for none."""
    try:
        found = values.day(row.get(name))
    except Unreadable:
        return None
    return found if found is not None and found.year not in NO_YEARS else None


def each(
    rows: Iterable[Row], make: Callable[[Row], T], name: Callable[[Row], str]
) -> tuple[list[T], list[BadRow]]:
    """Every row alone: what could be made of them, and those that cannot be read, by `name`."""
    return each_row(rows, make, lambda row, error: BadRow(name(row), str(error)))

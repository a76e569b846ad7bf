"""The fields of a row of Sage 200, by name.

Source: contract §7. `""` and null are the same (A); numbers may come as text; an instant has 0 to 7 digits of a second,
with or without Z (P); a date is the first ten characters (A). Ids, flags and days that cannot be read
are absent; a row that cannot be read is named with its id (`each`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any, TypeVar

from tidegate.domain.bad_row import BadRow
from tidegate.domain.errors import Code, Failure
from tidegate.reading import values
from tidegate.reading.document import Unreadable
from tidegate.sage.each_row import each_row
from tidegate.sage.rows import day_of, figure_of, moment_of, name_of, number_of

__all__ = [
    "MOST_PIECES",
    "Row",
    "day_of",
    "each",
    "figure_of",
    "flag_of",
    "id_of",
    "moment_of",
    "name_of",
    "number_of",
    "pieces_of",
    "readable_number",
    "text_of",
    "unreadable_row",
]

Row = dict[str, Any]
T = TypeVar("T")

#: Pieces of one product in one place: a thousand million or more cannot be real.
MOST_PIECES = Decimal(10) ** 9


def text_of(record: Row, name: str) -> str:
    """A text field unchanged, "" when absent; a value that is not a text is shown as it was sent."""
    try:
        return values.text(record.get(name)) or ""
    except Unreadable:
        return values.shown(record.get(name))


def readable_number(record: Row, name: str) -> Decimal | None:
    """A decimal field; None when absent, and when it cannot be read."""
    try:
        return number_of(record, name)
    except Unreadable:
        return None


def pieces_of(record: Row, name: str) -> Decimal:
    """A quantity of stock units that every record has, within what can be added up. Raises Unreadable."""
    value = figure_of(record, name)
    if abs(value) >= MOST_PIECES:
        raise Unreadable(f"{value} is out of range", name)
    return value


def id_of(record: Row, name: str = "id") -> int | None:
    """An id (64-bit integer); None when absent, zero or no id."""
    try:
        value = values.whole(record.get(name))
    except Unreadable:
        return None
    return value if value is not None and value > 0 else None


def flag_of(record: Row, name: str) -> bool:
    """A boolean field, false when absent."""
    value = record.get(name)
    return value is True or str(value).lower() == "true"


def unreadable_row(text: str) -> Failure:
    """One record that cannot be read, where a record or a failure is awaited."""
    return Failure(Code.UNREADABLE, f"Sage's answer cannot be read: {text}", sent=False)


def each(
    rows: Iterable[Row], make: Callable[[Row], T], name: Callable[[Row], str], *, key: str = "id"
) -> tuple[list[T], list[BadRow]]:
    """Every row alone: what could be made of them, and those that cannot be read, by `name`."""
    return each_row(rows, make, lambda row, error: BadRow(name(row), str(error), id_of(row, key)))

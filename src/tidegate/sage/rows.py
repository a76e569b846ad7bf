"""The fields of a record, by name: the same for every product whose records are mappings.

Empty and absent are the same. A figure that is absent or cannot be read is no zero: `figure_of` raises Unreadable, and
the record that it was read for is left out, by its own name (`each`). What a product writes differently (flags, record
numbers, days that stand for none) is read by `rows.py` or `fields.py` of its room.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar

from tidegate.domain.bad_row import BadRow
from tidegate.domain.money import rounded
from tidegate.reading import values
from tidegate.reading.document import Unreadable
from tidegate.sage.each_row import each_row

R = TypeVar("R", bound=Mapping[str, Any])
T = TypeVar("T")


def text_of(row: Mapping[str, Any], name: str) -> str:
    """A text without blanks around it, "" when absent or no text."""
    try:
        return (values.text(row.get(name)) or "").strip()
    except Unreadable:
        return ""


def name_of(row: Mapping[str, Any], name: str) -> str:
    """The code or number that users see of a record. Raises Unreadable where it has none."""
    try:
        found = (values.text(row.get(name)) or "").strip()
    except Unreadable as error:
        raise error.within(name) from None
    if not found:
        raise _absent(name)
    return found


def number_of(row: Mapping[str, Any], name: str) -> Decimal | None:
    """A number that may be absent, exact. Raises Unreadable for what is no number."""
    try:
        return values.figure(row.get(name))
    except Unreadable as error:
        raise error.within(name) from None


def figure_of(row: Mapping[str, Any], name: str) -> Decimal:
    """An amount, quantity or rate that every record has. Raises Unreadable where it is absent, too."""
    found = number_of(row, name)
    if found is None:
        raise _absent(name)
    return found


def money_of(row: Mapping[str, Any], name: str) -> Decimal:
    """An amount that every record has, in cents. Raises Unreadable where it is absent, too."""
    return rounded(figure_of(row, name), 2)


def day_of(row: Mapping[str, Any], name: str) -> date | None:
    """A date; None when absent or unreadable."""
    try:
        return values.day(row.get(name))
    except Unreadable:
        return None


def moment_of(row: Mapping[str, Any], name: str) -> datetime | None:
    """An instant, aware UTC; None when absent or unreadable."""
    try:
        return values.moment(row.get(name))
    except Unreadable:
        return None


def rows_of(row: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    """The records of a list inside this one. Raises Unreadable where it is none."""
    found = row.get(name)
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise _absent(name)
    return found


def each(rows: Iterable[R], make: Callable[[R], T], name: Callable[[R], str]) -> tuple[list[T], list[BadRow]]:
    """Every row alone: what could be made of them, and those that cannot be read, by `name`."""
    return each_row(rows, make, lambda row, error: BadRow(name(row), str(error)))


def _absent(name: str) -> Unreadable:
    return Unreadable("Sage states none", name)

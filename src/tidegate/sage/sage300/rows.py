"""The properties of a record, by name.

Source: contract §3, §4. Empty and absent are the same. A figure that is absent or cannot be read is no zero:
`figure_of` raises Unreadable, and the row that it was read for is left out, by its own name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from tidegate.domain.bad_row import BadRow
from tidegate.domain.money import rounded
from tidegate.reading import values
from tidegate.reading.document import Unreadable
from tidegate.sage.each_row import each_row

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
    try:
        found = (values.text(row.get(name)) or "").strip()
    except Unreadable as error:
        raise error.within(name) from None
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


def money_of(row: Row, name: str) -> Decimal:
    """An amount that every record has, in cents. Raises Unreadable where it is absent, too."""
    return rounded(figure_of(row, name), 2)


def key_of(row: Row, name: str) -> int:
    """A record's number. Raises Unreadable where it is none."""
    try:
        found = values.whole(row.get(name))
    except Unreadable as error:
        raise error.within(name) from None
    if found is None:
        raise Unreadable("Sage states none", name)
    return found


def flag_of(row: Row, name: str) -> bool:
    """A yes or no: a flag, or the member's name of an enumeration; false when absent."""
    value = row.get(name)
    return value is True or (isinstance(value, str) and value.strip().lower() in ("yes", "true", "1"))


def day_of(row: Row, name: str) -> date | None:
    """A date; None when absent or unreadable."""
    try:
        return values.day(row.get(name))
    except Unreadable:
        return None


def details_of(row: Row, name: str) -> list[Row]:
    """The details of a record. Raises Unreadable where they are none."""
    found = row.get(name)
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise Unreadable("Sage states none", name)
    return found


def option_of(row: Row, details: str, option: str) -> str:
    """The value of an optional field, "" without one."""
    found = row.get(details)
    if not option or not isinstance(found, list):
        return ""
    rows = (one for one in found if isinstance(one, dict))
    return next((text_of(one, "Value") for one in rows if text_of(one, "OptionalField") == option), "")


def each(
    rows: Iterable[Row], make: Callable[[Row], T], name: Callable[[Row], str]
) -> tuple[list[T], list[BadRow]]:
    """Every row alone: what could be made of them, and those that cannot be read, by `name`."""
    return each_row(rows, make, lambda row, error: BadRow(name(row), str(error)))

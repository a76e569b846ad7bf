"""The fields of a row of Sage 200, by name.

Source: contract §7. `""` and null are the same (A); numbers may come as text. A figure that is absent or
cannot be read is no zero: `figure_of` and `number_of` raise Unreadable, and the row that they were read
for is left out, by its own name (`each`). Ids, flags and days that cannot be read are absent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar

from tidegate.domain.bad_row import BadRow
from tidegate.domain.errors import Code, Failure
from tidegate.reading import values
from tidegate.reading.document import Unreadable
from tidegate.sage.each_row import each_row

Row = dict[str, Any]
T = TypeVar("T")

#: Pieces of one product in one place: a thousand million and more are nobody's stock.
MOST_PIECES = Decimal(10) ** 9


def text_of(record: Row, name: str) -> str:
    """A text field, "" when absent."""
    try:
        return values.text(record.get(name)) or ""
    except Unreadable:
        return values.shown(record.get(name))


def name_of(record: Row, name: str) -> str:
    """The code or number that people know a record by. Raises Unreadable where it has none."""
    try:
        found = (values.text(record.get(name)) or "").strip()
    except Unreadable as error:
        raise error.within(name) from None
    if not found:
        raise Unreadable("Sage reports none", name)
    return found


def figure_of(record: Row, name: str) -> Decimal:
    """An amount, quantity or rate that every record has. Raises Unreadable where it is absent, too."""
    value = number_of(record, name)
    if value is None:
        raise Unreadable("Sage reports none", name)
    return value


def number_of(record: Row, name: str) -> Decimal | None:
    """A decimal field that may be empty, exact; None when absent. Raises Unreadable for what is no number."""
    try:
        return values.figure(record.get(name))
    except Unreadable as error:
        raise error.within(name) from None


def readable_number(record: Row, name: str) -> Decimal | None:
    """The same where None is told to be no figure by whoever asks: what cannot be read is absent."""
    try:
        return number_of(record, name)
    except Unreadable:
        return None


def pieces_of(record: Row, name: str) -> Decimal:
    """A quantity of stock units that every record has, within what can be added up. Raises Unreadable."""
    value = figure_of(record, name)
    if abs(value) >= MOST_PIECES:
        raise Unreadable(f"{value} is out of all bounds", name)
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


def moment_of(record: Row, name: str) -> datetime | None:
    """A time of change, UTC, with or without Z, 0 to 7 digits of a second (§7, P); None when absent."""
    try:
        return values.moment(record.get(name))
    except Unreadable:
        return None


def day_of(record: Row, name: str) -> date | None:
    """A business date: what stands in its first ten characters (§7, A); None when absent."""
    try:
        return values.day(record.get(name))
    except Unreadable:
        return None


def unreadable_row(text: str) -> Failure:
    """One record that cannot be read, where a record or a failure is awaited."""
    return Failure(Code.UNREADABLE, f"Sage's answer cannot be read: {text}", sent=False)


def each(
    rows: Iterable[Row], make: Callable[[Row], T], name: Callable[[Row], str], *, key: str = "id"
) -> tuple[list[T], list[BadRow]]:
    """Every row alone: what could be made of them, and those that cannot be read, by `name`."""
    return each_row(rows, make, lambda row, error: BadRow(name(row), str(error), id_of(row, key)))

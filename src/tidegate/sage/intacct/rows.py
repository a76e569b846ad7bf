"""The fields of a record that the gateway lists, by name.

Source: contract §5.1. Dates and instants have Intacct's form; a row that cannot be read is named with its record
number (`each`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from typing import TypeVar
from xml.etree.ElementTree import Element

from tidegate.domain.bad_row import BadRow
from tidegate.reading.document import Unreadable
from tidegate.sage.each_row import each_row
from tidegate.sage.rows import figure_of, money_of, name_of, number_of, text_of

__all__ = [
    "Row",
    "bad_row",
    "day_of",
    "each",
    "figure_of",
    "flag_of",
    "key_of",
    "moment_of",
    "money_of",
    "name_of",
    "number_of",
    "row_of",
    "text_of",
]

Row = dict[str, str]
T = TypeVar("T")

DAY = "%m/%d/%Y"
MOMENT = "%m/%d/%Y %H:%M:%S"


def row_of(found: Element) -> Row:
    """The leaves below an element by their dotted names, in upper case."""
    row: Row = {}
    for child in found:
        if len(child):
            row.update({f"{child.tag.upper()}.{name}": text for name, text in row_of(child).items()})
        else:
            row[child.tag.upper()] = (child.text or "").strip()
    return row


def key_of(row: Row, name: str = "RECORDNO") -> int:
    """A record number. Raises Unreadable where it is none."""
    text = row.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise Unreadable(f"{text!r} is no record number", name)
    return int(text)


def flag_of(row: Row, name: str) -> bool:
    """A flag, false when absent."""
    return row.get(name, "").lower() in ("true", "t")


def day_of(row: Row, name: str) -> date | None:
    """A date; None when absent or unreadable."""
    found = moment_of(row, name)
    return None if found is None else found.date()


def moment_of(row: Row, name: str) -> datetime | None:
    """A date and time, to the second, in UTC (A); None when absent or unreadable."""
    text = row.get(name, "")
    for form in (MOMENT, DAY):
        try:
            return datetime.strptime(text, form).replace(tzinfo=UTC)
        except ValueError:
            continue
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def each(
    rows: Iterable[Row], make: Callable[[Row], T], name: Callable[[Row], str]
) -> tuple[list[T], list[BadRow]]:
    """Every row alone: what could be made of them, and those that cannot be read, by `name`."""
    return each_row(rows, make, lambda row, error: bad_row(row, name(row), error))


def bad_row(row: Row, name: str, error: Unreadable) -> BadRow:
    """A row that cannot be read, by its record number where it has one."""
    try:
        key = key_of(row)
    except Unreadable:
        return BadRow(name, str(error), None)
    return BadRow(name, str(error), key)

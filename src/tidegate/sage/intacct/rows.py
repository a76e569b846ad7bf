"""The fields of a record that the gateway lists, by name.

Source: contract §5.1. Empty and absent are the same. A figure that is absent or cannot be read is no zero:
`figure_of` raises Unreadable, and the row that it was read for is left out, by its own name (`each`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TypeVar
from xml.etree.ElementTree import Element

from tidegate.domain.bad_row import BadRow
from tidegate.domain.money import rounded
from tidegate.reading import values
from tidegate.reading.document import Unreadable
from tidegate.sage.each_row import each_row

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


def text_of(row: Row, name: str) -> str:
    """A text, "" when absent."""
    return row.get(name, "")


def name_of(row: Row, name: str) -> str:
    """The code or number that people know a record by. Raises Unreadable where it has none."""
    found = row.get(name, "")
    if not found:
        raise Unreadable("Intacct states none", name)
    return found


def number_of(row: Row, name: str) -> Decimal | None:
    """A decimal that may be empty. Raises Unreadable for what is no number."""
    try:
        return values.figure(row.get(name) or None)
    except Unreadable as error:
        raise error.within(name) from None


def figure_of(row: Row, name: str) -> Decimal:
    """An amount or quantity that every record has. Raises Unreadable where it is absent, too."""
    found = number_of(row, name)
    if found is None:
        raise Unreadable("Intacct states none", name)
    return found


def money_of(row: Row, name: str) -> Decimal:
    """An amount that every record has, in cents. Raises Unreadable where it is absent, too."""
    return rounded(figure_of(row, name), 2)


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

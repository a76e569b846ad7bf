"""The fields of a record in a scope file or an answer, by name. What is absent is no zero.

Source: contract §10. A record that cannot be read is left out by its own name (`each`), and no other one with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar

from tidegate.domain.bad_row import BadRow
from tidegate.reading import values
from tidegate.reading.document import Unreadable
from tidegate.sage.each_row import each_row

Record = dict[str, Any]
T = TypeVar("T")


def text_of(record: Record, name: str) -> str:
    """A text without blanks around it, "" when absent or no text."""
    try:
        return (values.text(record.get(name)) or "").strip()
    except Unreadable:
        return ""


def name_of(record: Record, name: str) -> str:
    """A text that every record has. Raises Unreadable where it has none."""
    found = text_of(record, name)
    if not found:
        raise Unreadable("Sage 50 states none", name)
    return found


def number_of(record: Record, name: str) -> Decimal | None:
    """A number that may be absent, exact. Raises Unreadable for what is no number."""
    try:
        return values.figure(record.get(name))
    except Unreadable as error:
        raise error.within(name) from None


def figure_of(record: Record, name: str) -> Decimal:
    """A number that every record has. Raises Unreadable where it is absent, too."""
    value = number_of(record, name)
    if value is None:
        raise Unreadable("Sage 50 states none", name)
    return value


def flag_of(record: Record, name: str, *, absent: bool) -> bool:
    """A flag; `absent` where it is not there, or no flag."""
    value = record.get(name)
    return value if isinstance(value, bool) else absent


def moment_of(record: Record, name: str) -> datetime | None:
    """An instant, aware UTC; None when absent or unreadable."""
    try:
        return values.moment(record.get(name))
    except Unreadable:
        return None


def each(
    records: Iterable[Record], make: Callable[[Record], T], name: Callable[[Record], str]
) -> tuple[list[T], list[BadRow]]:
    """Every record alone: what could be made of them, and those that cannot be read, by `name`."""
    return each_row(records, make, lambda record, error: BadRow(name(record), str(error)))

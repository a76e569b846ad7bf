"""The properties of a record, by name.

Source: contract §3, §4. "Details" is Sage 300's word for the records inside one.
"""

from __future__ import annotations

from typing import Any

from tidegate.reading import values
from tidegate.reading.document import Unreadable
from tidegate.sage.rows import day_of, each, figure_of, money_of, name_of, number_of, text_of
from tidegate.sage.rows import rows_of as details_of

__all__ = [
    "Row",
    "day_of",
    "details_of",
    "each",
    "figure_of",
    "flag_of",
    "key_of",
    "money_of",
    "name_of",
    "number_of",
    "option_of",
    "text_of",
]

Row = dict[str, Any]


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


def option_of(row: Row, details: str, option: str) -> str:
    """The value of an optional field, "" without one."""
    found = row.get(details)
    if not option or not isinstance(found, list):
        return ""
    rows = (one for one in found if isinstance(one, dict))
    return next((text_of(one, "Value") for one in rows if text_of(one, "OptionalField") == option), "")

"""The fields of a record in a scope file or an answer, by name.

Source: contract §10.
"""

from __future__ import annotations

from typing import Any

from tidegate.sage.rows import each, figure_of, moment_of, name_of, number_of, text_of

__all__ = [
    "Record",
    "each",
    "figure_of",
    "flag_of",
    "moment_of",
    "name_of",
    "number_of",
    "text_of",
]

Record = dict[str, Any]


def flag_of(record: Record, name: str, *, absent: bool) -> bool:
    """A flag; `absent` where it is not there, or no flag."""
    value = record.get(name)
    return value if isinstance(value, bool) else absent

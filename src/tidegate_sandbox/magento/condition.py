"""The condition types of a filter, as the database compares: without regard to case, NULL never equal."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from tidegate_sandbox.magento.criteria import Filter

Test = Callable[[Any], bool]

_NUMBER = re.compile(r"\s*[-+]?(\d+\.?\d*|\.\d+)")
_INSTANT = re.compile(r"(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?))?")
_INSTANT_COLUMNS = frozenset({"created_at", "updated_at"})


def test_of(wanted: Filter, kind: str) -> Test:
    """The test that ``wanted`` puts a column's value to. ``kind`` is the column's type in the schema."""
    condition, value = wanted.condition, wanted.value
    if condition == "null":
        return lambda found: found is None
    if condition == "notnull":
        return lambda found: found is not None
    read = _reader(wanted.field, kind)
    if condition in ("in", "nin"):
        among = {read(item) for item in _several(value)}
        if condition == "in":
            return lambda found: found is not None and read(found) in among
        return lambda found: found is not None and read(found) not in among
    if condition in ("like", "nlike"):
        pattern = _pattern(str(value))
        positive = condition == "like"
        return lambda found: found is not None and bool(pattern.fullmatch(str(found))) is positive
    if condition == "finset":
        text = str(value).casefold()
        return lambda found: found is not None and text in str(found).casefold().split(",")
    return _comparison(condition, read, read(value[0] if isinstance(value, list) and value else value))


def _comparison(condition: str, read: Callable[[Any], Any], bound: Any) -> Test:
    match condition:
        case "gt":
            return lambda found: found is not None and read(found) > bound
        case "gteq" | "from" | "moreq":
            return lambda found: found is not None and read(found) >= bound
        case "lt":
            return lambda found: found is not None and read(found) < bound
        case "lteq" | "to":
            return lambda found: found is not None and read(found) <= bound
        case "neq":
            return lambda found: found is not None and read(found) != bound
        case _:  # "eq", and whatever Magento does not know (point 16)
            return lambda found: found is not None and read(found) == bound


def _several(value: str | list[str] | None) -> list[str]:
    if isinstance(value, list):
        return value
    return str(value or "").split(",")


def _reader(field: str, kind: str) -> Callable[[Any], Any]:
    if field in _INSTANT_COLUMNS:
        return instant
    return number if kind in ("integer", "number") else _text


def _text(value: Any) -> str:
    return str("" if value is None else value).casefold().rstrip(" ")


@lru_cache(maxsize=4096)
def instant(value: Any) -> str:
    """A moment as the column holds it. ``T``, ``Z`` and an offset are dropped, not applied (point 13)."""
    found = _INSTANT.match(str(value).strip())
    if not found:
        return str(value)
    clock = found[2] or "00:00:00"
    return f"{found[1]} {clock if len(clock) == 8 else clock + ':00'}"


def number(value: Any) -> Decimal:
    """A number as the database casts a text to one: what stands at its beginning, otherwise 0."""
    if isinstance(value, int | Decimal):
        return Decimal(value)
    found = _NUMBER.match(str(value))
    try:
        return Decimal(found[0].strip()) if found else Decimal(0)
    except InvalidOperation:
        return Decimal(0)


@lru_cache(maxsize=256)
def _pattern(like: str) -> re.Pattern[str]:
    parts = {"%": ".*", "_": "."}
    return re.compile("".join(parts.get(char, re.escape(char)) for char in like), re.IGNORECASE | re.DOTALL)

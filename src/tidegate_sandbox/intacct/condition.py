"""Conditions on the records of an object, whichever door's words they came in (contract §5.1, §5.2, §15.4)."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from tidegate_sandbox.intacct.failure import bad_request
from tidegate_sandbox.intacct.formats import Value, read_value, xml_value
from tidegate_sandbox.intacct.object_type import Field

Condition = Callable[[Any], bool]
ORDERED: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda left, right: left == right,
    "!=": lambda left, right: left != right,
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
}


def wanted(name: str, field: Field, text: str) -> Value:
    """A filter's value by the field's kind. FunctionFailure ``DL02000001`` for what cannot be read."""
    text = field.codes.get(text, text)
    try:
        if field.kind == "date" and len(text.strip()) > 10:
            return read_value(text, "moment")
        return read_value(text, field.kind)
    except ValueError as error:
        raise bad_request(f"{name}: {error}") from None


def comparison(name: str, field: Field, operator: str, text: str, *, folded: bool) -> Condition:
    """A comparison; nothing (an empty value) equals nothing else, and is neither less nor greater."""
    right = wanted(name, field, text) if text != "" or field.kind == "text" else None
    compare = ORDERED[operator]

    def holds(record: Any) -> bool:
        left = _comparable(field.getter(record), right)
        if left is None or right is None:
            return operator == "!=" and left is not right
        return compare(_fold(left, folded), _fold(right, folded))

    return holds


def _comparable(left: Value, right: Value) -> Any:
    if left == "" or left is None:
        return "" if right == "" else None
    if isinstance(right, Decimal) and isinstance(left, str | int):
        return Decimal(left) if str(left).lstrip("-").replace(".", "", 1).isdigit() else None
    if isinstance(left, datetime):
        # The gateway keeps and compares times to the second.
        return left.replace(microsecond=0) if isinstance(right, datetime) else left.date()
    if isinstance(left, date) and isinstance(right, datetime):
        return datetime(left.year, left.month, left.day, tzinfo=right.tzinfo)
    if isinstance(right, str) and not isinstance(left, str):
        return xml_value(left)
    return left


def _fold(value: Any, folded: bool) -> Any:
    return value.lower() if folded and isinstance(value, str) else value


def among(name: str, field: Field, texts: Sequence[str], *, folded: bool) -> Condition:
    """Whether a value is one of several."""
    rights = [wanted(name, field, text) for text in texts]
    chosen = {_fold(right, folded) for right in rights}
    sample = rights[0] if rights else ""

    def holds(record: Any) -> bool:
        return _fold(_comparable(field.getter(record), sample), folded) in chosen

    return holds


@lru_cache(maxsize=256)
def _pattern(text: str, folded: bool) -> re.Pattern[str]:
    parts = "".join(".*" if each == "%" else "." if each == "_" else re.escape(each) for each in text)
    return re.compile(parts, re.DOTALL | (re.IGNORECASE if folded else 0))


def like(field: Field, text: str, *, folded: bool) -> Condition:
    """Whether a value is like a pattern: ``%`` any text, ``_`` one character."""
    pattern = _pattern(text, folded)
    return lambda record: pattern.fullmatch(xml_value(field.getter(record))) is not None


def empty(field: Field) -> Condition:
    """Whether there is no value."""
    return lambda record: field.getter(record) in (None, "")


def negated(condition: Condition) -> Condition:
    """The opposite."""
    return lambda record: not condition(record)


def every(conditions: Sequence[Condition]) -> Condition:
    """All of them; all records where there is none."""
    return lambda record: all(one(record) for one in conditions)


def some(conditions: Sequence[Condition]) -> Condition:
    """At least one of them."""
    return lambda record: any(one(record) for one in conditions)


def sort_key(value: Value) -> tuple[int, Any]:
    """A key that orders values of one field, nothing first."""
    if value is None or value == "":
        return 0, ""
    if isinstance(value, bool):
        return 1, int(value)
    if isinstance(value, str) and value.isascii() and value.isdigit():
        return 1, Decimal(value)
    if isinstance(value, str):
        return 2, value
    return 1, value

"""Conditions looked at row by row, for sources that answer little or nothing of a question."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from tidegate_agent.sage100.reader import NO_DATE, AllOf, AnyOf, Condition, Row, Where

SIGNS: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}


def columns_in(where: Sequence[Condition]) -> list[str]:
    """The columns that conditions speak of."""
    return [
        name for one in where for name in ([one.column] if isinstance(one, Where) else columns_in(one.parts))
    ]


def holds(row: Row, where: Sequence[Condition]) -> bool:
    """Whether a row meets all conditions."""
    return all(_meets(row, one) for one in where)


def _meets(row: Row, one: Condition) -> bool:
    if isinstance(one, AllOf):
        return holds(row, one.parts)
    if isinstance(one, AnyOf):
        return any(_meets(row, part) for part in one.parts)
    found, asked = row[one.column], one.value
    if one.sign == "IN":
        assert not isinstance(asked, str | int | Decimal | date)  # noqa: S101 - IN takes a list
        return any(sortable(found) == sortable(value) for value in asked)
    return SIGNS[one.sign](sortable(found), sortable(asked))


def sortable(value: Any) -> Any:
    """Values of one column among each other: no date is the earliest, numbers are numbers."""
    if value is None:
        return NO_DATE
    return Decimal(value) if isinstance(value, int | Decimal) else value


def chosen(rows: list[Row], columns: Sequence[str], order: Sequence[str], top: int | None) -> list[Row]:
    """These columns of the first `top` rows in this order."""
    if order:
        rows.sort(key=lambda row: tuple(sortable(row[name]) for name in order))
    return [{name: row[name] for name in columns} for row in rows[:top]]

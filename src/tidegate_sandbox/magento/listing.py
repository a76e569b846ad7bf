"""List answers: filters, sorting and paging over rows, in the shape of every list call (point 15)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from tidegate_sandbox.magento.call import Call
from tidegate_sandbox.magento.condition import number, test_of
from tidegate_sandbox.magento.criteria import Criteria, UnknownColumn

Row = Mapping[str, Any]


def answer(call: Call, items: list[Any], criteria: Criteria, total: int) -> dict[str, Any]:
    """The body of a list answer."""
    empty = not items and call.injected("null_lists") is not None
    lie = call.injected("count_lies")
    total += lie.options.get("more", 1) if lie else 0
    return {"items": None if empty else items, "search_criteria": criteria.echo(), "total_count": total}


def page(call: Call, found: Sequence[Any], criteria: Criteria, key: Callable[[Any], int]) -> list[Any]:
    """Which of ``found`` are on the page: all of the sorted rows, unless a fault caps or shuffles them."""
    if criteria.sorts and call.injected("ignore_sort") is not None:
        found = sorted(found, key=lambda item: hashlib.sha256(str(key(item)).encode()).digest())
    capped = call.injected("page_cap")
    return list(found[criteria.page(capped.options.get("size", 20) if capped else None)])


def search(rows: Iterable[Row], criteria: Criteria, columns: Mapping[str, str]) -> list[Row]:
    """The rows that ``criteria`` find, sorted, all pages of them. Raises UnknownColumn."""
    found = list(rows)
    for group in criteria.groups:
        tests = [(wanted.field, test_of(wanted, _kind(wanted.field, columns))) for wanted in group]
        found = [row for row in found if any(test(row.get(field)) for field, test in tests)]
    for sort in reversed(criteria.sorts):
        kind = _kind(sort.field, columns)
        found.sort(key=_sort_key(sort.field, kind), reverse=not sort.ascending)
    return found


def _kind(field: str, columns: Mapping[str, str]) -> str:
    if field not in columns:
        raise UnknownColumn(field)
    return columns[field]


def _sort_key(field: str, kind: str) -> Callable[[Row], Any]:
    if kind in ("integer", "number"):
        return lambda row: (field in row, number(row.get(field, 0)))
    return lambda row: (field in row, str(row.get(field, "")).casefold())

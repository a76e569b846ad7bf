"""The search criteria of a list call, as read from the query string and as sent back in the answer."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from tidegate_sandbox.magento.refusal import Refusal, required, wrong_type


class UnknownCriterion(Exception):
    """A key that the search criteria do not have: Magento crashes on it (500)."""


class UnknownColumn(Exception):
    """A filter or sort by a column that the table does not have: 500 or 400, by the table (point 16)."""

    def __init__(self, column: str) -> None:
        super().__init__(column)
        self.column = column


@dataclass(frozen=True)
class Filter:
    """One condition on one column. ``value`` is a text, or a list where PHP array keys were sent."""

    field: str
    value: str | list[str] | None
    condition: str

    def echo(self) -> dict[str, Any]:
        """As the answer repeats it."""
        shown = {} if self.value is None else {"value": self.value}
        return {"field": self.field, **shown, "condition_type": self.condition}


@dataclass(frozen=True)
class Sort:
    """One column to sort by. Magento sorts downwards unless ASC is said."""

    field: str
    direction: str | None

    @property
    def ascending(self) -> bool:
        """Whether the smallest comes first."""
        return self.direction == "ASC"

    def echo(self) -> dict[str, Any]:
        """As the answer repeats it."""
        return (
            {"field": self.field}
            if self.direction is None
            else {"field": self.field, "direction": self.direction}
        )


@dataclass(frozen=True)
class Criteria:
    """Groups are joined by AND, the filters within a group by OR. Without a page size: everything."""

    groups: tuple[tuple[Filter, ...], ...] = ()
    sorts: tuple[Sort, ...] = ()
    page_size: int | None = None
    current_page: int | None = None

    def echo(self) -> dict[str, Any]:
        """As the answer repeats them: keys that were not sent are left out."""
        answer: dict[str, Any] = {
            "filter_groups": [{"filters": [f.echo() for f in group]} for group in self.groups]
        }
        if self.sorts:
            answer["sort_orders"] = [sort.echo() for sort in self.sorts]
        if self.page_size is not None:
            answer["page_size"] = self.page_size
        if self.current_page is not None:
            answer["current_page"] = self.current_page
        return answer

    def page(self, cap: int | None = None) -> slice:
        """Which of the rows found are on the page asked for. ``currentPage`` below 1 is page 1 (point 15)."""
        size = self.page_size
        if cap is not None:
            size = min(size, cap) if size else cap
        if not size:
            return slice(None)
        first = (max(self.current_page or 1, 1) - 1) * size
        return slice(first, first + size)


def from_query(query: dict[str, Any]) -> Criteria:
    """The criteria of a decoded query string. Refuses a call without any (point 16) and wrong values."""
    value = query.get("searchCriteria", query.get("search_criteria"))
    if value is None:
        raise required("searchCriteria")
    return _criteria(value) if isinstance(value, dict) else Criteria()


def _criteria(value: dict[str, Any]) -> Criteria:
    groups: tuple[tuple[Filter, ...], ...] = ()
    sorts: tuple[Sort, ...] = ()
    numbers: dict[str, int] = {}
    for key, item in value.items():
        match _snake(key):
            case "filter_groups":
                groups = tuple(_group(group) for group in _values(item))
            case "sort_orders":
                sorts = tuple(_sort(sort) for sort in _values(item))
            case "page_size" | "current_page" as name:
                numbers[name] = _whole(item)
            case _:
                raise UnknownCriterion(key)
    return Criteria(groups, sorts, numbers.get("page_size"), numbers.get("current_page"))


@lru_cache(maxsize=256)
def _snake(key: str) -> str:
    return "".join(f"_{char.lower()}" if char.isupper() else char for char in key)


def _values(item: Any) -> list[Any]:
    return list(item.values()) if isinstance(item, dict) else []


def _whole(item: Any) -> int:
    try:
        return int(item)
    except (TypeError, ValueError):
        raise wrong_type(item, "int") from None


def _group(value: Any) -> tuple[Filter, ...]:
    filters: list[Filter] = []
    for key, item in value.items() if isinstance(value, dict) else ():
        if _snake(key) != "filters":
            raise UnknownCriterion(key)
        filters.extend(_filter(entry) for entry in _values(item))
    return tuple(filters)


def _filter(value: Any) -> Filter:
    if not isinstance(value, dict):
        raise UnknownCriterion(str(value))
    keys = {_snake(key): item for key, item in value.items()}
    if unknown := keys.keys() - {"field", "value", "condition_type"}:
        raise UnknownCriterion(unknown.pop())
    wanted = keys.get("value")
    if isinstance(wanted, dict):
        wanted = list(wanted.values())
    return Filter(str(keys.get("field", "")), wanted, str(keys.get("condition_type", "eq")))


def _sort(value: Any) -> Sort:
    keys = {_snake(key): item for key, item in value.items()} if isinstance(value, dict) else {}
    direction = keys.get("direction")
    if direction is not None:
        direction = str(direction).upper()
        if direction not in ("ASC", "DESC"):
            raise Refusal(
                400,
                "The sort order has to be specified as %1 for ascending order or %2 for descending order.",
                ["ASC", "DESC"],
            )
    return Sort(str(keys.get("field", "")), direction)

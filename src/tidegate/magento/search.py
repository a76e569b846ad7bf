"""What is asked of a list: filters, sorting, paging and fields as one small typed value.

Magento's `searchCriteria` is a conjunction of groups, each a disjunction of filters (contract points 13
to 16). Text is percent-encoded throughout, brackets included: OAuth 1.0a signs the query, and its
libraries refuse raw brackets.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import Literal, Self
from urllib.parse import quote

Condition = Literal["eq", "neq", "gt", "gteq", "lt", "lteq", "in", "nin", "like", "null", "notnull"]
Value = str | int | datetime | Iterable[int] | Iterable[str]

FORMAT = "%Y-%m-%d %H:%M:%S"


def utc_text(at: datetime) -> str:
    """`at` as Magento stores it: UTC, whole seconds, no zone (point 13). ValueError without a zone."""
    if at.tzinfo is None:
        raise ValueError(f"{at.isoformat()}: a filter needs an aware datetime")
    return at.astimezone(UTC).strftime(FORMAT)


def instant(text: str) -> datetime:
    """Magento's `YYYY-MM-DD HH:MM:SS` as an aware UTC datetime. ValueError for anything else."""
    if len(text) != 19:
        raise ValueError(f"{text!r} is not a date of the form YYYY-MM-DD HH:MM:SS")
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Filter:
    """One comparison of one column."""

    field: str
    condition: Condition
    value: Value = "1"

    @property
    def text(self) -> str:
        """The value as it is sent."""
        value = self.value
        if isinstance(value, datetime):
            return utc_text(value)
        if isinstance(value, str | int):
            return str(value)
        return ",".join(str(one) for one in value)


@dataclass(frozen=True, slots=True)
class Search:
    """A list request. `groups` are ANDed, the filters in a group are ORed."""

    groups: tuple[tuple[Filter, ...], ...] = ()
    sorts: tuple[tuple[str, Literal["ASC", "DESC"]], ...] = ()
    page_size: int | None = None
    page: int | None = None
    fields: str = ""  #: e.g. `items[entity_id],total_count`

    def where(self, *filters: Filter) -> Self:
        """All of `filters` must hold, too."""
        return replace(self, groups=self.groups + tuple((one,) for one in filters))

    def any_of(self, *filters: Filter) -> Self:
        """At least one of `filters` must hold, too."""
        return replace(self, groups=(*self.groups, filters))

    def sorted_by(self, field: str, direction: Literal["ASC", "DESC"] = "ASC") -> Self:
        """Sort by `field` behind what is sorted by already."""
        return replace(self, sorts=(*self.sorts, (field, direction)))

    def sized(self, page_size: int, page: int = 1) -> Self:
        """The page of that size."""
        return replace(self, page_size=page_size, page=page)

    def only(self, fields: str) -> Self:
        """Ask for these fields; trims the answer, not the store's work."""
        return replace(self, fields=fields)

    @property
    def query(self) -> str:
        """The query string, percent-encoded. An empty search is `searchCriteria=` and means ALL rows."""
        pairs: list[tuple[str, str]] = []
        for number, group in enumerate(self.groups):
            for position, one in enumerate(group):
                stem = f"searchCriteria[filter_groups][{number}][filters][{position}]"
                pairs.append((f"{stem}[field]", one.field))
                pairs.append((f"{stem}[value]", one.text))
                pairs.append((f"{stem}[condition_type]", one.condition))
        for number, (field, direction) in enumerate(self.sorts):
            pairs.append((f"searchCriteria[sortOrders][{number}][field]", field))
            pairs.append((f"searchCriteria[sortOrders][{number}][direction]", direction))
        if self.page_size is not None:
            pairs.append(("searchCriteria[pageSize]", str(self.page_size)))
        if self.page is not None:
            pairs.append(("searchCriteria[currentPage]", str(self.page)))
        if not pairs:
            pairs.append(("searchCriteria", ""))  # required, even when nothing is searched for (point 16)
        if self.fields:
            pairs.append(("fields", self.fields))
        return "&".join([f"{_name(key)}={quote(value, safe='')}" for key, value in pairs])


@lru_cache(maxsize=256)
def _name(text: str) -> str:
    """The name of a parameter as it is sent; a hub's searches share a few."""
    return quote(text, safe="")


def fields_query(fields: str) -> str:
    """The query that asks for these fields of one record; all of them if empty."""
    return f"fields={quote(fields, safe='')}" if fields else ""


NO_ORDER = Filter("entity_id", "eq", 0)
"""Matches nothing: an answer to it proves that the store works, without touching any order."""

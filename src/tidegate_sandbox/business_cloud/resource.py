"""A resource of the API: its records, how one is shown, and what may be done with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tidegate_sandbox.business_cloud.values import Body

Query = Mapping[str, str]
LISTING = frozenset({"items_per_page", "page", "attributes", "nested_attributes", "sort"})
"""Parameters that every list takes."""


@dataclass(frozen=True, slots=True)
class Done:
    """What a deletion leaves: None for 204, a record for 200."""

    record: Any = None


@dataclass(slots=True, kw_only=True)
class Resource:
    """One resource of one business. Functions are called with the company's lock held.

    ``filters``: parameter of the list -> (record, its value) -> whether the record passes.
    ``dressed``: parameters that only add to what is shown.
    """

    path: str
    wrapper: str = ""  #: of bodies
    rows: Callable[[], Iterable[Any]]
    id: Callable[[Any], str]
    show: Callable[[Any, Query], Body]  #: every attribute
    find: Callable[[str], Any | None]
    searched: Callable[[Any], Iterable[str]] | None = None  #: the texts that `search` looks in
    stamps: Callable[[Any], tuple[datetime, datetime]] | None = None  #: created, updated
    sorts: Mapping[str, Callable[[Any], Any]] = field(default_factory=dict)
    filters: Mapping[str, Callable[[Any, str], bool]] = field(default_factory=dict)
    dressed: frozenset[str] = frozenset()
    lists_deletions: bool = False
    marks_sent: Callable[[Any], None] | None = None
    create: Callable[[Body], Any] | None = None
    change: Callable[[Any, Body], Any] | None = None
    remove: Callable[[Any, Query], Done] | None = None
    release: Callable[[Any], Any] | None = None

    @property
    def parameters(self) -> frozenset[str]:
        """What its list takes."""
        known = LISTING | self.filters.keys() | self.dressed
        known |= {"search"} if self.searched is not None else set()
        known |= {"updated_or_created_since"} if self.stamps is not None else set()
        return known | ({"deleted_since"} if self.lists_deletions else frozenset())

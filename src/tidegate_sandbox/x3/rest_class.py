"""A class of Sage X3's REST api1: its fields, and its records in the order of their key (contract §6)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

Value = Callable[[Any], Any]
Body = dict[str, Any]


@dataclass(slots=True, kw_only=True)
class RestClass:
    """One class. ``lookups`` has, for each indexed field, a function from a value to the records that may have it."""

    name: str
    key: tuple[str, ...]
    fields: Mapping[str, Value]
    rows: Callable[[], Iterable[Any]]
    lookups: Mapping[str, Callable[[Any], Iterable[Any]]] = field(default_factory=dict)

    def shown(self, record: Any) -> Body:
        """A record as a JSON object."""
        return {name: value(record) for name, value in self.fields.items()}

    def key_of(self, record: Any) -> tuple[Any, ...]:
        """The values of a record's key fields."""
        return tuple(self.fields[name](record) for name in self.key)

    def key_text(self, record: Any) -> str:
        """The key as URLs contain it: its parts joined by `~` (C)."""
        return "~".join(str(part) for part in self.key_of(record))

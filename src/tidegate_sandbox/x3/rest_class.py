"""A class of REST api1: the fields of its representation, and its records in the order of their key (contract §6)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

Value = Callable[[Any], Any]
Body = dict[str, Any]


@dataclass(slots=True, kw_only=True)
class RestClass:
    """One class; ``lookups`` map a field to the records that may have a value of it, where there is an index."""

    name: str
    key: tuple[str, ...]
    fields: Mapping[str, Value]
    rows: Callable[[], Iterable[Any]]
    lookups: Mapping[str, Callable[[Any], Iterable[Any]]] = field(default_factory=dict)

    def shown(self, record: Any) -> Body:
        """A record as JSON has it."""
        return {name: value(record) for name, value in self.fields.items()}

    def key_of(self, record: Any) -> tuple[Any, ...]:
        """The parts of a record's key."""
        return tuple(self.fields[name](record) for name in self.key)

    def key_text(self, record: Any) -> str:
        """The key as it stands in addresses: parts joined by `~` (C)."""
        return "~".join(str(part) for part in self.key_of(record))

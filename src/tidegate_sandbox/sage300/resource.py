"""A resource of the Web API: its key, its properties, and what may be done with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from tidegate_sandbox.sage300.problem import Problem

Body = dict[str, Any]
Value = Callable[[Any], Any]
"""A property's value, from the record."""
TYPES = {
    "s": "Edm.String",
    "n": "Edm.Decimal",
    "i": "Edm.Int64",
    "dt": "Edm.DateTimeOffset",
    "b": "Edm.Boolean",
}


@dataclass(frozen=True, slots=True)
class Details:
    """A collection inside an entity."""

    types: Mapping[str, str]
    rows: Callable[[Any], list[Body]]


@dataclass(slots=True, kw_only=True)
class Resource:
    """One resource of one company.

    ``fields`` maps a property to its type (a key of ``TYPES``) and its value. ``lookups``: a property to the
    records that may have a value of it. ``insert``, ``change`` and ``remove`` are called with the company's
    lock held; ``process`` runs a process and answers nothing.
    """

    name: str
    module: str
    key: tuple[str, ...]
    fields: Mapping[str, tuple[str, Value]]
    rows: Callable[[], Iterable[Any]]
    details: Mapping[str, Details] = field(default_factory=dict)
    lookups: Mapping[str, Callable[[Any], Iterable[Any]]] = field(default_factory=dict)
    takes: frozenset[str] = frozenset()  #: properties of bodies beside ``fields`` and ``details``
    insert: Callable[[Body], Any] | None = None
    change: Callable[[Any, Body], None] | None = None
    remove: Callable[[Any], None] | None = None
    process: Callable[[Body], None] | None = None

    @property
    def verbs(self) -> frozenset[str]:
        """What a client may do, by HTTP method."""
        if self.process is not None:
            return frozenset({"POST"})
        found = {"GET"}
        found |= {"POST"} if self.insert is not None else set()
        found |= {"PATCH"} if self.change is not None else set()
        found |= {"DELETE"} if self.remove is not None else set()
        return frozenset(found)

    def knows(self, name: str) -> bool:
        """Whether a filter may name this property: collections cannot be filtered."""
        return name in self.fields

    def value(self, record: Any, name: str) -> Any:
        """One property of a record."""
        return self.fields[name][1](record)

    def shown(self, record: Any, select: Iterable[str] = (), *, details: bool = True) -> Body:
        """A record as JSON values."""
        return self.all_shown((record,), select, details=details)[0]

    def all_shown(
        self, records: Iterable[Any], select: Iterable[str] = (), *, details: bool = True
    ) -> list[Body]:
        """Records as JSON values; which of their properties is decided once."""
        chosen = set(select)
        fields = [
            (name, kind, value) for name, (kind, value) in self.fields.items() if not chosen or name in chosen
        ]
        lists = [
            (name, one) for name, one in self.details.items() if details and (not chosen or name in chosen)
        ]
        found = []
        for record in records:
            body: Body = {name: _written(value(record), kind) for name, kind, value in fields}
            for name, one in lists:
                types = one.types
                body[name] = [
                    {each: _written(value, types.get(each, "s")) for each, value in row.items()}
                    for row in one.rows(record)
                ]
            found.append(body)
        return found

    def check(self, body: Body) -> None:
        """Problem InvalidPayload for a property that there is not."""
        for name in body:
            if name not in self.fields and name not in self.details and name not in self.takes:
                raise Problem(
                    "InvalidPayload", f"The property '{name}' does not exist on type '{self.name}'."
                )

    def find(self, key: tuple[Any, ...]) -> Any:
        """The record with this key. Problem RecordNotFound."""
        index = self.lookups.get(self.key[0])
        candidates = index(key[0]) if index is not None else self.rows()
        for record in candidates:
            if all(_same(self.value(record, name), part) for name, part in zip(self.key, key, strict=True)):
                return record
        raise Problem("RecordNotFound")


def _same(value: Any, asked: Any) -> bool:
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        try:
            return value == Decimal(str(asked))
        except ArithmeticError:
            return False
    return str(value) == str(asked)


def _written(value: Any, kind: str) -> Any:
    if type(value) is str:
        return value
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%dT%H:%M:%SZ}"
    if isinstance(value, date):
        return f"{value:%Y-%m-%d}T00:00:00Z"
    if value is None:
        return "" if kind == "s" else None
    return value


def text_of(body: Body, name: str, length: int = 0) -> str:
    """A text of a body. InvalidPayload for another type, FieldInvalid for more characters than the field has."""
    value = body.get(name, "")
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Problem("InvalidPayload", f"The value of '{name}' must be a text.")
    if length and len(value) > length:
        raise Problem("FieldInvalid", f"The value of '{name}' is longer than {length} characters.")
    return value


def number_of(value: Any, name: str) -> Decimal:
    """A number of a body. InvalidPayload for another type."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise Problem("InvalidPayload", f"The value of '{name}' must be a number.")
    return Decimal(value)


def yes(value: Any) -> bool:
    """A yes or no of a body."""
    return value is True or value in ("Yes", 1)

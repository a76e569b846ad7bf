"""A row of a list that cannot be read: named, so that it alone is left out and shown."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BadRow:
    """`name` is what people know it by (a SKU, a document's number); `key` the id that pages go by."""

    name: str
    why: str
    key: int | None = None

    def __str__(self) -> str:
        return f"{self.name}: {self.why}"

"""A row of a list that cannot be read: named, so that it alone is left out and shown."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BadRow:
    """`name` identifies it for users (a SKU, a document's number); `key` is the id that paging uses."""

    name: str
    why: str
    key: int | None = None

    def __str__(self) -> str:
        return f"{self.name}: {self.why}"

"""Mappings that were changed in the console: what stands over the configuration file, and the history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tidegate.ledger import models
from tidegate.ledger.database import inside
from tidegate.ledger.texts import storable


@dataclass(frozen=True, slots=True)
class MappingChange:
    """One change; `value` is JSON, "" = as in the file again."""

    id: int
    kind: str
    name: str
    value: str
    at: datetime
    by: str


def change(connection: str, kind: str, name: str, value: str, now: datetime, *, by: str) -> None:
    """Write a change down. In a transaction."""
    inside(now)
    models.Mapping.objects.create(
        connection=connection, kind=kind, name=storable(name), value=storable(value), at=now, by=storable(by)
    )


def in_force(connection: str) -> dict[tuple[str, str], MappingChange]:
    """The newest change of each entry, by (kind, name)."""
    rows = models.Mapping.objects.filter(connection=connection).order_by("pk")
    return {(row.kind, row.name): _change(row) for row in rows}


def history(connection: str, limit: int = 50) -> list[MappingChange]:
    """The newest changes first."""
    rows = models.Mapping.objects.filter(connection=connection).order_by("-pk")[:limit]
    return [_change(row) for row in rows]


def _change(row: models.Mapping) -> MappingChange:
    return MappingChange(row.pk, row.kind, row.name, row.value, row.at, row.by)

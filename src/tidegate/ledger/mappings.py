"""Mappings that were changed in the console: what overrides the configuration file, and the history."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from tidegate.ledger import marks, models
from tidegate.ledger.database import inside
from tidegate.ledger.texts import storable

#: The kind whose entries may be named by a customer's e-mail.
CUSTOMERS = "customers"


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
    _changed(connection, now)


def in_force(connection: str) -> dict[tuple[str, str], MappingChange]:
    """The newest change of each entry, by (kind, name)."""
    rows = models.Mapping.objects.filter(connection=connection).order_by("pk")
    return {(row.kind, row.name): _change(row) for row in rows}


def generation(connection: str) -> str:
    """Grows with every change: a process that has seen another one reads the mappings again."""
    return marks.read(_name(connection)) or ""


def forget_customers(connection: str, emails: Collection[str], now: datetime) -> int:
    """Delete every change of a customer's mapping that names one of these e-mails; how many. In a transaction."""
    inside(now)
    found = models.Mapping.objects.filter(connection=connection, kind=CUSTOMERS)
    mine = [pk for pk, name in found.values_list("pk", "name") if name.strip().casefold() in emails]
    if mine:
        models.Mapping.objects.filter(pk__in=mine).delete()
        _changed(connection, now)
    return len(mine)


def _changed(connection: str, now: datetime) -> None:
    marks.write(_name(connection), str(int(generation(connection) or 0) + 1), now)


def _name(connection: str) -> str:
    return f"mappings:{connection}"


def history(connection: str, limit: int = 50) -> list[MappingChange]:
    """The newest changes first."""
    rows = models.Mapping.objects.filter(connection=connection).order_by("-pk")[:limit]
    return [_change(row) for row in rows]


def _change(row: models.Mapping) -> MappingChange:
    return MappingChange(row.pk, row.kind, row.name, row.value, row.at, row.by)

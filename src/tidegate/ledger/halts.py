"""Connections that send nothing until a person or a working credential lifts it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tidegate.ledger import models, rows
from tidegate.ledger.database import inside
from tidegate.ledger.texts import LONGEST_REASON, storable


@dataclass(frozen=True, slots=True)
class Halted:
    """Why and since when a connection is halted."""

    connection: str
    reason: str
    code: str
    since: datetime
    by: str


def halt(connection: str, reason: str, code: str, now: datetime, *, by: str = "engine") -> bool:
    """Halt it; false when it was halted already (the first reason stays: it is the cause)."""
    inside(now)
    values = (connection, storable(reason, LONGEST_REASON), code, now, storable(by))
    columns = ("connection", "reason", "code", "since", "by")
    return bool(rows.insert_new(models.Halt, columns, [values], "connection"))


def lift(connection: str, now: datetime) -> bool:
    """Let it send again; false when it was not halted."""
    inside(now)
    return models.Halt.objects.filter(connection=connection).delete()[0] > 0


def halted(connection: str) -> Halted | None:
    """Why it is halted, or None."""
    row = models.Halt.objects.filter(connection=connection).first()
    return Halted(row.connection, row.reason, row.code, row.since, row.by) if row else None


def all_halted() -> list[Halted]:
    """Every halted connection."""
    found = models.Halt.objects.order_by("connection")
    return [Halted(row.connection, row.reason, row.code, row.since, row.by) for row in found]

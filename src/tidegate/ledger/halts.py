"""Connections that send nothing until a person or a working credential lifts it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tidegate.ledger import happened, models, rows
from tidegate.ledger.database import inside
from tidegate.ledger.texts import LONGEST_REASON, storable


@dataclass(frozen=True, slots=True)
class Halted:
    """Why and since when a connection is, or was, halted."""

    connection: str
    reason: str
    code: str
    since: datetime
    by: str
    lifted_at: datetime | None = None
    lifted_by: str = ""


def halt(connection: str, reason: str, code: str, now: datetime, *, by: str = "engine") -> bool:
    """Halt it; false when it was halted already (the first reason stays: it is the cause)."""
    inside(now)
    values = (connection, storable(reason, LONGEST_REASON), code, now, storable(by), None, "")
    columns = ("connection", "reason", "code", "since", "by", "lifted_at", "lifted_by")
    new = bool(rows.insert_new(models.Halt, columns, [values], "connection"))
    if new:
        happened.error("halt", connection=connection, code=code, by=by, reason=reason)
    return new


def lift(connection: str, now: datetime, *, by: str = "engine") -> bool:
    """Let it send again; false when it was not halted. Who lifted it is kept."""
    inside(now)
    in_force = models.Halt.objects.filter(connection=connection, lifted_at=None)
    lifted = in_force.update(lifted_at=now, lifted_by=storable(by)) > 0
    if lifted:
        happened.info("halt lifted", connection=connection, by=by)
    return lifted


def halted(connection: str) -> Halted | None:
    """Why it is halted, or None."""
    columns = ("connection", "reason", "code", "since", "by", "lifted_at", "lifted_by")
    found = rows.find(models.Halt, columns, "WHERE connection = %s AND lifted_at IS NULL", connection)
    return Halted(*found[0]) if found else None


def last_lifted(connection: str, code: str) -> datetime | None:
    """When a halt for this reason was lifted last; None when there was none."""
    lifted = models.Halt.objects.filter(connection=connection, code=code).exclude(lifted_at=None)
    return lifted.order_by("-lifted_at").values_list("lifted_at", flat=True).first()


def all_halted() -> list[Halted]:
    """Every halted connection."""
    return [_halted(row) for row in models.Halt.objects.filter(lifted_at=None).order_by("connection")]


def history(connection: str, limit: int = 20) -> list[Halted]:
    """Its halts, the latest first, with who lifted them."""
    return [_halted(row) for row in models.Halt.objects.filter(connection=connection).order_by("-pk")[:limit]]


def _halted(row: models.Halt) -> Halted:
    return Halted(row.connection, row.reason, row.code, row.since, row.by, row.lifted_at, row.lifted_by)

"""The items of a mirror that have rows of their own: how they are read, made and restarted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection as database_connection

from tidegate.domain.states import State
from tidegate.ledger import models, rows
from tidegate.tables import pl

#: Rows fetched or inserted at a time.
_AT_ONCE = 50_000


@dataclass(frozen=True, slots=True)
class MirrorItem:
    """One item with a row of its own. `wanted` is the newest value, `sent` what the reader has ("" = nothing).

    `id` is what a `Verdict` names as its `delivery_id`; `leaving` is what is on its way or in doubt.
    """

    id: int
    key: str
    wanted: str
    sent: str
    leaving: str
    state: State
    failures: int
    reason_code: str
    reason: str
    waits_for: str
    due_at: datetime | None
    changed_at: datetime


_ITEM = (
    "id",
    "key",
    "wanted",
    "sent",
    "leaving",
    "state",
    "failures",
    "reason_code",
    "reason",
    "waits_for",
    "due_at",
    "changed_at",
)
_STATE = _ITEM.index("state")
_NEW = (
    "connection",
    "flow",
    "key",
    "wanted",
    "sent",
    "in_picture",
    "state",
    "changed_at",
    "leaving",
    "failures",
    "reason_code",
    "reason",
    "waits_for",
    "scope",
    "fence",
)
_RESTARTED = (
    "state",
    "wanted",
    "sent",
    "leaving",
    "failures",
    "reason_code",
    "reason",
    "waits_for",
    "due_at",
    "changed_at",
    "batch",
)


def items(ending: str, *parameters: object) -> list[MirrorItem]:
    """Items by the WHERE ... of a plain statement."""
    found = [list(row) for row in rows.find(models.MirrorRow, _ITEM, ending, *parameters)]
    for row in found:
        row[_STATE] = State(row[_STATE])
    return [MirrorItem(*row) for row in found]


def table(connection: str, flow: str) -> pl.DataFrame:
    """Every row of one mirror (id, key, wanted, sent, state): a first load has a million of them."""
    schema = {"id": pl.Int64, **dict.fromkeys(("key", "wanted", "sent", "state"), pl.String)}
    parts: list[pl.DataFrame] = []
    with database_connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {', '.join(schema)} FROM tidegate_mirrorrow WHERE connection = %s AND flow = %s",  # noqa: S608
            [connection, flow],
        )
        while part := cursor.fetchmany(_AT_ONCE):
            parts.append(pl.DataFrame(part, schema=schema, orient="row"))
    return pl.concat(parts) if parts else pl.DataFrame(schema=schema)


def insert(connection: str, flow: str, new: Sequence[tuple[str, str, str, bool]], now: datetime) -> None:
    """Rows of queued items, from (key, wanted, sent, whether the snapshot has it)."""
    for part in rows.chunks(new, _AT_ONCE):
        rows.insert(
            models.MirrorRow,
            _NEW,
            [(connection, flow, *row, State.QUEUED.value, now, "", 0, "", "", "", "", 0) for row in part],
        )


def restart(changes: Sequence[tuple[int, str, str]], now: datetime) -> None:
    """Give items, as (id, wanted, sent), a fresh start: confirmed where the two are the same, else queued."""
    rows.update(
        models.MirrorRow,
        _RESTARTED,
        [
            (
                row_id,
                (State.CONFIRMED if wanted == sent else State.QUEUED).value,
                wanted,
                sent,
                "",
                0,
                "",
                "",
                "",
                None,
                now,
                None,
            )
            for row_id, wanted, sent in changes
        ],
    )

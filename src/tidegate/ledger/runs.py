"""Cycles that ran, for users; read only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from tidegate.ledger import models, old_runs, rows
from tidegate.ledger.run import COLUMNS, Run


def since(connection: str, start: datetime, limit: int) -> list[Run]:
    """The runs of one connection that began at `start` or later, the newest first. Walks an index."""
    return _newest([connection], "", Q(started_at__gte=start), limit)


def listing(connections: Sequence[str], flow: str = "", *, before: int = 0, limit: int = 50) -> list[Run]:
    """The newest runs of these connections; the next page has `before` = the last id shown. Walks an index."""
    earlier = Q()
    if before:
        last = models.Batch.objects.filter(pk=before).values_list("started_at", flat=True).first()
        if last is None:
            return []
        # the first part is what the index answers; runs of one instant are distinguished by their ids
        earlier = Q(started_at__lte=last) & (Q(started_at__lt=last) | Q(pk__lt=before))
    return _newest(connections, flow, earlier, limit)


def _newest(connections: Sequence[str], flow: str, which: Q, limit: int) -> list[Run]:
    """The newest runs of each flow by its index, then the newest of all: so a rare flow needs no scan of the others."""
    found = [
        run
        for connection in connections
        for each in ([flow] if flow else flows(connection))
        for run in models.Batch.objects.filter(which, connection=connection, flow=each).order_by(
            "-started_at", "-pk"
        )[:limit]
    ]
    return [
        _run(row) for row in sorted(found, key=lambda row: (row.started_at, row.pk), reverse=True)[:limit]
    ]


def get(run_id: int) -> Run | None:
    """One run, also of those that are archived."""
    row = models.Batch.objects.filter(pk=run_id).first()
    return _run(row) if row else old_runs.find(run_id)


_NEXT_FLOW = "SELECT min(flow) FROM tidegate_batch WHERE connection = %s AND flow > %s"


def flows(connection: str) -> list[str]:
    """The flows that have ever run, by jumps along the index."""
    known: list[str] = []
    last = ""
    while True:
        (found,) = rows.fetch_one(_NEXT_FLOW, connection, last) or (None,)
        if found is None:
            return known
        known.append(found)
        last = found


def _run(row: models.Batch) -> Run:
    return Run(*(getattr(row, column) for column in COLUMNS))


@dataclass(frozen=True, slots=True)
class Tried:
    """One attempt of a run."""

    delivery: int
    label: str
    step: str
    started_at: datetime
    ended_at: datetime | None
    outcome: str
    code: str
    text: str


def attempts(run_id: int, limit: int) -> list[Tried]:
    """What a run tried, in its order."""
    found = models.Attempt.objects.filter(batch_id=run_id).select_related("delivery").order_by("pk")[:limit]
    return [
        Tried(
            row.delivery_id,
            row.delivery.label or row.delivery.key,
            row.delivery.step,
            row.started_at,
            row.ended_at,
            row.outcome or "in doubt",
            row.code,
            row.text,
        )
        for row in found
    ]

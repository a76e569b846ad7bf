"""Cycles that had nothing to do: counted by quarters of an hour, for they are most of all cycles.

A hundred connections with five flows at a minute's cadence would leave 720,000 rows a day behind.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Sum

from tidegate.ledger import models, rows
from tidegate.ledger.database import inside

QUARTER = timedelta(minutes=15)
#: Longer than any report looks back.
KEPT = timedelta(days=400)
_COUNT = """
    INSERT INTO tidegate_idlecycles (connection, flow, at, cycles, calls, first_at, last_at)
    VALUES (%s, %s, %s, 1, %s, %s, %s)
    ON CONFLICT (connection, at, flow) DO UPDATE SET
        cycles = tidegate_idlecycles.cycles + 1, calls = tidegate_idlecycles.calls + EXCLUDED.calls,
        last_at = EXCLUDED.last_at
"""


def count(connection: str, flow: str, started: datetime, calls: int, now: datetime) -> None:
    """One more. In a transaction."""
    inside(now)
    at = rows.instant(started)
    rows.execute(_COUNT, connection, flow, rows.instant(quarter_end(started)), calls, at, at)


def quarter_end(moment: datetime) -> datetime:
    """The end of its quarter of an hour; an end belongs to the quarter that it ends."""
    start = moment.replace(minute=moment.minute // 15 * 15, second=0, microsecond=0)
    return moment if moment == start else start + QUARTER


def within(connection: str, start: datetime, end: datetime) -> dict[str, tuple[int, int]]:
    """By flow: how many there were after `start` and up to `end`, and their calls; to the quarter of an hour."""
    found = models.IdleCycles.objects.filter(
        connection=connection, at__gt=quarter_end(start), at__lte=quarter_end(end)
    )
    summed = found.order_by("flow").values_list("flow").annotate(Sum("cycles"), Sum("calls"))
    return {flow: (int(cycles), int(calls)) for flow, cycles, calls in summed}


def began(connection: str, flow: str, since: datetime) -> list[datetime]:
    """When they began. Of a quarter of an hour the first and the last are known, the others lie evenly between."""
    found = models.IdleCycles.objects.filter(
        connection=connection, flow=flow, at__gte=since, last_at__gte=since
    ).order_by("at")
    instants: list[datetime] = []
    for cycles, first, last in found.values_list("cycles", "first_at", "last_at"):
        step = (last - first) / max(cycles - 1, 1)
        instants += [first + step * place for place in range(cycles)]
    return [at for at in instants if at >= since]


def forget(now: datetime) -> int:
    """Drop what is older than is kept; how many lines. In a transaction."""
    inside(now)
    return models.IdleCycles.objects.filter(at__lt=now - KEPT).delete()[0]

"""What happened with one connection within a span of time, and what is left of it; for the digest. Read only.

The end belongs to a span, the start does not: so what has just happened counts, and nothing counts twice.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Count

from tidegate.domain.missing_thing import kind_of
from tidegate.domain.states import WAITING, State
from tidegate.ledger import idle_cycles, models, rows, runs
from tidegate.ledger.alerts import OpenAlert

#: States of everything that has not arrived and that is not over.
OPEN = (*WAITING, State.IN_DOUBT, State.HANDED_OVER, State.HELD, State.REVIEW)


#: In the order of `Work`.
_WORK = """
    SELECT count(*), coalesce(sum(sent), 0), coalesce(sum(confirmed), 0), coalesce(sum(failed), 0),
           coalesce(sum(in_doubt), 0), coalesce(sum(handed_over), 0), coalesce(sum(calls), 0)
    FROM tidegate_batch
    WHERE connection = %s AND flow = %s AND started_at > %s AND started_at <= %s AND NOT idle
"""
_FAILURES = """
    SELECT attempt.code, count(*)
    FROM tidegate_attempt AS attempt JOIN tidegate_batch AS batch ON batch.id = attempt.batch_id
    WHERE batch.connection = %s AND batch.flow = %s AND batch.started_at > %s AND batch.started_at <= %s
          AND NOT (attempt.code = '')
    GROUP BY attempt.code
"""
#: In the order of `Waiting`.
_WAITING = ("flow", "step", "label", "state", "reason_code", "waits_for", "created_at")


@dataclass(frozen=True, slots=True)
class Work:
    """What the cycles of one flow did, sums of their batches."""

    cycles: int = 0
    sent: int = 0
    confirmed: int = 0
    failed: int = 0
    in_doubt: int = 0
    handed_over: int = 0
    calls: int = 0


@dataclass(frozen=True, slots=True)
class Waiting:
    """One open delivery without its text, which may name persons."""

    flow: str
    step: str
    label: str
    state: str
    code: str
    waits_for: str
    created_at: datetime


def work(connection: str, start: datetime, end: datetime) -> dict[str, Work]:
    """By flow: the batches that began in the span, and the idle cycles to the quarter of an hour."""
    found: dict[str, Work] = {}
    for flow in runs.flows(connection):  # one after the other, each along its index
        counted = rows.fetch_one(_WORK, connection, flow, rows.instant(start), rows.instant(end))
        if counted is not None and counted[0]:
            found[flow] = Work(*map(int, counted))
    for flow, (cycles, calls) in idle_cycles.within(connection, start, end).items():
        busy = found.get(flow, Work())
        found[flow] = replace(busy, cycles=busy.cycles + cycles, calls=busy.calls + calls)
    return dict(sorted(found.items()))


def failures(connection: str, start: datetime, end: datetime) -> dict[str, int]:
    """By code: attempts of the span that ended with one."""
    counted: Counter[str] = Counter()
    for flow in runs.flows(connection):
        found = rows.fetch_all(_FAILURES, connection, flow, rows.instant(start), rows.instant(end))
        counted.update({code: int(count) for code, count in found})
    return dict(sorted(counted.items()))


def confirmed(connection: str, flow: str, step: str, start: datetime, end: datetime) -> int:
    """Deliveries of one step that were confirmed in the span."""
    return models.Delivery.objects.filter(
        connection=connection,
        flow=flow,
        step=step,
        state=State.CONFIRMED.value,
        changed_at__gt=start,
        changed_at__lte=end,
    ).count()


def oldest(connection: str, limit: int) -> list[Waiting]:
    """The open deliveries that wait longest."""
    ending = "WHERE connection = %s AND state = %s ORDER BY id LIMIT %s"
    found = [
        Waiting(*row)
        for state in OPEN  # one after the other, each along its index
        for row in rows.find(models.Delivery, _WAITING, ending, connection, state.value, limit)
    ]
    return sorted(found, key=lambda each: each.created_at)[:limit]


def oldest_of_flow(connection: str, flow: str) -> datetime | None:
    """Since when the oldest open delivery of a flow waits."""
    ending = "WHERE connection = %s AND flow = %s AND state = %s ORDER BY id LIMIT 1"
    found: list[datetime] = []
    for state in OPEN:
        found += [
            at for (at,) in rows.find(models.Delivery, ("created_at",), ending, connection, flow, state.value)
        ]
    return min(found, default=None)


def reviews(connection: str) -> dict[str, int]:
    """Deliveries and values of mirrors that wait for a person's decision, by code."""
    counted: dict[str, int] = {}
    for table in (models.Delivery, models.MirrorRow):
        found = table.objects.filter(connection=connection, state=State.REVIEW.value).order_by("reason_code")
        for code, count in found.values_list("reason_code").annotate(count=Count("pk")):
            counted[code] = counted.get(code, 0) + count
    return dict(sorted(counted.items()))


def held(connection: str) -> dict[str, int]:
    """The same for what waits for something missing, by `kind:name`; customers without their names."""
    counted: dict[str, int] = {}
    for table in (models.Delivery, models.MirrorRow):
        found = table.objects.filter(connection=connection, state=State.HELD.value).order_by("waits_for")
        for name, count in found.values_list("waits_for").annotate(count=Count("pk")):
            shown = nameless(name)
            counted[shown] = counted.get(shown, 0) + count
    return dict(sorted(counted.items()))


def nameless(thing: str) -> str:
    """What is missing, without the person: `customer:ann@example.com` is `customer`."""
    kind = kind_of(thing)
    return kind if "@" in thing or kind == "customer" else thing


def resolved(connection: str, start: datetime, end: datetime) -> list[OpenAlert]:
    """Alerts that ended in the span."""
    found = models.Alert.objects.filter(
        connection=connection, cleared_at__gt=start, cleared_at__lte=end
    ).order_by("cleared_at")
    columns = ("id", "code", "connection", "subject", "text", "raised_at", "last_at", "count")
    return [OpenAlert(*row) for row in found.values_list(*columns)]


def raised(connection: str, start: datetime, end: datetime) -> int:
    """How many alerts were raised in the span."""
    return models.Alert.objects.filter(connection=connection, raised_at__gt=start, raised_at__lte=end).count()

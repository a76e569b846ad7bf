"""What happened with one connection within a span of time, and what is left of it; for the digest. Read only.

The end belongs to a span, the start does not: so what has just happened counts, and nothing counts twice.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Count, Sum

from tidegate.domain.missing_thing import kind_of
from tidegate.domain.states import WAITING, State
from tidegate.ledger import idle_cycles, models, runs
from tidegate.ledger.alerts import OpenAlert

#: Everything that has not arrived and that somebody, or its turn, will end.
OPEN = (*WAITING, State.IN_DOUBT, State.HANDED_OVER, State.HELD, State.REVIEW)


#: Columns of a batch, in the order of `Work`.
SUMS = ("sent", "confirmed", "failed", "in_doubt", "handed_over", "calls")


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
        batches = models.Batch.objects.filter(
            connection=connection, flow=flow, started_at__gt=start, started_at__lte=end, idle=False
        )
        counted = batches.aggregate(cycles=Count("pk"), **{name: Sum(name) for name in SUMS})
        if counted["cycles"]:
            found[flow] = Work(**{name: int(each or 0) for name, each in counted.items()})
    for flow, (cycles, calls) in idle_cycles.within(connection, start, end).items():
        busy = found.get(flow, Work())
        found[flow] = replace(busy, cycles=busy.cycles + cycles, calls=busy.calls + calls)
    return dict(sorted(found.items()))


def failures(connection: str, start: datetime, end: datetime) -> dict[str, int]:
    """By code: attempts of the span that ended with one."""
    counted: Counter[str] = Counter()
    for flow in runs.flows(connection):
        found = models.Attempt.objects.filter(
            batch__connection=connection,
            batch__flow=flow,
            batch__started_at__gt=start,
            batch__started_at__lte=end,
        ).exclude(code="")
        counted.update(dict(found.order_by("code").values_list("code").annotate(count=Count("pk"))))
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
    found = []
    for state in OPEN:  # one after the other, each along its index
        rows = models.Delivery.objects.filter(connection=connection, state=state.value).order_by("pk")[:limit]
        found += [
            Waiting(row.flow, row.step, row.label, row.state, row.reason_code, row.waits_for, row.created_at)
            for row in rows.only("flow", "step", "label", "state", "reason_code", "waits_for", "created_at")
        ]
    return sorted(found, key=lambda each: each.created_at)[:limit]


def oldest_of_flow(connection: str, flow: str) -> datetime | None:
    """Since when the oldest open delivery of a flow waits."""
    found: list[datetime] = []
    for state in OPEN:
        rows = models.Delivery.objects.filter(connection=connection, flow=flow, state=state.value)
        found += rows.order_by("pk").values_list("created_at", flat=True)[:1]
    return min(found, default=None)


def reviews(connection: str) -> dict[str, int]:
    """Deliveries and values of mirrors that wait for a person's decision, by code."""
    counted: dict[str, int] = {}
    for table in (models.Delivery, models.MirrorRow):
        rows = table.objects.filter(connection=connection, state=State.REVIEW.value).order_by("reason_code")
        for code, count in rows.values_list("reason_code").annotate(count=Count("pk")):
            counted[code] = counted.get(code, 0) + count
    return dict(sorted(counted.items()))


def held(connection: str) -> dict[str, int]:
    """The same for what waits for something missing, by `kind:name`; customers without their names."""
    counted: dict[str, int] = {}
    for table in (models.Delivery, models.MirrorRow):
        rows = table.objects.filter(connection=connection, state=State.HELD.value).order_by("waits_for")
        for name, count in rows.values_list("waits_for").annotate(count=Count("pk")):
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

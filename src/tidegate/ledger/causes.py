"""Deliveries in review or held, grouped by cause. Read only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import BooleanField, Count, Min
from django.db.models.expressions import RawSQL

from tidegate.domain.errors import Code
from tidegate.domain.states import WAITING, State
from tidegate.ledger import models

#: States in which a delivery needs a person, or something that is missing.
WITH_A_PERSON = (State.REVIEW, State.HELD)
#: States that are counted; deliveries in all others are history and may be a million.
OPEN = (*WAITING, State.HANDED_OVER, State.IN_DOUBT, State.REVIEW, State.HELD)
#: The condition of the partial index `delivery_open`, word for word: with a parameter SQLite does not use the index.
NO_HISTORY = RawSQL("NOT (tidegate_delivery.state = 'confirmed')", (), output_field=BooleanField())


@dataclass(frozen=True, slots=True)
class Cause:
    """Deliveries of one flow of a connection in one state, with the same reason and the same missing thing."""

    connection: str
    flow: str
    state: State
    code: str
    waits_for: str
    count: int
    oldest: datetime
    example: int  #: primary key of the oldest delivery
    reason: str  #: of that delivery


def of(connections: Sequence[str]) -> list[Cause]:
    """The causes in these connections, those with the most deliveries first; orders that wait for payment come last.

    Deliveries are grouped by code, never by text: one cause may have two texts, and one text two causes.
    """
    columns = ("connection", "flow", "state", "reason_code", "waits_for")
    found = list(
        models.Delivery.objects.filter(
            connection__in=connections, state__in=[each.value for each in WITH_A_PERSON]
        )
        .filter(NO_HISTORY)
        .values(*columns)
        .annotate(count=Count("pk"), oldest=Min("created_at"), example=Min("pk"))
        .order_by(*columns)
    )
    reasons = dict(
        models.Delivery.objects.filter(pk__in=[row["example"] for row in found]).values_list("pk", "reason")
    )
    causes = [
        Cause(
            row["connection"],
            row["flow"],
            State(row["state"]),
            row["reason_code"],
            row["waits_for"],
            row["count"],
            row["oldest"],
            row["example"],
            reasons.get(row["example"], ""),
        )
        for row in found
    ]
    return sorted(causes, key=lambda each: (each.code == Code.PAYMENT_PENDING.value, -each.count, each.code))


def depths(connections: Sequence[str]) -> dict[State, int]:
    """How many deliveries are in each state of `OPEN`; states without any are left out."""
    found = (
        models.Delivery.objects.filter(connection__in=connections, state__in=[each.value for each in OPEN])
        .filter(NO_HISTORY)
        .order_by("state")
        .values_list("state")
        .annotate(count=Count("pk"))
    )
    return {State(state): count for state, count in found}

"""What stands still, grouped by its cause; read only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import BooleanField, Count, Min
from django.db.models.expressions import RawSQL

from tidegate.domain.errors import Code
from tidegate.domain.states import WAITING, State
from tidegate.ledger import models

#: States in which a delivery needs somebody or something.
WITH_A_PERSON = (State.REVIEW, State.HELD)
#: Of these the present ones are counted; what is finished is history and may be a million.
OPEN = (*WAITING, State.HANDED_OVER, State.IN_DOUBT, State.REVIEW, State.HELD)
#: As the index `delivery_open` has it: SQLite takes the index for these very words, and for no parameter.
NO_HISTORY = RawSQL("NOT (tidegate_delivery.state = 'confirmed')", (), output_field=BooleanField())


@dataclass(frozen=True, slots=True)
class Cause:
    """Deliveries of one connection that stand for the same reason and the same missing thing."""

    connection: str
    flow: str
    state: State
    code: str
    waits_for: str
    count: int
    oldest: datetime
    example: int  #: the oldest delivery
    reason: str  #: of that one


def of(connections: Sequence[str]) -> list[Cause]:
    """The causes in these connections, the largest first; what waits for a buyer's payment comes last.

    Never by the message: two texts may be one cause, and one text two.
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
    """How many deliveries stand in each open state."""
    found = (
        models.Delivery.objects.filter(connection__in=connections, state__in=[each.value for each in OPEN])
        .filter(NO_HISTORY)
        .order_by("state")
        .values_list("state")
        .annotate(count=Count("pk"))
    )
    return {State(state): count for state, count in found}

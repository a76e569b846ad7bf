"""Which connections, flows and steps the ledger holds anything of; read only."""

from __future__ import annotations

from django.db.models import Count

from tidegate.domain.account import Account
from tidegate.domain.states import State
from tidegate.ledger import models
from tidegate.ledger.account import _PLACE

#: Steps that carry a suffix of their own for each document, e.g. `change-9f2c...`: counted as one family.
FAMILIES = ("change",)


def steps() -> list[tuple[str, str, str]]:
    """Every (connection, flow, step) that has a delivery, also of connections that are configured no more.

    Steps of a family are given once, by the family's name.
    """
    rows = models.Delivery.objects.order_by("connection", "flow", "step")
    single = rows
    found: list[tuple[str, str, str]] = []
    for family in FAMILIES:
        single = single.exclude(step__startswith=f"{family}-")
        members = rows.filter(step__startswith=f"{family}-").order_by("connection", "flow")
        found += [
            (connection, flow, family)
            for connection, flow in members.values_list("connection", "flow").distinct()
        ]
    return [*single.values_list("connection", "flow", "step").distinct(), *found]


def family_account(connection: str, flow: str, family: str) -> Account:
    """The account of all steps of one family together; what was created counts as read."""
    rows = (
        models.Delivery.objects.filter(connection=connection, flow=flow, step__startswith=f"{family}-")
        .order_by("state")
        .values_list("state")
        .annotate(count=Count("pk"))
    )
    places: dict[str, int] = {}
    for state, count in rows:
        place = _PLACE[State(state)]
        places[place] = places.get(place, 0) + count
    return Account(read=sum(places.values()), **places)

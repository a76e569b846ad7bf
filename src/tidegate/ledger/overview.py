"""Which connections, flows and steps the ledger holds anything of; read only."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Count, Min, QuerySet

from tidegate.domain.account import Account
from tidegate.domain.states import State
from tidegate.ledger import models
from tidegate.ledger.account import _PLACE

#: Steps that carry a suffix of their own for each document, e.g. `change-9f2c...`: counted as one family.
FAMILIES = ("change",)
_LAST = "-zzzzzzzzzzzzzzzz"  # behind every suffix, which is hexadecimal, in any collation


def steps() -> list[tuple[str, str, str]]:
    """Every (connection, flow, step) that has a delivery, also of connections that are configured no more.

    Steps of a family are given once, by the family's name. Jumps from one name to the next by the
    index, so that it takes no longer with a million deliveries.
    """
    rows = models.Delivery.objects
    return [
        (connection, flow, step)
        for connection in _names(rows.all(), "connection")
        for flow in _names(rows.filter(connection=connection), "flow")
        for step in _names(rows.filter(connection=connection, flow=flow), "step")
    ]


def _names(rows: QuerySet[models.Delivery], column: str) -> Iterator[str]:
    last = ""
    while True:
        name = rows.filter(**{f"{column}__gt": last}).aggregate(name=Min(column))["name"]
        if name is None:
            return
        family = name.partition("-")[0]
        if column == "step" and family in FAMILIES and family != name:
            yield family
            last = family + _LAST
        else:
            yield name
            last = name


def family_account(connection: str, flow: str, family: str) -> Account:
    """The account of all steps of one family together; what was created counts as read."""
    rows = (
        models.Delivery.objects.filter(
            connection=connection, flow=flow, step__gte=f"{family}-", step__lte=f"{family}{_LAST}"
        )
        .order_by("state")
        .values_list("state")
        .annotate(count=Count("pk"))
    )
    places: dict[str, int] = {}
    for state, count in rows:
        place = _PLACE[State(state)]
        places[place] = places.get(place, 0) + count
    return Account(read=sum(places.values()), **places)

"""Which connections, flows and steps the ledger holds anything of; read only."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Count, Min, QuerySet

from tidegate.domain.flow_account import Account
from tidegate.domain.states import State
from tidegate.ledger import models
from tidegate.ledger.account import _PLACE

#: Steps that carry a suffix of their own for each document, e.g. `change-9f2c...` or `shipment:8963`: counted
#: as one family. Family -> what stands between its name and the suffix.
FAMILIES = {
    **dict.fromkeys(("change", "standing", "lift"), "-"),
    **dict.fromkeys(("shipment", "track", "invoice", "credit", "payment", "part-payment"), ":"),
}
_LAST = "zzzzzzzzzzzzzzzz"  # behind every suffix, in any collation


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
        family = family_of(name) if column == "step" else ""
        yield family or name
        last = f"{family}{FAMILIES[family]}{_LAST}" if family else name


def family_of(step: str) -> str:
    """The family that a step belongs to; "" for a step of its own."""
    for mark in (":", "-"):
        family, found, _ = step.partition(mark)
        if found and FAMILIES.get(family) == mark:
            return family
    return ""


def family_account(connection: str, flow: str, family: str) -> Account:
    """The account of all steps of one family together; what was created counts as read."""
    first = f"{family}{FAMILIES[family]}"
    rows = (
        models.Delivery.objects.filter(
            connection=connection, flow=flow, step__gte=first, step__lte=f"{first}{_LAST}"
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

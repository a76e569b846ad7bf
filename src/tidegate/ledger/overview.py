"""Which connections, flows and steps the ledger holds anything of; read only."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Min, QuerySet

from tidegate.ledger import models
from tidegate.ledger.families import family_of, span


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
        last = span(family)[1] if family else name

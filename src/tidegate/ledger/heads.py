"""The head lines of captured documents, without the documents; read only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from tidegate.ledger import models


@dataclass(frozen=True, slots=True)
class Head:
    """Whose document it is, its number in the store, its total, when it was placed."""

    connection: str
    number: str
    store: str
    total: Decimal | None
    currency: str
    placed_at: datetime | None


def of_source(source_id: int) -> Head | None:
    """The head of one captured document."""
    columns = ("connection", "increment_id", "store", "grand_total", "currency", "source_created_at")
    found = models.Source.objects.filter(pk=source_id).values_list(*columns).first()
    return Head(*found) if found else None


def highest_delivery() -> int:
    """The newest delivery's id: what has a higher one came later."""
    return models.Delivery.objects.order_by("-pk").values_list("pk", flat=True).first() or 0

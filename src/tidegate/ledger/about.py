"""What deliveries are about, in the words of a list: amount and document of their orders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from tidegate.ledger import models, rows


@dataclass(frozen=True, slots=True)
class About:
    """The captured document of a delivery: its total (None when it was never readable), its JSON."""

    total: Decimal | None
    currency: str
    document: str


def orders(delivery_ids: Sequence[int]) -> dict[int, About]:
    """By delivery; one without a captured document is left out."""
    found: dict[int, About] = {}
    for part in rows.chunks(delivery_ids):
        known = models.Delivery.objects.filter(pk__in=part).exclude(source=None)
        columns = ("pk", "source__grand_total", "source__currency", "source__document")
        for pk, total, currency, document in known.values_list(*columns):
            found[pk] = About(total, currency, document)
    return found

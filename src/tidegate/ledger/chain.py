"""The chain: the identifiers of both systems' documents that belong to one order. Any of them finds the chain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from tidegate.ledger import models, rows
from tidegate.ledger.database import inside
from tidegate.ledger.texts import storable


@dataclass(frozen=True, slots=True)
class ChainLink:
    """One identifier of a captured document.

    `kind` is e.g. `magento-order`, `sage-order` or `sage-invoice`. `delivery_id` is the delivery that made the
    document; None: unknown.
    """

    source_id: int
    kind: str
    identifier: str
    number: str = ""
    delivery_id: int | None = None


_LINK = ("source", "delivery", "kind", "identifier", "number")


def add(links: Sequence[ChainLink], now: datetime) -> None:
    """Tie identifiers to their sources, inside a transaction; `now` is aware UTC.

    An existing link is kept; when it names no delivery, it gets the one given here.
    """
    inside(now)
    tied = [
        (link.source_id, link.delivery_id, link.kind, storable(link.identifier), storable(link.number))
        for link in links
    ]
    new = rows.insert_new(models.Link, _LINK, tied, "identifier")
    if len(new) == len(links):
        return  # none was there, so none has to get its delivery
    made = {
        (link.source_id, link.kind, storable(link.identifier)): link.delivery_id
        for link in links
        if link.delivery_id is not None
    }
    for part in rows.chunks(sorted({source_id for source_id, _, _ in made})):
        without_delivery = models.Link.objects.filter(source_id__in=part, delivery=None)
        known = without_delivery.values_list("pk", "source_id", "kind", "identifier")
        changed = [(pk, made[key]) for pk, *named in known if (key := tuple(named)) in made]
        rows.update(models.Link, ("delivery",), changed)


def find(number: str, *, kind: str | None = None) -> list[ChainLink]:
    """The links with this number, by id. With `kind`: of that kind, with this number or identifier."""
    number = storable(number)
    found = models.Link.objects.filter(number=number)
    if kind is not None:
        found = models.Link.objects.filter(Q(number=number, kind=kind) | Q(identifier=number, kind=kind))
    return [_link(row) for row in found.order_by("pk")]


def of(source_id: int) -> list[ChainLink]:
    """All links of one source, by id."""
    columns = ("source", "kind", "identifier", "number", "delivery")
    return [
        ChainLink(*row)
        for row in rows.find(models.Link, columns, "WHERE source_id = %s ORDER BY id", source_id)
    ]


def _link(row: models.Link) -> ChainLink:
    return ChainLink(row.source_id, row.kind, row.identifier, row.number, row.delivery_id)

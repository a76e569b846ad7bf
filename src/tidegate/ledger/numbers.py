"""Which orders carry a number, whatever document it stands on: by indexes alone.

A number may fit several orders (`000000001` is an order and another order's credit memo). So each hit says by
which document it was made, and an order's own number comes before every other.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db.models import Q

from tidegate.ledger import models
from tidegate.ledger.texts import storable

MOST = 20  #: numbers repeat between stores and documents, but not without end

ORDER_NUMBER = "order"


@dataclass(frozen=True, slots=True)
class Hit:
    """An order (`source_id`), or a step without a captured order, that carries the number.

    `by` names the document: `order`, `entity id`, `key`, `delivery`, a kind of the chain (`magento-credit`),
    a step (`orders/cancel`), `purchase order`, or an entry's kind (`receipt`).
    """

    source_id: int | None
    delivery_id: int | None
    by: str


def hits(identifier: str, prefixes: Iterable[str] = ()) -> Iterator[Hit]:
    """Every order with this number, the likeliest meaning first; the same order may come several times.

    `prefixes` stand before the order's number in the company (`reference_prefix`).
    """
    name = storable(identifier.strip())
    if not name:
        return
    yield from _orders(name)
    for prefix in prefixes:
        if prefix and name.startswith(prefix) and name != prefix:
            yield from _orders(name.removeprefix(prefix))
    if _whole(name):
        of_entity = models.Source.objects.filter(entity_id=int(name))
        yield from _sources(of_entity.values_list("pk", flat=True)[:MOST], "entity id")
    yield from _keys(name)
    yield from _documents([name])
    sold = models.Source.objects.filter(po_number=name).exclude(po_number="")
    yield from _sources(sold.values_list("pk", flat=True)[:MOST], "purchase order")
    yield from _invoices(Q(number=name) | Q(identifier=name))
    yield from _entries(name)


def _whole(name: str) -> bool:
    return name.isascii() and name.isdigit() and len(name) < 19


def _sources(found: Iterable[int], by: str) -> Iterator[Hit]:
    yield from (Hit(pk, None, by) for pk in found)


def _deliveries(condition: Q, by: str = "") -> Iterator[Hit]:
    found = models.Delivery.objects.filter(condition).order_by("pk")
    for pk, source_id, flow, step in found.values_list("pk", "source_id", "flow", "step")[:MOST]:
        yield Hit(source_id, pk, by or f"{flow}/{step}")


def _orders(name: str) -> Iterator[Hit]:
    """By the number that the store gave the order."""
    numbered = models.Source.objects.filter(increment_id=name).order_by("pk")
    yield from _sources(numbered.values_list("pk", flat=True)[:MOST], ORDER_NUMBER)
    yield from _deliveries(Q(label=name), ORDER_NUMBER)


def _keys(name: str) -> Iterator[Hit]:
    """By a step's key, by the order's key as the company keeps it, or by the id that a list shows (`id:17`)."""
    names = [name] if "/" in name else [name, f"{name}/order"]
    yield from _deliveries(Q(key__in=names), "key")
    number = name.removeprefix("id:").removeprefix("#")
    if number != name and _whole(number):
        yield from _deliveries(Q(pk=int(number)), "delivery")


def _documents(names: list[str], by: str = "") -> Iterator[Hit]:
    """By a tied document's number or id, in either system; a despatch's id is that of its note and its order."""
    for condition in (Q(number__in=names), Q(identifier__in=names)):
        known = models.Link.objects.filter(condition).order_by("pk")
        for source_id, delivery_id, kind in known.values_list("source_id", "delivery_id", "kind")[:MOST]:
            yield Hit(source_id, delivery_id, by or kind)
    for name in names:
        begins = f"{name}/"  # the range is walked along the index, and right in any collation
        despatched = models.Link.objects.filter(identifier__gt=begins, identifier__lt=f"{begins}zzzz")
        despatched = despatched.filter(kind="sage-despatch", identifier__startswith=begins)
        yield from _sources(despatched.values_list("source_id", flat=True)[:MOST], by or "sage-despatch")
        yield from _deliveries(Q(target_number=name) & ~Q(target_number=""), by)


def _invoices(condition: Q, by: str = "") -> Iterator[Hit]:
    """By an invoice or credit note that the books know, and no step has tied yet."""
    known = models.BookInvoice.objects.filter(condition).order_by("pk")
    for credit, keys in known.values_list("credit", "order_keys")[:MOST]:
        wanted = [f"{key}/order" for key in json.loads(keys)][:MOST]
        yield from _deliveries(Q(key__in=wanted), by or ("sage-credit" if credit else "sage-invoice"))


def _entries(name: str) -> Iterator[Hit]:
    """By an entry of the sales ledger: its URN, its id, or one of its references (a receipt's, a bank's).

    Either reference may name what the entry is about: the invoice, the order in Sage, the order in the store.
    """
    second = Q(second_reference=name) & ~Q(second_reference="")
    for condition in (Q(urn=name), Q(identifier=name), Q(reference=name), second):
        known = models.BookEntry.objects.filter(condition).exclude(urn="").order_by("pk")
        columns = ("urn", "kind", "reference", "second_reference")
        for urn, kind, first, last in known.values_list(*columns)[:MOST]:
            tied = list(_documents([urn], kind))
            yield from tied
            about = [each for each in (first, last) if each and each != name]
            if tied or not about:  # what it is about is known, and need not be read from its texts
                continue
            yield from _invoices(Q(number__in=about), kind)
            of_company = models.Link.objects.filter(number__in=about, kind__startswith="sage-")
            yield from _sources(of_company.values_list("source_id", flat=True)[:MOST], kind)
            for each in about:
                yield from (Hit(hit.source_id, hit.delivery_id, kind) for hit in _orders(each))

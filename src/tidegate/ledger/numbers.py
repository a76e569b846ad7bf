"""Which orders carry a number, on whatever document: by indexes alone.

A number may fit several orders (`000000001` is an order and another order's credit memo). So each hit says by
which document it was made, and an order's own number comes before every other.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from tidegate.ledger import models, rows
from tidegate.ledger.texts import storable

MOST = 20  #: numbers repeat between stores and documents, but not without end

ORDER_NUMBER = "order"


@dataclass(frozen=True, slots=True)
class Hit:
    """An order (`source_id`), or a step without a captured order, that carries the number.

    `by` names the document: `order`, `entity id`, `key`, `delivery`, a kind of the chain (`magento-credit`),
    a step (`orders/cancel`), `purchase order`, an entry's kind (`receipt`), or the `batch` that contains it.
    """

    source_id: int | None
    delivery_id: int | None
    by: str


def hits(identifier: str, prefixes: Iterable[str] = ()) -> Iterator[Hit]:
    """Every order with this number, the likeliest meaning first; the same order may come several times.

    `prefixes` come before the order's number in the company (`reference_prefix`).
    """
    name = storable(identifier.strip())
    if not name:
        return
    yield from _orders(name)
    for prefix in prefixes:
        if prefix and name.startswith(prefix) and name != prefix:
            yield from _orders(name.removeprefix(prefix))
    if _whole(name) and not name.startswith("0"):  # what begins with a nought is the number of a document
        yield from _sources("entity_id = %s", int(name), by="entity id")
    yield from _keys(name)
    yield from _documents([name])
    yield from _sources("po_number = %s AND NOT (po_number = '')", name, by="purchase order")
    yield from _invoices([name], ("number", "identifier"))
    yield from _entries(name)
    yield from _parcels(name)


def _whole(name: str) -> bool:
    return name.isascii() and name.isdigit() and len(name) < 19


def _sources(condition: str, *parameters: Any, by: str, ending: str = "") -> Iterator[Hit]:
    found = rows.find(models.Source, ("id",), f"WHERE {condition} {ending} LIMIT %s", *parameters, MOST)
    yield from (Hit(pk, None, by) for (pk,) in found)


def _deliveries(condition: str, *parameters: Any, by: str = "") -> Iterator[Hit]:
    columns = ("id", "source", "flow", "step")
    ending = f"WHERE {condition} ORDER BY id LIMIT %s"
    for pk, source_id, flow, step in rows.find(models.Delivery, columns, ending, *parameters, MOST):
        yield Hit(source_id, pk, by or f"{flow}/{step}")


def _links(condition: str, *parameters: Any) -> list[tuple[Any, ...]]:
    """Source, delivery and kind of the ties that the condition names."""
    ending = f"WHERE {condition} LIMIT %s"
    return rows.find(models.Link, ("source", "delivery", "kind"), ending, *parameters, MOST)


def _orders(name: str) -> Iterator[Hit]:
    """By the number that the store gave the order."""
    yield from _sources("increment_id = %s", name, by=ORDER_NUMBER, ending="ORDER BY id")
    yield from _deliveries("label = %s", name, by=ORDER_NUMBER)


def _keys(name: str) -> Iterator[Hit]:
    """By a step's key, by the order's key as the company keeps it, or by the id that a list shows (`id:17`)."""
    names = [name] if "/" in name else [name, f"{name}/order"]
    yield from _deliveries(f"key IN ({rows.marks(names)})", *names, by="key")
    number = name.removeprefix("id:").removeprefix("#")
    if number != name and _whole(number):
        yield from _deliveries("id = %s", int(number), by="delivery")


def _documents(names: list[str], by: str = "") -> Iterator[Hit]:
    """By a tied document's number or id, in either system; a despatch's id is that of its note and its order."""
    for column in ("number", "identifier"):
        for source_id, delivery_id, kind in _links(f"{column} IN ({rows.marks(names)}) ORDER BY id", *names):
            yield Hit(source_id, delivery_id, by or kind)
    for name in names:
        begins = f"{name}/"  # the range is read by the index, and is right in any collation
        despatched = f"identifier > %s AND identifier < %s AND kind = 'sage-despatch' AND {_BEGINS}"
        for source_id, *_ in _links(despatched, begins, f"{begins}zzzz", len(begins), begins):
            yield Hit(source_id, None, by or "sage-despatch")
        yield from _deliveries("target_number = %s AND NOT (target_number = '')", name, by=by)


def _parcels(name: str) -> Iterator[Hit]:
    """The orders of a batch that a company processes later, by the batch's reference."""
    ending = "WHERE tracking = %s AND NOT (tracking = '') ORDER BY id LIMIT %s"
    found = [pk for (pk,) in rows.find(models.Parcel, ("id",), ending, name, MOST)]
    if found:
        ending = f"WHERE parcel_id IN ({rows.marks(found)}) ORDER BY id LIMIT %s"
        records = rows.find(models.ParcelRecord, ("delivery",), ending, *found, MOST)
        ids = [pk for (pk,) in records]
        yield from _deliveries(f"id IN ({rows.marks(ids)})", *ids, by="batch") if ids else ()


_BEGINS = "substr(identifier, 1, %s) = %s"


def _invoices(names: Sequence[str], columns: Sequence[str], by: str = "") -> Iterator[Hit]:
    """By an invoice or credit note that the books know, and no step has tied yet."""
    condition = " OR ".join(f"{column} IN ({rows.marks(names)})" for column in columns)
    ending = f"WHERE {condition} ORDER BY id LIMIT %s"
    invoices = rows.find(models.BookInvoice, ("credit", "order_keys"), ending, *[*names] * len(columns), MOST)
    for credit, keys in invoices:
        wanted = [f"{key}/order" for key in json.loads(keys)][:MOST]
        if wanted:
            kind = by or ("sage-credit" if credit else "sage-invoice")
            yield from _deliveries(f"key IN ({rows.marks(wanted)})", *wanted, by=kind)


def _entries(name: str) -> Iterator[Hit]:
    """By an entry of the sales ledger: its URN, its id, or one of its references (a receipt's, a bank's).

    Either reference may name what the entry is about: the invoice, the order in Sage, the order in the store.
    """
    second = "second_reference = %s AND NOT (second_reference = '')"
    columns = ("urn", "kind", "reference", "second_reference")
    for condition in ("urn = %s", "identifier = %s", "reference = %s", second):
        ending = f"WHERE {condition} AND NOT (urn = '') ORDER BY id LIMIT %s"
        for urn, kind, first, last in rows.find(models.BookEntry, columns, ending, name, MOST):
            tied = list(_documents([urn], kind))
            yield from tied
            about = [each for each in (first, last) if each and each != name]
            if tied or not about:  # what it is about is known, and need not be read from its texts
                continue
            yield from _invoices(about, ("number",), kind)
            of_company = f"number IN ({rows.marks(about)}) AND substr(kind, 1, 5) = 'sage-'"
            yield from (Hit(source_id, None, kind) for source_id, *_ in _links(of_company, *about))
            for each in about:
                yield from (Hit(hit.source_id, hit.delivery_id, kind) for hit in _orders(each))

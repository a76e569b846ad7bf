"""Everything that is known about one order, from either end."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from tidegate.ledger import chain, models, numbers
from tidegate.ledger.numbers import MOST
from tidegate.ledger.queue import Item, item


@dataclass(frozen=True, slots=True)
class TracedAttempt:
    """One recorded try; `outcome` "" = in doubt."""

    number: int
    key: str
    payload_hash: str
    batch_id: int | None
    started_at: datetime
    ended_at: datetime | None
    outcome: str
    code: str
    text: str


@dataclass(frozen=True, slots=True)
class TracedEvent:
    """One line of the history."""

    at: datetime
    letter: str
    before: str
    after: str
    actor: str
    text: str


@dataclass(frozen=True, slots=True)
class TracedDelivery:
    """One step of the order."""

    item: Item
    attempts: tuple[TracedAttempt, ...]
    events: tuple[TracedEvent, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TracedSource:
    """The captured document."""

    id: int
    connection: str
    store: str
    kind: str
    entity_id: int
    increment_id: str
    website: str
    revision: str
    state: str
    status: str
    source_created_at: datetime | None
    source_updated_at: datetime | None
    first_read_at: datetime
    read_at: datetime
    parent_entity_id: int | None
    child_entity_id: int | None
    grand_total: Decimal | None
    currency: str
    document: str


@dataclass(frozen=True, slots=True)
class Trace:
    """One order: its document (None when none was captured), the deliveries of all steps, the chain.

    `found_by` is the document that the number stands on (`numbers.Hit.by`).
    """

    source: TracedSource | None
    deliveries: tuple[TracedDelivery, ...]
    links: tuple[chain.ChainLink, ...]
    found_by: str = ""


def trace(identifier: str, prefixes: Iterable[str] = ()) -> list[Trace]:
    """Find by any number that a document of the order carries, in either system (`numbers.hits`).

    Several when the number fits several orders, the likeliest first, each with the document it was found by;
    none when unknown. `prefixes` stand before an order's number in the company.
    """
    sources: dict[int, str] = {}
    alone: dict[int, str] = {}  # deliveries without a captured document
    for hit in numbers.hits(identifier, prefixes):
        if hit.source_id is not None:
            sources.setdefault(hit.source_id, hit.by)
        elif hit.delivery_id is not None:
            alone.setdefault(hit.delivery_id, hit.by)
    ids = list(sources)[:MOST]
    rows = list(
        models.Delivery.objects.filter(source_id__in=ids).select_related("source").order_by("pk")
    ) + list(models.Delivery.objects.filter(pk__in=list(alone)[:MOST]).order_by("pk"))
    found = _assemble(ids, rows)
    return [
        replace(each, found_by=sources[each.source.id] if each.source else alone[each.deliveries[0].item.id])
        for each in found
    ]


def _assemble(source_ids: list[int], rows: list[models.Delivery]) -> list[Trace]:
    pks = [row.pk for row in rows]
    attempts: defaultdict[int, list[TracedAttempt]] = defaultdict(list)
    for attempt in models.Attempt.objects.filter(delivery_id__in=pks).order_by("delivery_id", "number"):
        attempts[attempt.delivery_id].append(
            TracedAttempt(
                attempt.number,
                attempt.key,
                attempt.payload_hash,
                attempt.batch_id,
                attempt.started_at,
                attempt.ended_at,
                attempt.outcome,
                attempt.code,
                attempt.text,
            )
        )
    events: defaultdict[int, list[TracedEvent]] = defaultdict(list)
    for event in models.Event.objects.filter(delivery_id__in=pks).order_by("pk"):
        events[event.delivery_id].append(
            TracedEvent(event.at, event.letter, event.before, event.after, event.actor, event.text)
        )
    steps: defaultdict[int | None, list[TracedDelivery]] = defaultdict(list)
    for row in rows:
        steps[row.source_id].append(TracedDelivery(item(row), tuple(attempts[row.pk]), tuple(events[row.pk])))
    sources = models.Source.objects.in_bulk(source_ids)
    traces = [
        Trace(_source(sources[pk]), tuple(steps[pk]), tuple(chain.of(pk)))
        for pk in source_ids
        if pk in sources
    ]
    return traces + [Trace(None, (step,), ()) for step in steps[None]]


def _source(row: models.Source) -> TracedSource:
    return TracedSource(
        id=row.pk,
        connection=row.connection,
        store=row.store,
        kind=row.kind,
        entity_id=row.entity_id,
        increment_id=row.increment_id,
        website=row.website,
        revision=row.revision,
        state=row.state,
        status=row.status,
        source_created_at=row.source_created_at,
        source_updated_at=row.source_updated_at,
        first_read_at=row.first_read_at,
        read_at=row.read_at,
        parent_entity_id=row.parent_entity_id,
        child_entity_id=row.child_entity_id,
        grand_total=row.grand_total,
        currency=row.currency,
        document=row.document,
    )

"""Everything that is known about one order, from either end."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from tidegate.ledger import archive, chain, item_rows, models, numbers, rows
from tidegate.ledger.item import Item
from tidegate.ledger.numbers import MOST


@dataclass(frozen=True, slots=True)
class TracedAttempt:
    """One recorded try; `outcome` "" = in doubt."""

    id: int
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

    `found_by` is the document that carries the number (`numbers.Hit.by`).
    """

    source: TracedSource | None
    deliveries: tuple[TracedDelivery, ...]
    links: tuple[chain.ChainLink, ...]
    found_by: str = ""


def trace(identifier: str, prefixes: Iterable[str] = ()) -> list[Trace]:
    """Find by any number that a document of the order carries, in either system (`numbers.hits`).

    Several when the number fits several orders, the likeliest first, each with the document it was found by;
    none when unknown. `prefixes` come before an order's number in the company.
    """
    sources: dict[int, str] = {}
    alone: dict[int, str] = {}  # deliveries without a captured document
    for hit in numbers.hits(identifier, prefixes):
        if hit.source_id is not None:
            sources.setdefault(hit.source_id, hit.by)
        elif hit.delivery_id is not None:
            alone.setdefault(hit.delivery_id, hit.by)
    ids = list(sources)[:MOST]
    steps = _steps("source_id", ids) + _steps("id", list(alone)[:MOST])
    found = _assemble(ids, steps)
    return [
        replace(each, found_by=sources[each.source.id] if each.source else alone[each.deliveries[0].item.id])
        for each in found
    ]


def _steps(column: str, ids: Sequence[int]) -> list[Item]:
    if not ids:
        return []
    ending = f"WHERE {column} IN ({rows.marks(ids)}) ORDER BY id"
    return item_rows.find(ending, *ids, with_documents=True)


#: As columns and as fields of a `TracedSource`.
_SOURCE = (
    *("id", "connection", "store", "kind", "entity_id", "increment_id", "website", "revision", "state"),
    *("status", "source_created_at", "source_updated_at", "first_read_at", "read_at", "parent_entity_id"),
    *("child_entity_id", "grand_total", "currency", "document"),
)


def of_source(source_id: int) -> Trace | None:
    """One captured order by its row."""
    return next(iter(_assemble([source_id], _steps("source_id", [source_id]))), None)


def of_delivery(delivery_id: int) -> Trace | None:
    """One delivery with the order it belongs to; alone where none was captured."""
    found = _steps("id", [delivery_id])
    if not found:
        return None
    source_id = found[0].source_id
    return of_source(source_id) if source_id is not None else next(iter(_assemble([], found)), None)


def _assemble(source_ids: list[int], items: list[Item]) -> list[Trace]:
    attempts: defaultdict[int, list[TracedAttempt]] = defaultdict(list)
    events: defaultdict[int, list[TracedEvent]] = defaultdict(list)
    for pk, piece in archive.of_deliveries(each.id for each in items).items():
        attempts[pk] = [TracedAttempt(*known) for known in piece.attempts]
        events[pk] = [TracedEvent(*known) for known in piece.events]
    for part in rows.chunks([each.id for each in items]):
        of_part = f"WHERE delivery_id IN ({rows.marks(part)})"
        numbered = f"{of_part} ORDER BY delivery_id, number"
        for delivery_id, *known in rows.find(models.Attempt, ("delivery", *archive.ATTEMPT), numbered, *part):
            attempts[delivery_id].append(TracedAttempt(*known))
        for delivery_id, *known in rows.find(
            models.Event, ("delivery", *archive.EVENT), f"{of_part} ORDER BY id", *part
        ):
            events[delivery_id].append(TracedEvent(*known))
    steps: defaultdict[int | None, list[TracedDelivery]] = defaultdict(list)
    for each in items:
        steps[each.source_id].append(TracedDelivery(each, tuple(attempts[each.id]), tuple(events[each.id])))
    sources = {
        row[0]: TracedSource(**dict(zip(_SOURCE, row, strict=True)))
        for part in rows.chunks(source_ids)
        for row in rows.find(models.Source, _SOURCE, f"WHERE id IN ({rows.marks(part)})", *part)
    }
    traces = [Trace(sources[pk], tuple(steps[pk]), tuple(chain.of(pk))) for pk in source_ids if pk in sources]
    return traces + [Trace(None, (step,), ()) for step in steps[None]]

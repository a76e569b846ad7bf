"""What was read from the stores."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from tidegate.domain.states import State
from tidegate.ledger import models, rows
from tidegate.ledger.database import inside
from tidegate.ledger.texts import storable

_UNIQUE = ("store", "kind", "entity_id")
#: What a new reading of a known document replaces. Its connection stays: the deliveries were made for it.
_RENEWED = (
    "increment_id",
    "store_view_id",
    "website",
    "revision",
    "source_created_at",
    "source_updated_at",
    "state",
    "status",
    "document",
    "read_at",
    "parent_entity_id",
    "child_entity_id",
    "grand_total",
    "currency",
    "po_number",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRow:
    """One document as it was read; `document` is the JSON of `domain.order.Order`, "" when unreadable."""

    connection: str
    store: str
    entity_id: int
    increment_id: str
    revision: str
    document: str
    kind: str = "order"
    store_view_id: int = 0
    website: str = ""
    source_created_at: datetime | None = None
    source_updated_at: datetime | None = None
    state: str = ""
    status: str = ""
    parent_entity_id: int | None = None
    child_entity_id: int | None = None
    grand_total: Decimal | None = None
    currency: str = ""
    po_number: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A document that was read before, with the delivery of the asked step ("" and None: there is none)."""

    source_id: int
    connection: str
    entity_id: int
    increment_id: str
    revision: str
    state: str
    status: str
    parent_entity_id: int | None
    child_entity_id: int | None
    delivery_id: int | None = None
    delivery_state: str = ""
    reason_code: str = ""
    target_id: str = ""
    target_number: str = ""
    maybe_sent: bool = False  #: the target has it, or may have it: no look-up has disproved an attempt


def known(
    store: str, kind: str, entity_ids: Iterable[int], *, flow: str = "orders", step: str = "order"
) -> dict[int, Known]:
    """What the ledger knows of these documents, with the delivery of one step; unknown ids are left out."""
    found: dict[int, Known] = {}
    for part in rows.chunks(list(dict.fromkeys(entity_ids))):
        ids = f"WHERE store = %s AND kind = %s AND entity_id IN ({rows.marks(part)})"
        sources = rows.find(models.Source, ("id", *_KNOWN), ids, store, kind, *part)
        deliveries = _deliveries([pk for pk, *_ in sources], flow, step)
        doubtful = _doubtful([delivery_id for delivery_id, *_ in deliveries.values()])
        for pk, *same in sources:
            delivery_id, state, code, target_id, number = deliveries.get(pk, (None, "", "", "", ""))
            known = Known(
                source_id=pk,
                **dict(zip(_KNOWN, same, strict=True)),
                delivery_id=delivery_id,
                delivery_state=state,
                reason_code=code,
                target_id=target_id,
                target_number=number,
                maybe_sent=state == State.CONFIRMED or delivery_id in doubtful or bool(target_id or number),
            )
            found[known.entity_id] = known
    return found


#: As columns of a source and as fields of a `Known`.
_KNOWN = (
    *("connection", "entity_id", "increment_id", "revision", "state", "status"),
    *("parent_entity_id", "child_entity_id"),
)


def _deliveries(source_ids: Sequence[int], flow: str, step: str) -> dict[int, tuple[Any, ...]]:
    """The delivery of one step by its source: id, state, reason, and what the target calls it."""
    columns = ("source", "id", "state", "reason_code", "target_id", "target_number")
    return {
        source_id: tuple(delivery)
        for part in rows.chunks(source_ids)
        for source_id, *delivery in rows.find(
            models.Delivery,
            columns,
            f"WHERE source_id IN ({rows.marks(part)}) AND flow = %s AND step = %s",
            *(*part, flow, step),
        )
    }


def _doubtful(delivery_ids: Sequence[int]) -> set[int]:
    """Those of the deliveries of which an attempt has no outcome."""
    return {
        delivery_id
        for part in rows.chunks(delivery_ids)
        for (delivery_id,) in rows.find(
            models.Attempt,
            ("delivery",),
            f"WHERE outcome = '' AND delivery_id IN ({rows.marks(part)})",
            *part,
        )
    }


def known_ids(
    store: str, kind: str, entity_ids: Iterable[int], *, read_before: datetime | None = None
) -> set[int]:
    """Those of the ids that were ever read, or first read before a moment; cheap, for the completeness audit."""
    before = () if read_before is None else (rows.instant(read_before),)
    earlier = "AND first_read_at < %s" if before else ""
    return {
        entity_id
        for part in rows.chunks(list(dict.fromkeys(entity_ids)))
        for (entity_id,) in rows.find(
            models.Source,
            ("entity_id",),
            f"WHERE store = %s AND kind = %s AND entity_id IN ({rows.marks(part)}) {earlier}",
            *(store, kind, *part, *before),
        )
    }


def save_sources(sources: Sequence[SourceRow], now: datetime) -> dict[int, int]:
    """Insert or renew documents of ONE store and kind; returns {entity id: source id}."""
    inside(now)
    if len({(source.store, source.kind) for source in sources}) > 1:
        raise ValueError(
            "save_sources takes the documents of one store and kind: entity ids repeat between them"
        )
    latest = {
        source.entity_id: source for source in sources
    }  # PostgreSQL refuses the same row twice in one upsert
    if not latest:
        return {}
    kept = [
        (
            *(source.connection, source.store, source.kind, source.entity_id, now),
            *(storable(source.increment_id), source.store_view_id, storable(source.website), source.revision),
            *(source.source_created_at, source.source_updated_at),
            *(storable(source.state), storable(source.status), storable(source.document), now),
            *(source.parent_entity_id, source.child_entity_id, source.grand_total),
            *(storable(source.currency), storable(source.po_number)),
        )
        for source in sorted(latest.values(), key=lambda source: source.entity_id)
    ]
    columns = ("connection", *_UNIQUE, "first_read_at", *_RENEWED)
    return rows.put_each(models.Source, columns, kept, _UNIQUE, _RENEWED, "entity_id")


def document_of(source_id: int) -> str:
    """The stored document of one source."""
    return models.Source.objects.values_list("document", flat=True).get(pk=source_id)

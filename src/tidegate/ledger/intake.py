"""What was read from the stores."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from tidegate.domain.states import State
from tidegate.ledger import models, rows
from tidegate.ledger.database import inside
from tidegate.ledger.texts import storable

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
        sources = {
            source.pk: source
            for source in models.Source.objects.filter(store=store, kind=kind, entity_id__in=part).defer(
                "document"
            )
        }
        deliveries = {
            delivery.source_id: delivery
            for delivery in models.Delivery.objects.filter(
                source_id__in=list(sources), flow=flow, step=step
            ).only("source_id", "state", "reason_code", "target_id", "target_number")
        }
        doubtful = set(
            models.Attempt.objects.filter(
                outcome="", delivery_id__in=[delivery.pk for delivery in deliveries.values()]
            ).values_list("delivery_id", flat=True)
        )
        for source in sources.values():
            delivery = deliveries.get(source.pk)
            found[source.entity_id] = Known(
                source_id=source.pk,
                connection=source.connection,
                entity_id=source.entity_id,
                increment_id=source.increment_id,
                revision=source.revision,
                state=source.state,
                status=source.status,
                parent_entity_id=source.parent_entity_id,
                child_entity_id=source.child_entity_id,
                delivery_id=delivery.pk if delivery else None,
                delivery_state=delivery.state if delivery else "",
                reason_code=delivery.reason_code if delivery else "",
                target_id=delivery.target_id if delivery else "",
                target_number=delivery.target_number if delivery else "",
                maybe_sent=delivery is not None
                and (
                    delivery.state == State.CONFIRMED
                    or delivery.pk in doubtful
                    or bool(delivery.target_id or delivery.target_number)
                ),
            )
    return found


def known_ids(
    store: str, kind: str, entity_ids: Iterable[int], *, read_before: datetime | None = None
) -> set[int]:
    """Those of the ids that were ever read, or first read before a moment; cheap, for the completeness audit."""
    sources = models.Source.objects.filter(store=store, kind=kind)
    if read_before is not None:
        sources = sources.filter(first_read_at__lt=read_before)
    found: set[int] = set()
    for part in rows.chunks(list(dict.fromkeys(entity_ids))):
        found.update(sources.filter(entity_id__in=part).values_list("entity_id", flat=True))
    return found


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
    saved = models.Source.objects.bulk_create(
        [
            models.Source(
                connection=source.connection,
                store=source.store,
                kind=source.kind,
                entity_id=source.entity_id,
                increment_id=storable(source.increment_id),
                store_view_id=source.store_view_id,
                website=storable(source.website),
                revision=source.revision,
                source_created_at=source.source_created_at,
                source_updated_at=source.source_updated_at,
                state=storable(source.state),
                status=storable(source.status),
                document=storable(source.document),
                first_read_at=now,
                read_at=now,
                parent_entity_id=source.parent_entity_id,
                child_entity_id=source.child_entity_id,
                grand_total=source.grand_total,
                currency=storable(source.currency),
                po_number=storable(source.po_number),
            )
            for source in sorted(latest.values(), key=lambda source: source.entity_id)
        ],
        update_conflicts=True,
        unique_fields=["store", "kind", "entity_id"],
        update_fields=list(_RENEWED),
    )
    return {source.entity_id: source.pk for source in saved}


def document_of(source_id: int) -> str:
    """The stored document of one source."""
    return models.Source.objects.values_list("document", flat=True).get(pk=source_id)

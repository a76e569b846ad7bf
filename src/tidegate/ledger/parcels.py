"""Parcels: opened with the attempts they carry, tracked once the company answers, closed record by record."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, Max, OuterRef

from tidegate.domain.orders.halving import Refused
from tidegate.domain.parcel import Parcel
from tidegate.ledger import models, rows
from tidegate.ledger.database import inside
from tidegate.ledger.faults import ParcelOpen
from tidegate.ledger.lease import Lease, check
from tidegate.ledger.texts import storable


def open_parcel(
    lease: Lease,
    connection: str,
    company: str,
    scope: str,
    digest: str,
    attempts: Mapping[int, tuple[int, str]],
    now: datetime,
    *,
    single: bool = True,
) -> int:
    """Record what is about to be handed over: {delivery: (attempt, key)}. In the transaction of the attempts.

    With `single` the company takes one parcel of the scope at a time; raises `ParcelOpen` when it has one
    whose fate is not known, and `LeaseLost`.
    """
    inside(now)
    check(lease, now)
    if single and is_open(company, scope):
        raise ParcelOpen(f"{company} already has an open parcel of {scope}: its result is not known yet")
    parcel = models.Parcel(
        connection=connection,
        company=company,
        scope=scope,
        digest=digest,
        single=single,
        opened_at=now,
    )
    parcel.save(force_insert=True)
    rows.insert(
        models.ParcelRecord,
        ("parcel", "delivery", "attempt", "key", "outcome"),
        [(parcel.pk, delivery_id, attempt, key, "") for delivery_id, (attempt, key) in attempts.items()],
    )
    return parcel.pk


def note_tracking(
    parcel_id: int,
    tracking: str,
    now: datetime,
    *,
    not_before: datetime | None = None,
    expires: datetime | None = None,
) -> None:
    """The company has answered: under which reference it keeps the parcel, and when to ask."""
    inside(now)
    models.Parcel.objects.filter(pk=parcel_id, closed_at=None).update(
        tracking=storable(tracking), not_before=not_before, expires_at=expires
    )


def settle(outcomes: Sequence[tuple[int, str]], now: datetime) -> None:
    """Write down what became of records (id, outcome). Called where the verdict on their attempts is carried out.

    A parcel is closed when the last of its records has an outcome, never before: a result that names some
    says nothing about the others.
    """
    rows.update(models.ParcelRecord, ("outcome",), outcomes)
    of_parcels = models.ParcelRecord.objects.filter(pk__in=[pk for pk, _ in outcomes])
    left = models.ParcelRecord.objects.filter(parcel_id=OuterRef("pk"), outcome="")
    done = models.Parcel.objects.filter(~Exists(left), pk__in=of_parcels.values("parcel_id"), closed_at=None)
    for parcel in done.select_for_update().order_by("pk"):
        parcel.closed_at = now
        parcel.save(update_fields=["closed_at"])


def refuse(parcel_id: int, now: datetime) -> None:
    """Record that it was refused as a whole, without saying which record is at fault: its records go in halves."""
    inside(now)
    models.Parcel.objects.filter(pk=parcel_id).update(refused=True)


def is_open(company: str, scope: str) -> bool:
    """Whether the company has a parcel of this scope whose fate is not known."""
    return models.Parcel.objects.filter(company=company, scope=scope, closed_at=None).exists()


def open_parcels(
    connection: str | None = None, scope: str | None = None, flow: str | None = None
) -> list[Parcel]:
    """Parcels that are not closed, the oldest first; with `flow` those that hold deliveries of it."""
    return _parcels(*_open(connection, scope, flow))


def to_collect(connection: str, scope: str, now: datetime, flow: str | None = None) -> list[Parcel]:
    """Open parcels of which the company may know something by now."""
    return _parcels(*_open(connection, scope, flow, now))


def any_open(connection: str, scope: str | None, now: datetime, flow: str | None = None) -> bool:
    """Whether there is anything to collect; cheap."""
    which, parameters = _open(connection, scope, flow, now)
    return bool(rows.find(models.Parcel, ("id",), f"{which} LIMIT 1", *parameters))


def _open(
    connection: str | None, scope: str | None, flow: str | None, now: datetime | None = None
) -> tuple[str, list[Any]]:
    """The parcels that are not closed, and by `now` may be asked for: the condition and its parameters."""
    exact = {"connection = %s": connection, "scope = %s": scope, _OF_FLOW: flow}
    asked = {condition: value for condition, value in exact.items() if value is not None}
    if now is not None:
        asked["(not_before IS NULL OR not_before <= %s)"] = rows.instant(now)
    return " AND ".join(["WHERE closed_at IS NULL", *asked]), list(asked.values())


#: One scope may be written by two flows, each under its own lease.
_OF_FLOW = """EXISTS (
    SELECT 1 FROM tidegate_parcelrecord AS record
    JOIN tidegate_delivery AS delivery ON delivery.id = record.delivery_id
    WHERE record.parcel_id = tidegate_parcel.id AND delivery.flow = %s
)"""


def in_open_parcels(delivery_ids: Sequence[int]) -> set[int]:
    """Those of the deliveries that are in a parcel whose result is not known."""
    found: set[int] = set()
    for part in rows.chunks(delivery_ids):
        lying = models.ParcelRecord.objects.filter(delivery_id__in=part, outcome="")
        found.update(lying.values_list("delivery_id", flat=True))
    return found


def holding(delivery_id: int) -> Parcel | None:
    """The open parcel that contains this delivery, if any."""
    return next(iter(_parcels(f"WHERE closed_at IS NULL AND id IN ({_HOLDING})", [delivery_id])), None)


_HOLDING = "SELECT parcel_id FROM tidegate_parcelrecord WHERE delivery_id = %s AND outcome = ''"


@dataclass(frozen=True, slots=True)
class ClosedParcel:
    """A parcel of which everything is known, with how many records ended how."""

    id: int
    connection: str
    company: str
    scope: str
    tracking: str
    opened_at: datetime
    closed_at: datetime
    outcomes: dict[str, int]


def closed(connections: Sequence[str], *, before: int = 0, limit: int = 50) -> list[ClosedParcel]:
    """Parcels that are closed, the newest first; the next page has `before` = the last id shown."""
    ended = models.Parcel.objects.filter(connection__in=list(connections), closed_at__isnull=False)
    if before:
        ended = ended.filter(pk__lt=before)
    found = list(ended.order_by("-pk")[:limit])
    outcomes: defaultdict[int, dict[str, int]] = defaultdict(dict)
    of_parcels = models.ParcelRecord.objects.filter(parcel__in=found)
    counted = (
        of_parcels.values_list("parcel_id", "outcome")
        .annotate(count=Count("pk"))
        .order_by("parcel_id", "outcome")
    )
    for parcel_id, outcome, count in counted:
        outcomes[parcel_id][outcome] = count
    return [
        ClosedParcel(
            row.pk,
            row.connection,
            row.company,
            row.scope,
            row.tracking,
            row.opened_at,
            row.closed_at,
            outcomes[row.pk],
        )
        for row in found
        if row.closed_at is not None
    ]


def lying(parcel_id: int, limit: int) -> list[tuple[int, str, str]]:
    """The first records of an open parcel: delivery, label, state."""
    found = models.ParcelRecord.objects.filter(parcel_id=parcel_id, outcome="").order_by("pk")
    return list(found.values_list("delivery_id", "delivery__label", "delivery__state")[:limit])


def records(parcel_id: int) -> dict[str, tuple[int, int]]:
    """The records whose outcome is not known: key -> (delivery, attempt)."""
    found = models.ParcelRecord.objects.filter(parcel_id=parcel_id, outcome="")
    return {
        key: (delivery_id, attempt_id)
        for key, delivery_id, attempt_id in found.order_by("pk").values_list(
            "key", "delivery_id", "attempt_id"
        )
    }


def refused_with(delivery_ids: Sequence[int]) -> dict[int, Refused]:
    """Deliveries whose last parcel was refused as a whole, with that parcel."""
    refused_together: dict[int, Refused] = {}
    for part in rows.chunks(delivery_ids):
        last = (
            models.ParcelRecord.objects.filter(delivery_id__in=part)
            .values_list("delivery_id")
            .annotate(parcel=Max("parcel_id"))
        )
        parcel_of = dict(last.order_by("delivery_id"))
        refused = models.Parcel.objects.filter(pk__in=set(parcel_of.values()), refused=True)
        sizes = dict(refused.annotate(size=Count("records")).values_list("pk", "size"))
        refused_together |= {
            delivery_id: Refused(parcel_id, sizes[parcel_id])
            for delivery_id, parcel_id in parcel_of.items()
            if parcel_id in sizes
        }
    return refused_together


def _parcels(which: str, parameters: Sequence[Any]) -> list[Parcel]:
    columns = ("id", *_SAME, "expires_at")
    opened = rows.find(models.Parcel, columns, f"{which} ORDER BY opened_at, id", *parameters)
    keys: defaultdict[int, list[str]] = defaultdict(list)
    for part in rows.chunks([pk for pk, *_ in opened]):
        lying = f"WHERE parcel_id IN ({rows.marks(part)}) AND outcome = '' ORDER BY id"
        for parcel_id, key in rows.find(models.ParcelRecord, ("parcel", "key"), lying, *part):
            keys[parcel_id].append(key)
    return [
        Parcel(id=pk, keys=tuple(keys[pk]), expires=expires, **dict(zip(_SAME, same, strict=True)))
        for pk, *same, expires in opened
    ]


#: As columns and as fields of a `Parcel`.
_SAME = ("connection", "company", "scope", "digest", "tracking", "opened_at", "not_before")

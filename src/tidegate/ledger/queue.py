"""What waits, in which order, and for what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from tidegate.domain.errors import Code
from tidegate.domain.states import WAITING, State
from tidegate.ledger import models, rows
from tidegate.ledger.texts import storable


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One delivery as the flows see it; `document` is the source's JSON, `subject` the step's own."""

    id: int
    connection: str
    flow: str
    step: str
    key: str
    label: str
    state: State
    failures: int
    reason_code: str
    reason: str
    waits_for: str
    overruled: frozenset[str]
    due_at: datetime | None
    created_at: datetime
    changed_at: datetime
    subject: str
    target_id: str
    target_number: str
    target_status: str
    target_kind: str  #: of orders: order, invoice, draft, quote
    target_total: Decimal | None
    adopted: bool
    batch_id: int | None
    source_id: int | None
    entity_id: int | None
    store: str
    document: str
    attempt_id: int | None = None  #: in doubt: the attempt without outcome
    attempt_started_at: datetime | None = None
    payload_hash: str = ""


def due(
    connection: str,
    flow: str,
    step: str,
    limit: int,
    now: datetime,
    *,
    after: Item | None = None,
    state: State = State.QUEUED,
) -> list[Item]:
    """What may be begun now, the longest waiting first; a refused one goes to the back of the queue.

    So a record that ends every cycle it heads cannot keep the others waiting. Left out is what a batch
    that has not ended tried before: nothing is retried within the cycle that failed it. A cycle that
    walks the queue hands in the last item of the page before as `after`. With `state=State.CAPTURED`:
    what may become queued (transition a).
    """
    if not _any(connection, flow, step, state):
        return []
    running = list(
        models.Batch.objects.filter(connection=connection, flow=flow, ended_at=None).values_list(
            "pk", flat=True
        )
    )
    found = (
        _of(connection, flow, step, state)
        .filter(Q(due_at=None) | Q(due_at__lte=now))
        .exclude(batch_id__in=running)
        .filter(_behind(after))
        .order_by("changed_at", "pk")
        .select_related("source")
    )
    return [item(row) for row in found[:limit]]


def in_doubt(
    connection: str,
    flow: str,
    step: str,
    started_before: datetime,
    limit: int,
    *,
    after: Item | None = None,
) -> list[Item]:
    """What must be looked up; an attempt that began after `started_before` may still take effect and waits."""
    if not _any(connection, flow, step, State.IN_DOUBT):
        return []
    unsettled = models.Attempt.objects.filter(
        outcome="", started_at__gt=started_before, delivery_id=OuterRef("pk")
    )
    doubtful = (
        _of(connection, flow, step, State.IN_DOUBT)
        .filter(~Exists(unsettled), _behind(after))
        .order_by("changed_at", "pk")
        .select_related("source")[:limit]
    )
    found = list(doubtful)
    attempts = {
        attempt.delivery_id: attempt
        for attempt in models.Attempt.objects.filter(delivery_id__in=[row.pk for row in found], outcome="")
    }
    return [item(row, attempts.get(row.pk)) for row in found]


def get(delivery_id: int) -> Item | None:
    """One delivery by its id."""
    row = models.Delivery.objects.filter(pk=delivery_id).select_related("source").first()
    if row is None:
        return None
    return item(row, models.Attempt.objects.filter(delivery_id=delivery_id, outcome="").first())


def by_key(key: str) -> Item | None:
    """One delivery by its idempotency key."""
    row = models.Delivery.objects.filter(key=storable(key)).only("pk").first()
    return get(row.pk) if row else None


def waiting_for(connection: str, flow: str | None = None) -> dict[str, int]:
    """What held deliveries wait for, `kind:name` -> how many; of one flow, or of all."""
    held = models.Delivery.objects.filter(connection=connection, state=State.HELD.value)
    rows = (
        (held if flow is None else held.filter(flow=flow))
        .exclude(waits_for="")
        .values_list("waits_for")
        .annotate(count=Count("pk"))
        .order_by("waits_for")
    )
    return dict(rows)


def listing(
    *,
    connection: str | None = None,
    flow: str | None = None,
    step: str | None = None,
    state: State | Sequence[State] | None = None,
    label: str | None = None,
    code: str | None = None,
    without: str | None = None,
    older_than: datetime | None = None,
    after: int = 0,
    limit: int = 50,
) -> list[Item]:
    """Deliveries by filters, in the order of their ids; the next page has `after` = the last id shown.

    `without` leaves out those of one reason code.

    The documents are left out (""): a page of a list does not need them.
    """
    exact = {"connection": connection, "flow": flow, "step": step, "label": label, "reason_code": code}
    rows = models.Delivery.objects.filter(
        pk__gt=after, **{name: storable(value) for name, value in exact.items() if value is not None}
    )
    if older_than is not None:
        rows = rows.filter(created_at__lt=older_than)
    if without is not None:
        rows = rows.exclude(reason_code=without)
    states = (
        list(State) if state is None else [state] if isinstance(state, State) else list(dict.fromkeys(state))
    )
    if code:
        states = [one for one in states if one is not State.CONFIRMED]  # where nothing is wrong any more
    # one state after the other, so that each is walked along an index; then the first of all of them
    found = [
        rows.filter(state=one.value).order_by("pk").values_list("pk", flat=True)[:limit] for one in states
    ]
    ids = sorted(pk for part in found for pk in part)[:limit]
    shown = models.Delivery.objects.filter(pk__in=ids).order_by("pk")
    return [
        item(row, with_document=False) for row in shown.select_related("source").defer("source__document")
    ]


def depth(connection: str, flow: str | None = None, step: str | None = None) -> int:
    """How many deliveries wait to go out: captured, queued or sending."""
    rows = models.Delivery.objects.filter(connection=connection, state__in=[state.value for state in WAITING])
    exact = {"flow": flow, "step": step}
    return rows.filter(**{name: value for name, value in exact.items() if value is not None}).count()


def oldest_waiting(connection: str) -> datetime | None:
    """Since when the oldest delivery waits that has not arrived: also in doubt, held or in review.

    What waits for a buyer's payment does so for weeks, and is nobody's delay.
    """
    oldest = [
        rows.find(
            models.Delivery,
            ("created_at",),
            "WHERE connection = %s AND state = %s AND reason_code <> %s ORDER BY id LIMIT 1",
            connection,
            state.value,
            Code.PAYMENT_PENDING.value,
        )
        for state in (*WAITING, State.IN_DOUBT, State.HELD, State.REVIEW)
    ]
    return min((found[0][0] for found in oldest if found), default=None)


def oldest_going_out(connection: str) -> datetime | None:
    """Since when the oldest delivery waits that nothing but its turn, or the window, keeps."""
    oldest = [
        rows.find(
            models.Delivery,
            ("created_at",),
            "WHERE connection = %s AND state = %s ORDER BY id LIMIT 1",
            connection,
            state.value,
        )
        for state in WAITING
    ]
    return min((found[0][0] for found in oldest if found), default=None)


def _behind(item: Item | None) -> Q:
    if item is None:
        return Q()
    return Q(changed_at__gt=item.changed_at) | Q(changed_at=item.changed_at, pk__gt=item.id)


def _any(connection: str, flow: str, step: str, state: State) -> bool:
    """Most cycles find nothing: that is asked for plainly, before the long question is put together."""
    ending = "WHERE connection = %s AND flow = %s AND step = %s AND state = %s LIMIT 1"
    return bool(rows.find(models.Delivery, ("id",), ending, connection, flow, step, state.value))


def _of(connection: str, flow: str, step: str, state: State) -> QuerySet[models.Delivery]:
    return models.Delivery.objects.filter(connection=connection, flow=flow, step=step, state=state.value)


def item(row: models.Delivery, attempt: models.Attempt | None = None, *, with_document: bool = True) -> Item:
    """A row as the flows see it."""
    source = row.source
    return Item(
        id=row.pk,
        connection=row.connection,
        flow=row.flow,
        step=row.step,
        key=row.key,
        label=row.label,
        state=State(row.state),
        failures=row.failures,
        reason_code=row.reason_code,
        reason=row.reason,
        waits_for=row.waits_for,
        overruled=frozenset(row.overruled.split()),
        due_at=row.due_at,
        created_at=row.created_at,
        changed_at=row.changed_at,
        subject=row.subject,
        target_id=row.target_id,
        target_number=row.target_number,
        target_status=row.target_status,
        target_kind=row.target_kind,
        target_total=row.target_total,
        adopted=row.adopted,
        batch_id=row.batch_id,
        source_id=row.source_id,
        entity_id=source.entity_id if source else None,
        store=source.store if source else "",
        document=source.document if source and with_document else "",
        attempt_id=attempt.pk if attempt else None,
        attempt_started_at=attempt.started_at if attempt else None,
        payload_hash=attempt.payload_hash if attempt else "",
    )

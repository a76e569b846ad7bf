# ruff: noqa: S608 - every name in these statements is our own, every value is a parameter
"""What the flows ask about orders and their steps, besides what is due."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Min

from tidegate.domain.errors import Code
from tidegate.domain.states import FINAL, State
from tidegate.ledger import archive, item_rows, models, rows
from tidegate.ledger.item import Item
from tidegate.ledger.item_rows import BEGINS, LIVE
from tidegate.ledger.operators import OPERATOR


def has_work(connection: str, flow: str, now: datetime) -> bool:
    """Whether anything of the flow is queued and due, in doubt, or held for something."""
    states = (State.IN_DOUBT, State.QUEUED, State.HELD)
    found = rows.find(
        models.Delivery,
        ("id",),
        f"{rows.by_index('delivery_live')} WHERE connection = %s AND flow = %s AND {LIVE} "
        f"AND state IN ({rows.marks(states)}) AND (state = %s OR (state = %s AND (due_at IS NULL OR due_at <= %s)) "
        "OR (state = %s AND waits_for <> '')) LIMIT 1",
        connection,
        flow,
        *[state.value for state in (*states, State.IN_DOUBT, State.QUEUED)],
        rows.instant(now),
        State.HELD.value,
    )
    return bool(found)


def items(ids: Iterable[int]) -> list[Item]:
    """Deliveries by their ids."""
    return [
        each
        for part in rows.chunks(sorted(set(ids)))
        for each in item_rows.find(
            f"WHERE id IN ({rows.marks(part)}) ORDER BY id", *part, with_documents=True
        )
    ]


@dataclass(frozen=True, slots=True)
class Origin:
    """The document that a delivery is about; 0 and "" without one."""

    source_id: int | None
    store: str
    entity_id: int
    label: str


def origins(ids: Sequence[int]) -> dict[int, Origin]:
    """What deliveries are about, by their ids, without the documents themselves."""
    found: dict[int, Origin] = {}
    for part in rows.chunks(ids):
        for pk, source_id, store, entity_id, label in rows.fetch_all(
            _ORIGINS.format(rows.marks(part)), *part
        ):
            found[pk] = Origin(source_id, store or "", entity_id or 0, label)
    return found


_ORIGINS = """
    SELECT delivery.id, source.id, source.store, source.entity_id, delivery.label
    FROM tidegate_delivery AS delivery LEFT JOIN tidegate_source AS source ON source.id = delivery.source_id
    WHERE delivery.id IN ({})
"""


def held_for(connection: str, flow: str, step: str, waits_for: str, *, limit: int) -> list[Item]:
    """Held deliveries that wait for one thing."""
    which = (connection, flow, step, waits_for, State.HELD.value)
    ending = (
        "WHERE connection = %s AND flow = %s AND step = %s AND waits_for = %s AND state = %s "
        "ORDER BY id LIMIT %s"
    )
    return item_rows.find(ending, *which, limit, with_documents=True)


def attempts_of(delivery_id: int) -> int:
    """How often this ledger recorded that the delivery is about to leave."""
    return models.Attempt.objects.filter(delivery_id=delivery_id).count() + archive.attempts_of(delivery_id)


def refusals(delivery_id: int, code: Code) -> int:
    """How many attempts of the delivery were refused for this reason."""
    return models.Attempt.objects.filter(delivery_id=delivery_id, code=code.value).count()


def held_before(delivery_id: int) -> str | None:
    """Why a person held what was skipped or cancelled by itself since then; None: nobody did. Asked after p."""
    events = models.Event.objects.filter(delivery_id=delivery_id).exclude(letter="").order_by("-pk")
    letters = list(events.values_list("letter", "text")[:3])
    if len(letters) < 3 or letters[1][0] not in ("n", "m") or letters[2][0] != "k":
        return None
    return letters[2][1].removeprefix(f"{OPERATOR}: ")


def step_of(source_id: int | None, flow: str, step: str) -> Item | None:
    """Another step of the same document."""
    if source_id is None:
        return None
    ending = "WHERE source_id = %s AND flow = %s AND step = %s ORDER BY id LIMIT 1"
    found = item_rows.find(ending, source_id, flow, step)
    return found[0] if found else None


def open_steps(
    connection: str, flow: str, prefix: str, *, states: Sequence[State] = (State.QUEUED, State.REVIEW)
) -> list[Item]:
    """Steps of these states whose names begin so, with their documents."""
    named = [state.value for state in states]
    ending = f"WHERE connection = %s AND flow = %s AND {LIVE} AND state IN ({rows.marks(named)}) AND {BEGINS} ORDER BY id"
    return item_rows.find(ending, connection, flow, *named, len(prefix), prefix, with_documents=True)


def step_of_document(store: str, entity_id: int, flow: str, step: str) -> Item | None:
    """A step of an order named by its store and entity id."""
    sources = models.Source.objects.filter(store=store, kind="order", entity_id=entity_id)
    return step_of(sources.values_list("pk", flat=True).first(), flow, step)


def open_by_source(
    connection: str, flow: str, now: datetime, *, doubtful_before: datetime, limit: int, after_source: int
) -> list[tuple[int, list[Item]]]:
    """Documents with open steps of a flow, by source id: queued and due ones, and doubts old enough.

    Left out is what a batch that has not ended began before.
    """
    states = (State.QUEUED.value, State.IN_DOUBT.value)  # most cycles find nothing: that is asked for plainly
    live = rows.by_index("delivery_live")
    any_open = f"{live} WHERE connection = %s AND flow = %s AND {LIVE} AND state IN (%s, %s) LIMIT 1"
    if not rows.find(models.Delivery, ("id",), any_open, connection, flow, *states):
        return []
    at, settled = rows.instant(now), rows.instant(doubtful_before)
    which = (connection, flow, after_source, states[0], at, connection, flow, states[1], settled)
    sources = [
        source_id for (source_id,) in rows.fetch_all(_OF_WHICH.format(f"{live} {_OPEN}"), *which, limit)
    ]
    found: dict[int, list[Item]] = {source_id: [] for source_id in sources}
    for part in rows.chunks(sources):
        ending = f"{live} {_OPEN} AND source_id IN ({rows.marks(part)}) ORDER BY source_id, id"
        for each in item_rows.find(ending, *which, *part):
            if each.source_id is not None:
                found[each.source_id].append(each)
    return list(found.items())


_OF_WHICH = "SELECT DISTINCT source_id FROM tidegate_delivery {} ORDER BY source_id LIMIT %s"
_OPEN = f"""
    WHERE connection = %s AND flow = %s AND source_id > %s AND {LIVE} AND (
        (state = %s AND (due_at IS NULL OR due_at <= %s) AND (batch_id IS NULL OR batch_id NOT IN (
            SELECT id FROM tidegate_batch WHERE connection = %s AND flow = %s AND ended_at IS NULL)))
        OR (state = %s AND EXISTS (
            SELECT 1 FROM tidegate_attempt AS attempt
            WHERE attempt.delivery_id = tidegate_delivery.id AND attempt.outcome = '' AND attempt.started_at <= %s))
    )
"""


def open_subjects(connection: str, subjects: Sequence[str]) -> dict[str, datetime | None]:
    """Those of the labels and missing things (`sku:X`) that an open delivery still has or waits for.

    With a label comes since when its oldest open delivery is there; None: it is waited for.
    """
    open_states = [state.value for state in State if state not in FINAL]
    found: dict[str, datetime | None] = {}
    waited_for: set[str] = set()
    for part in rows.chunks(sorted(set(subjects))):
        ending = (
            f"WHERE connection = %s AND state IN ({rows.marks(open_states)}) AND {{}} IN ({rows.marks(part)})"
        )
        labelled = ending.format("label") + " ORDER BY created_at DESC"  # so that the oldest stays
        of_part = (connection, *open_states, *part)
        found |= dict(rows.find(models.Delivery, ("label", "created_at"), labelled, *of_part))
        waits = rows.find(models.Delivery, ("waits_for",), ending.format("waits_for"), *of_part)
        waited_for |= {name for (name,) in waits}
    return {**found, **dict.fromkeys(waited_for)}


def labelled(connection: str, subjects: Sequence[str]) -> set[str]:
    """Those of the subjects that are labels of deliveries, in whatever state."""
    found = models.Delivery.objects.filter(label__in=subjects, connection=connection)
    return set(found.values_list("label", flat=True))


def unreadable_ids(connection: str, store: str, kind: str) -> set[int]:
    """Documents that are parked because the store cannot serve them."""
    parked = (connection, State.REVIEW.value, Code.UNREADABLE.value)
    return {entity_id for (entity_id,) in rows.fetch_all(_UNREADABLE, *parked, store, kind)}


_UNREADABLE = """
    SELECT source.entity_id
    FROM tidegate_delivery AS delivery JOIN tidegate_source AS source ON source.id = delivery.source_id
    WHERE delivery.connection = %s AND delivery.state = %s AND delivery.reason_code = %s
    AND source.store = %s AND source.kind = %s
"""


def unread_changes(store: str, kind: str, entity_id: int) -> list[int]:
    """Deliveries that wait until a known document, which has changed, can be read again."""
    waiting = models.Delivery.objects.filter(
        source__store=store, source__kind=kind, source__entity_id=entity_id, step__startswith="change-unread"
    )
    return list(waiting.filter(state=State.REVIEW.value).order_by("pk").values_list("pk", flat=True))


def highest_id(store: str, kind: str) -> int:
    """The highest entity id ever read from the store; 0 when none was."""
    top = rows.fetch_one(
        "SELECT max(entity_id) FROM tidegate_source WHERE store = %s AND kind = %s", store, kind
    )
    return (top and top[0]) or 0


def oldest_created(store: str, kind: str, entity_ids: Iterable[int]) -> datetime | None:
    """When the oldest of these documents was made in the store, as far as it was read."""
    oldest = [
        models.Source.objects.filter(store=store, kind=kind, entity_id__in=part).aggregate(
            at=Min("source_created_at")
        )["at"]
        for part in rows.chunks(sorted(set(entity_ids)))
    ]
    return min((at for at in oldest if at is not None), default=None)

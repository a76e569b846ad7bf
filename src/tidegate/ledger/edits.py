"""Edits of single deliveries: kept beside them, in force when they are sent next. The store's order stays as it is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from tidegate.domain.orders.personal import ERASED
from tidegate.domain.states import State
from tidegate.ledger import models, rows
from tidegate.ledger.database import inside
from tidegate.ledger.faults import NotAllowed, NotFound
from tidegate.ledger.texts import LONGEST_REASON, storable

#: States of deliveries that were not sent yet.
EDITABLE = (State.CAPTURED, State.QUEUED, State.HELD, State.REVIEW)


@dataclass(frozen=True, slots=True)
class NewEdit:
    """One field: what the store says of it, what would have been sent, and what is to be sent."""

    field: str
    own: str
    before: str
    value: str


@dataclass(frozen=True, slots=True)
class Edited:
    """One edit as it was made."""

    field: str
    own: str
    before: str
    value: str
    at: datetime
    by: str
    reason: str


def edit(delivery_id: int, edits: Sequence[NewEdit], now: datetime, *, by: str, reason: str = "") -> None:
    """Keep the edits. In a transaction. Raises NotAllowed for what the target has, or may have, already."""
    inside(now)
    row = models.Delivery.objects.select_for_update().filter(pk=delivery_id).first()
    if row is None:
        raise NotFound(f"no delivery has the id {delivery_id}")
    name = row.label or row.key
    if State(row.state) not in EDITABLE:
        raise NotAllowed(f"{name} is {row.state}: only a delivery that has not been sent can be edited")
    doubtful = models.Attempt.objects.filter(delivery_id=delivery_id, outcome="").exists()
    if doubtful or row.target_id or row.target_number:
        raise NotAllowed(f"{name}: the target has it or may have it; correct it there")
    models.Edit.objects.bulk_create(
        models.Edit(
            delivery_id=delivery_id,
            field=each.field,
            own=storable(each.own),
            before=storable(each.before),
            value=storable(each.value),
            at=now,
            by=storable(by),
            reason=storable(reason, LONGEST_REASON),
        )
        for each in edits
    )
    text = f"edited: {', '.join(each.field for each in edits)}"  # no values: they are a person's
    models.Event.objects.create(
        delivery_id=delivery_id, at=now, letter="", before=row.state, after=row.state, actor=by, text=text
    )


def in_force(deliveries: Iterable[int]) -> dict[int, dict[str, tuple[str, str]]]:
    """Of deliveries with edits: field -> (the store's own value then, the value to be sent)."""
    found: defaultdict[int, dict[str, tuple[str, str]]] = defaultdict(dict)
    for part in rows.chunks(sorted(deliveries)):
        ending = f"WHERE delivery_id IN ({rows.marks(part)}) ORDER BY id"
        for delivery, name, own, value in rows.find(
            models.Edit, ("delivery", "field", "own", "value"), ending, *part
        ):
            found[delivery][name] = (own, value)
    return dict(found)


def history(deliveries: Iterable[int]) -> dict[int, list[Edited]]:
    """Every edit of these deliveries, the oldest first."""
    columns = ("delivery", "field", "own", "before", "value", "at", "by", "reason")
    found: defaultdict[int, list[Edited]] = defaultdict(list)
    for part in rows.chunks(sorted(deliveries)):
        ending = f"WHERE delivery_id IN ({rows.marks(part)}) ORDER BY id"
        for delivery, *values in rows.find(models.Edit, columns, ending, *part):
            found[delivery].append(Edited(*values))
    return dict(found)


def words(deliveries: Iterable[int], personal: Iterable[str]) -> set[str]:
    """What was written into these fields, line by line: by it a person is recognised where they are quoted."""
    wanted = set(personal)
    texts = [
        text
        for edited in history(deliveries).values()
        for each in edited
        if each.field in wanted
        for text in (each.own, each.before, each.value)
    ]
    return {line for text in texts for line in text.splitlines() if line}


def blank(deliveries: Iterable[int], personal: Iterable[str]) -> int:
    """Take persons out of edits of finished deliveries; how many were changed. In a transaction."""
    wanted: Mapping[str, None] = dict.fromkeys(personal)
    changed: list[tuple[object, ...]] = []
    for part in rows.chunks(sorted(deliveries)):
        ending = f"WHERE delivery_id IN ({rows.marks(part)})"
        columns = ("id", "field", "own", "before", "value", "reason")
        for pk, name, *texts in rows.find(models.Edit, columns, ending, *part):
            after = [ERASED if text else "" for text in texts]
            if name in wanted and after != texts:
                changed.append((pk, *after))
    rows.update(models.Edit, ("own", "before", "value", "reason"), changed)
    return len(changed)

"""Deliveries: creating them, and every change of their state in one place.

The functions that flows and the console call are all reachable from here; the transitions
themselves live in `verdicts.py`, the write-ahead in `attempts.py`, what operators do in `operators.py`.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection as database_connection

from tidegate.domain.states import State
from tidegate.domain.verdict import Verdict
from tidegate.ledger import happened, models, rows
from tidegate.ledger.attempts import begin, close_batch, open_batch, reclaim
from tidegate.ledger.database import inside
from tidegate.ledger.models.delivery import KEY_LENGTH
from tidegate.ledger.operators import Done, cancel, hold, link_to, release, retry, skip
from tidegate.ledger.texts import LONGEST_REASON, storable
from tidegate.ledger.verdicts import apply, carry_out, many

__all__ = [
    "Done",
    "NewDelivery",
    "apply",
    "begin",
    "cancel",
    "close_batch",
    "create_many",
    "hold",
    "link_to",
    "open_batch",
    "reclaim",
    "refresh_subject",
    "release",
    "release_waiting",
    "rename",
    "retry",
    "skip",
]

_FIRST = frozenset({State.CAPTURED, State.QUEUED, State.HELD, State.REVIEW, State.SKIPPED})
_EXPLAINED = frozenset({State.HELD, State.REVIEW, State.SKIPPED})
_COLUMNS = (
    "connection",
    "flow",
    "step",
    "key",
    "source",
    "label",
    "state",
    "failures",
    "reason_code",
    "reason",
    "waits_for",
    "overruled",
    "due_at",
    "created_at",
    "changed_at",
    "subject",
    "target_id",
    "target_number",
    "target_status",
    "adopted",
    "scope",
    "fence",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDelivery:
    """A delivery to be made. `key` is the idempotency key, e.g. `main:213:order`; `subject` is JSON."""

    connection: str
    flow: str
    step: str
    key: str
    state: State = State.QUEUED
    source_id: int | None = None
    label: str = ""
    reason_code: str = ""
    reason: str = ""
    waits_for: str = ""
    due_at: datetime | None = None
    subject: str = ""
    target_id: str = ""
    target_number: str = ""


def create_many(specs: Sequence[NewDelivery], now: datetime) -> dict[str, int]:
    """Make deliveries, one a key for ever; returns {key: id}, also of those that existed and were left alone.

    Raises ValueError for an invalid delivery: without a key, in a state that is not initial, or
    held, in review or skipped without a reason.
    """
    inside(now)
    for spec in specs:
        _examine(spec)
    if database_connection.vendor == "postgresql":
        # creators of one flow pass one by one: two that insert the same keys in another order would deadlock
        scopes = sorted({zlib.crc32(f"{spec.connection}/{spec.flow}".encode()) for spec in specs})
        with database_connection.cursor() as cursor:
            cursor.executemany("SELECT pg_advisory_xact_lock(%s)", [(scope,) for scope in scopes])
    unique = {spec.key: spec for spec in specs}
    new = rows.insert_new(models.Delivery, _COLUMNS, [_values(spec, now) for spec in unique.values()], "key")
    ids = dict(new)
    for part in rows.chunks([key for key in unique if key not in new]):
        ids.update(models.Delivery.objects.filter(key__in=part).values_list("key", "pk"))
    for key in new:
        _tell(unique[key])
    rows.insert(
        models.Event,
        ("delivery", "at", "letter", "before", "after", "actor", "text"),
        [
            (pk, now, "", "", unique[key].state.value, "engine", storable(unique[key].reason, LONGEST_REASON))
            for key, pk in new.items()
        ],
    )
    return ids


def _tell(spec: NewDelivery) -> None:
    if spec.state in (State.REVIEW, State.HELD):
        happened.record(
            "review" if spec.state is State.REVIEW else "hold",
            connection=spec.connection,
            flow=spec.flow,
            step=spec.step,
            order=spec.label,
            code=spec.reason_code,
            text=spec.reason,
        )


def _examine(spec: NewDelivery) -> None:
    if not spec.key or len(spec.key) > KEY_LENGTH or storable(spec.key) != spec.key:
        raise ValueError(f"a delivery's key has 1 to {KEY_LENGTH} printable characters, not {spec.key!r}")
    if spec.state not in _FIRST:
        raise ValueError(f"{spec.key}: a delivery cannot begin in the state {spec.state.value!r}")
    if spec.state in _EXPLAINED and not (spec.reason_code or spec.reason):
        raise ValueError(f"{spec.key}: the state {spec.state.value} needs a reason")


def _values(spec: NewDelivery, now: datetime) -> tuple[object, ...]:
    return (
        spec.connection,
        spec.flow,
        spec.step,
        spec.key,
        spec.source_id,
        storable(spec.label),
        spec.state.value,
        0,
        spec.reason_code,
        storable(spec.reason, LONGEST_REASON),
        storable(spec.waits_for) if spec.state is State.HELD else "",
        "",
        spec.due_at,
        now,
        now,
        storable(spec.subject),
        storable(spec.target_id),
        storable(spec.target_number),
        "",
        False,
        "",
        0,
    )


def release_waiting(connection: str, missing: Iterable[str], now: datetime) -> int:
    """Transition j for all held deliveries of the connection that wait for one of `missing` (`kind:name`)."""
    inside(now)
    count = 0
    for name in sorted({storable(name) for name in missing if name}):
        waiting = models.Delivery.objects.filter(
            connection=connection, waits_for=name, state=State.HELD.value
        ).order_by("pk")
        while ids := list(waiting.values_list("pk", flat=True)[: rows.CHUNK]):
            verdict = Verdict(0, "j", text=f"{name} exists now")
            count += len(ids) - len(carry_out(many(ids, verdict), now, lease=None, actor="engine"))
    return count


def rename(delivery_id: int, label: str, now: datetime) -> None:
    """Give a delivery its number for users, once that can be read."""
    inside(now)
    rows.update(models.Delivery, ("label",), [(delivery_id, storable(label))])


def refresh_subject(
    subjects: Mapping[int, str], now: datetime, *, text: str = "the document changed", looked_up: bool = False
) -> set[int]:
    """Replace what a step needs, for deliveries that are not on their way; returns the ids that were changed.

    Left alone: what is sending, finished, or (unless it was `looked_up` just now) may be in the target already.
    """
    inside(now)
    changed: dict[int, str] = {}
    states = [
        State.CAPTURED,
        State.QUEUED,
        State.HELD,
        State.REVIEW,
        *([State.IN_DOUBT] if looked_up else ()),
    ]
    for part in rows.chunks(sorted(subjects)):
        open_rows = models.Delivery.objects.select_for_update().filter(
            pk__in=part, state__in=[state.value for state in states]
        )
        found = dict(open_rows.order_by("pk").values_list("pk", "state"))
        doubtful = models.Attempt.objects.filter(delivery_id__in=list(found), outcome="")
        for delivery_id in () if looked_up else doubtful.values_list("delivery_id", flat=True):
            del found[delivery_id]
        changed.update(found)
    rows.update(models.Delivery, ("subject",), [(pk, storable(subjects[pk])) for pk in changed])
    rows.insert(
        models.Event,
        ("delivery", "at", "letter", "before", "after", "actor", "text"),
        [
            (pk, now, "", state, state, "engine", storable(text, LONGEST_REASON))
            for pk, state in changed.items()
        ],
    )
    return set(changed)

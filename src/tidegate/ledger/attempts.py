"""Batches and the write-ahead: what is about to leave is on disk before it leaves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from tidegate.domain.errors import Code
from tidegate.domain.states import State
from tidegate.domain.verdict import Verdict
from tidegate.ledger import models, rows
from tidegate.ledger.database import inside
from tidegate.ledger.faults import KeyReuse
from tidegate.ledger.lease import Lease, check
from tidegate.ledger.texts import storable
from tidegate.ledger.verdicts import carry_out, many


def open_batch(lease: Lease, connection: str, now: datetime, former: int | None = None) -> int:
    """Begin one cycle's run; earlier runs of the same flow that never ended are closed.

    `former` is an open run that goes on under the new lease: what it tried before is not tried again. After a run
    that had nothing to do the row is used again, so that idle cycles leave no rows behind.
    """
    check(lease, now)
    ending = "WHERE connection = %s AND flow = %s AND ended_at IS NULL"
    stale = [pk for (pk,) in rows.find(models.Batch, ("id",), ending, connection, lease.flow)]
    if former is not None and former in stale:
        rows.update(models.Batch, ("scope", "fence"), [(former, lease.scope, lease.fence)])
        return former
    for batch_id in stale:
        close_batch(batch_id, now, note="ended by the next run")
    newest = rows.find(models.Batch, ("id", "idle"), _NEWEST, connection, lease.flow)
    if newest and newest[0][1]:
        again = (newest[0][0], lease.scope, lease.fence, now, None, 0, "", False)
        rows.update(
            models.Batch, ("scope", "fence", "started_at", "ended_at", "calls", "note", "idle"), [again]
        )
        return int(newest[0][0])
    (made,) = rows.fetch_all(
        _BEGIN, connection, lease.flow, lease.scope, lease.fence, rows.instant(now), False
    )
    return int(made[0])


_BEGIN = (
    "INSERT INTO tidegate_batch (connection, flow, scope, fence, started_at, idle, sent, confirmed, failed, in_doubt, "
    "handed_over, calls, note) VALUES (%s, %s, %s, %s, %s, %s, 0, 0, 0, 0, 0, 0, '') RETURNING id"
)
_NEWEST = "WHERE connection = %s AND flow = %s ORDER BY started_at DESC, id DESC LIMIT 1"


def close_batch(batch_id: int, now: datetime, *, calls: int = 0, note: str = "", idle: bool = False) -> bool:
    """End a run; its figures are counted from its attempts. Returns whether it was idle.

    One that was `idle` must have tried nothing: no delivery, and no value of a mirror that is still open. Else
    the next run would have its row, and would take those values for its own, which are not tried twice.
    """
    inside(now)
    counts = rows.fetch_all(_FIGURES, batch_id)
    idle = idle and not counts and rows.fetch_one(_LEFT_OPEN, batch_id) is None
    counted: Counter[str] = Counter({str(outcome): int(count) for outcome, count in counts})
    figures = {
        "ended_at": now,
        "calls": calls,
        "note": storable(note),
        "idle": idle,
        "sent": counted.total(),
        "confirmed": counted["accepted"] + counted["found"],
        "failed": counted["refused"] + counted["absent"],
        "in_doubt": counted[""],
        "handed_over": counted["handed over"],
    }
    rows.update(models.Batch, tuple(figures), [(batch_id, *figures.values())])
    return idle


#: By the index of the mirror's queue; what is in another state forgets its run when it is queued again.
_LEFT_OPEN = """
    SELECT 1 FROM tidegate_batch AS batch JOIN tidegate_mirrorrow AS item
    ON item.connection = batch.connection AND item.flow = batch.flow AND item.batch_id = batch.id
    WHERE batch.id = %s AND item.state IN ('queued', 'sending', 'in doubt') LIMIT 1
"""
#: An attempt without an outcome is in doubt, or lies with the target in a parcel.
_FIGURES = """
    SELECT CASE WHEN attempt.outcome = '' AND delivery.state = 'handed over' THEN 'handed over'
                ELSE attempt.outcome END AS became, count(*)
    FROM tidegate_attempt AS attempt JOIN tidegate_delivery AS delivery ON delivery.id = attempt.delivery_id
    WHERE attempt.batch_id = %s GROUP BY became
"""


def begin(lease: Lease, batch_id: int, items: Sequence[tuple[int, str]], now: datetime) -> dict[int, int]:
    """Transition b: record one attempt each, for (delivery id, payload hash); returns {delivery: attempt}.

    Commit before anything is sent, and send only what is in the answer: left out are deliveries that
    are no longer queued, not due, of another connection or flow, or begun before in this same batch.
    Raises `LeaseLost`, and `KeyReuse` when an earlier attempt under the same key is unresolved.
    """
    check(lease, now)
    sql = "SELECT ended_at IS NULL, scope, flow, fence, connection FROM tidegate_batch WHERE id = %s"
    is_open, *under, connection = rows.fetch_one(sql, batch_id) or (False, "", "", 0, "")
    if not is_open or under != [lease.scope, lease.flow, lease.fence]:
        raise ValueError("begin: the batch has ended or was opened under another lease")
    begun: dict[int, int] = {}
    for part in rows.chunks(items):
        begun.update(_begin(lease, batch_id, connection, dict(part), now))
    return begun


_READY = """
    SELECT id, key FROM tidegate_delivery
    WHERE id IN ({ids}) AND connection = %s AND flow = %s AND state = 'queued'
    AND (due_at IS NULL OR due_at <= %s)
    AND (batch_id IS NULL OR batch_id <> %s)  -- nothing is retried within the cycle that failed it
    ORDER BY id {lock}
"""
_EARLIER = """
    SELECT delivery_id, max(number), max(payload_hash) FILTER (WHERE outcome = '')
    FROM tidegate_attempt WHERE delivery_id IN ({ids}) GROUP BY delivery_id
"""
_SENDING = """
    UPDATE tidegate_delivery
    SET state = 'sending', changed_at = %s, due_at = NULL, scope = %s, fence = %s, batch_id = %s
    WHERE id IN ({ids})
"""


def _begin(
    lease: Lease, batch_id: int, connection: str, hashes: dict[int, str], now: datetime
) -> dict[int, int]:
    ids, at = list(hashes), rows.instant(now)
    if not ids:
        return {}
    sql = _READY.format(ids=rows.marks(ids), lock=rows.for_update())
    ready: dict[int, str] = dict(rows.fetch_all(sql, *ids, connection, lease.flow, at, batch_id))
    ids = list(ready)
    if not ids:
        return {}
    found = rows.fetch_all(_EARLIER.format(ids=rows.marks(ids)), *ids)
    earlier = {delivery_id: (number, unresolved) for delivery_id, number, unresolved in found}
    for delivery_id, (_, unresolved) in earlier.items():
        if unresolved is not None:
            other = "with another payload " if unresolved != hashes[delivery_id] else ""
            raise KeyReuse(
                f"{ready[delivery_id]} would be sent again {other}although the result of an earlier attempt "
                "is not known: look it up in the target first"
            )
    numbers = {delivery_id: earlier.get(delivery_id, (0, None))[0] + 1 for delivery_id in ready}
    attempts = rows.insert_new(
        models.Attempt,
        ("delivery", "batch", "number", "key", "payload_hash", "started_at", "outcome", "code", "text"),
        [
            (delivery_id, batch_id, numbers[delivery_id], key, hashes[delivery_id], now, "", "", "")
            for delivery_id, key in ready.items()
        ],
        "delivery",
    )
    if len(attempts) != len(ready):  # the constraint `attempt_unresolved` says what was checked above
        raise KeyReuse("the result of an attempt is not known")
    rows.execute(_SENDING.format(ids=rows.marks(ids)), at, lease.scope, lease.fence, batch_id, *ids)
    rows.insert(
        models.Event,
        ("delivery", "at", "letter", "before", "after", "actor", "text"),
        [
            (delivery_id, now, "b", "queued", "sending", "engine", f"attempt {numbers[delivery_id]}")
            for delivery_id in attempts
        ],
    )
    return attempts


def reclaim(lease: Lease, now: datetime) -> int:
    """Put in doubt what earlier holders of this lease began and left: the first act of every cycle."""
    check(lease, now)
    before = "scope = %s AND flow = %s AND fence < %s"
    earlier = (lease.scope, lease.flow, lease.fence)
    # the state stands in the text: only so SQLite knows that its small index of what is being sent will do
    left = f"WHERE state = '{State.SENDING.value}' AND {before} ORDER BY id LIMIT {rows.CHUNK}"
    count = 0
    while ids := [pk for (pk,) in rows.find(models.Delivery, ("id",), left, *earlier)]:
        verdict = Verdict(0, "d", code=Code.NO_ANSWER, text="the worker stopped before an answer came")
        refused = carry_out(many(ids, verdict), now, lease=lease, actor="engine", reclaiming=True)
        if refused:
            raise AssertionError(f"reclaim was refused for {refused}")
        count += len(ids)
    abandoned = f"WHERE {before} AND ended_at IS NULL"
    for (batch_id,) in rows.find(models.Batch, ("id",), abandoned, *earlier):
        close_batch(batch_id, now, note="the worker stopped before its batch ended")
    return count

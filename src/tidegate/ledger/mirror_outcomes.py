# ruff: noqa: S608 - every name in these statements is our own, every value is a parameter
"""What becomes of the items of a mirror that are sent: the write-ahead, and the lettered transitions.

The letters are those of `domain.states`; a `Verdict` names an item by `MirrorItem.id`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from tidegate.domain.errors import Code
from tidegate.domain.states import TRANSITIONS, State
from tidegate.domain.verdict import Verdict
from tidegate.ledger import mirror_item, models, rows, snapshot
from tidegate.ledger.lease import Lease, check
from tidegate.ledger.mirror_item import MirrorItem
from tidegate.ledger.texts import LONGEST_REASON, storable
from tidegate.tables import pl

LETTERS = frozenset("cdefghin")
_COLUMNS = (
    "state",
    "sent",
    "leaving",
    "failures",
    "reason_code",
    "reason",
    "waits_for",
    "due_at",
    "changed_at",
)


def begin(lease: Lease, batch_id: int, keys: Iterable[str], now: datetime) -> set[str]:
    """Transition b, write-ahead: returns the keys that may leave, each with the value it has wanted so far.

    Commit before anything is sent. Left out are items that are no longer queued, not due, or begun
    before in this same batch. Raises `LeaseLost`.
    """
    check(lease, now)
    sql = "SELECT ended_at IS NULL, scope, flow, fence, connection FROM tidegate_batch WHERE id = %s"
    is_open, *under, connection = rows.fetch_one(sql, batch_id) or (False, "", "", 0, "")
    if not is_open or under != [lease.scope, lease.flow, lease.fence]:
        raise ValueError("begin: the batch has ended or was opened under another lease")
    at = rows.instant(now)
    begun: set[str] = set()
    for part in rows.chunks(sorted(set(keys))):
        ready = rows.fetch_all(
            "SELECT id, key FROM tidegate_mirrorrow "
            f"WHERE connection = %s AND flow = %s AND key IN ({rows.marks(part)}) AND state = 'queued' "
            "AND (due_at IS NULL OR due_at <= %s) "
            "AND (batch_id IS NULL OR batch_id <> %s) "  # nothing is retried within the cycle that failed it
            f"ORDER BY id {rows.for_update()}",
            *(connection, lease.flow, *part, at, batch_id),
        )
        if not ready:
            continue
        ids = [row_id for row_id, _ in ready]
        rows.execute(
            "UPDATE tidegate_mirrorrow SET state = 'sending', leaving = wanted, due_at = NULL, changed_at = %s, "
            f"scope = %s, fence = %s, batch_id = %s WHERE id IN ({rows.marks(ids)})",
            *(at, lease.scope, lease.fence, batch_id, *ids),
        )
        begun.update(key for _, key in ready)
    return begun


def settle(lease: Lease, outcomes: Sequence[Verdict], now: datetime) -> list[int]:
    """Carry out what became of items; returns the ids that were left alone (moved on, or not of this lease).

    c and e: the reader has what left; queued again where more was wanted meanwhile. d: in doubt. f: the
    reader does not have it. g: queued again, counted if the verdict says so. h: a person must decide,
    unless another value is wanted by now. i: held for `waits_for`. n: skipped, with the reason.
    Raises `LeaseLost`; outcomes of a call that outlived an expired lease are taken if no other worker took it.
    """
    check(lease, now, late=True)
    refused: list[int] = []
    by_id = {outcome.delivery_id: outcome for outcome in outcomes}
    for part in rows.chunks(sorted(by_id)):
        found = {
            item.id: item
            for item in mirror_item.items(
                f"WHERE id IN ({rows.marks(part)}) AND (state <> 'sending' OR (scope = %s AND fence = %s)) "
                f"ORDER BY id {rows.for_update()}",
                *(*part, lease.scope, lease.fence),
            )
        }
        changed = []
        for item_id in part:
            row = _after(found.get(item_id), by_id[item_id], now)
            if row is None:
                refused.append(item_id)
            else:
                changed.append((item_id, *row))
        rows.update(models.MirrorRow, _COLUMNS, changed)
        # what is answered well may leave again in this same cycle, with a newer value
        answered = [item_id for item_id in part if by_id[item_id].letter in "ce"]
        if answered:
            rows.execute(
                f"UPDATE tidegate_mirrorrow SET batch_id = NULL WHERE id IN ({rows.marks(answered)})",
                *answered,
            )
    return refused


def _after(item: MirrorItem | None, outcome: Verdict, now: datetime) -> tuple[object, ...] | None:
    """The item's new columns; None when the outcome is not for it."""
    letter = outcome.letter
    if item is None or letter not in LETTERS or item.state not in TRANSITIONS[letter][0]:
        return None
    state, sent, leaving = TRANSITIONS[letter][1], item.sent, item.leaving
    failures = item.failures + outcome.counted
    code, reason, waits_for = outcome.code, storable(outcome.text, LONGEST_REASON), ""
    if letter in "ce":
        sent = leaving or item.wanted
        state = State.CONFIRMED if sent == item.wanted else State.QUEUED
        failures, code, reason = 0, "", ""
    elif letter == "i":
        waits_for = storable(outcome.waits_for)
    elif letter == "h" and item.state is State.SENDING and leaving != item.wanted:
        state = State.QUEUED
    if state is not State.IN_DOUBT:
        leaving = ""
    return (state.value, sent, leaving, failures, code, reason, waits_for, outcome.due_at, now)


def reclaim(lease: Lease, now: datetime) -> int:
    """Put in doubt what earlier holders of this lease began and left: the first act of every cycle."""
    check(lease, now)
    return rows.execute(
        "UPDATE tidegate_mirrorrow SET state = 'in doubt', reason_code = %s, reason = %s, changed_at = %s "
        "WHERE state = 'sending' AND scope = %s AND flow = %s AND fence < %s",
        Code.NO_ANSWER.value,
        "the worker stopped before an answer came",
        rows.instant(now),
        *(lease.scope, lease.flow, lease.fence),
    )


def observe(lease: Lease, connection: str, values: Mapping[str, str], now: datetime) -> list[str]:
    """Take in what the reader really has ("" = nothing); returns the keys that are queued because of it.

    In doubt: confirmed if that is what is wanted, else queued; the failure counts only now that the
    write is proved absent. Settled: another value than was sent is drift, and the wanted one is queued
    again. What is on its way is left alone, and so are keys that the mirror does not know.
    """
    check(lease, now, late=True)
    queued: list[str] = []
    folded = dict(values)
    for part in rows.chunks(sorted(values)):
        known = mirror_item.items(
            f"WHERE connection = %s AND flow = %s AND key IN ({rows.marks(part)}) ORDER BY id {rows.for_update()}",
            *(connection, lease.flow, *part),
        )
        queued += _seen(known, values, now)
        for item in known:
            del folded[item.key]
    return sorted(queued + _drifted(connection, lease.flow, folded, now))


def _seen(known: Sequence[MirrorItem], values: Mapping[str, str], now: datetime) -> list[str]:
    """What reading back means for items with rows of their own; the keys that are queued by it."""
    fresh: list[tuple[int, str, str]] = []
    absent: list[tuple[object, ...]] = []
    others: list[tuple[object, ...]] = []
    queued: list[str] = []
    for item in known:
        value = values[item.key]
        if item.state is State.SENDING:
            continue
        if (value == item.wanted and item.state is not State.SKIPPED) or item.state is State.CONFIRMED:
            fresh.append((item.id, item.wanted, value))
            queued += [item.key] if value != item.wanted else []
        elif item.state is State.IN_DOUBT:
            failures = item.failures + (value != item.leaving)
            absent.append((item.id, State.QUEUED.value, value, "", failures, now))
            queued.append(item.key)
        else:
            others.append((item.id, value))
    mirror_item.restart(fresh, now)
    rows.update(models.MirrorRow, ("state", "sent", "leaving", "failures", "changed_at"), absent)
    rows.update(models.MirrorRow, ("sent",), others)
    return queued


def _drifted(connection: str, flow: str, values: Mapping[str, str], now: datetime) -> list[str]:
    """Rows for folded items of which the reader has another value."""
    if not values:
        return []
    by_id = snapshot.read(connection, flow).join(snapshot.frame(values), on="key", suffix="_there")
    other = by_id.filter(pl.col("value") != pl.col("value_there")).sort("key")
    mirror_item.insert(connection, flow, [(*row, True) for row in other.iter_rows()], now)
    return other["key"].to_list()

# ruff: noqa: S608 - every name in these statements is our own, every value is a parameter
"""What was written to a reader (the store) last, item by item, and what is still to be written.

For flows that coalesce: of an item only the newest value matters, and only where it differs from what
the reader has. One mirror is one flow of one connection; an item's key and value are texts that the
flow makes (`HUB-0001@wh_london`, `77;1`), the value never empty. Settled items are in a folded
snapshot (`snapshot.py`); an item with anything open, or written since the last fold, has its own row.
The states are those of `domain.states`; every change of a mirror is one function of this file or of
`mirror_outcomes.py`, inside `with transaction(...)`.

A cycle: `reclaim`, read back what is `doubtful` and `observe` it, `want`, then `due` / `begin` /
(send) / `settle` until nothing is due, and `fold` at the end.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from tidegate.domain.flow_account import Account
from tidegate.domain.states import State
from tidegate.ledger import mirror_item, models, rows, snapshot
from tidegate.ledger.account import _PLACE
from tidegate.ledger.database import inside
from tidegate.ledger.mirror_item import MirrorItem
from tidegate.ledger.mirror_outcomes import begin, observe, reclaim, settle
from tidegate.ledger.pieces import Pieces, each
from tidegate.ledger.snapshot import Values
from tidegate.ledger.texts import storable
from tidegate.tables import pl

__all__ = [
    "MirrorItem",
    "account",
    "baseline",
    "begin",
    "doubtful",
    "drop",
    "due",
    "find",
    "fold",
    "keys",
    "listing",
    "mirrors",
    "observe",
    "reclaim",
    "release",
    "retry",
    "settle",
    "settled",
    "unnamed",
    "want",
]

#: The name of a mirror's tally among those of deliveries' steps.
STEP = "item"
#: How long an unanswered write may still take effect; a reading before that proves nothing.
SETTLE = timedelta(minutes=10)
#: So many confirmed rows, or this share of the snapshot, are worth writing the snapshot anew.
_FOLD_AT, _FOLD_SHARE = 1000, 20
#: What the store has of these, nobody knows at the moment.
_AWAY = (State.SENDING.value, State.IN_DOUBT.value)


# --- what is known --------------------------------------------------------------------------------


def settled(connection: str, flow: str, which: pl.Expr | None = None) -> pl.DataFrame:
    """What was written and confirmed: key, value. Left out is what is on its way or in doubt.

    Only items for which the condition on `key` holds, where one is given.
    """
    sql = "SELECT key, sent, state FROM tidegate_mirrorrow WHERE connection = %s AND flow = %s"
    found, pieces = rows.fetch_all(sql, connection, flow), snapshot.pieces(connection, flow)
    folded = pieces.table() if which is None else pieces.where(which)
    if not found:  # most cycles
        return folded
    own = pl.Series([key for key, _, _ in found], dtype=pl.String)
    known = [(key, sent) for key, sent, state in found if sent and state not in _AWAY]
    sent_values = pl.DataFrame(
        {"key": [key for key, _ in known], "value": [sent for _, sent in known]}, schema=snapshot.schema()
    )
    kept = folded.filter(~pl.col("key").is_in(own.implode()))
    return pl.concat([kept, sent_values if which is None else sent_values.filter(which)])


def due(
    connection: str, flow: str, now: datetime, limit: int, after: MirrorItem | str | None = None
) -> list[MirrorItem]:
    """What may be sent now, by key; `after` is the last item (or key) of the page before."""
    key = after.key if isinstance(after, MirrorItem) else after or ""
    return mirror_item.items(
        "WHERE connection = %s AND flow = %s AND state = 'queued' AND key > %s "
        "AND (due_at IS NULL OR due_at <= %s) ORDER BY key LIMIT %s",
        connection,
        flow,
        key,
        rows.instant(now),
        limit,
    )


def doubtful(
    connection: str, flow: str, now: datetime, *, settle: timedelta = SETTLE, limit: int = 1000
) -> list[MirrorItem]:
    """Items in doubt long enough that an unanswered write can no longer take effect: to be read back, `observe`."""
    return mirror_item.items(
        "WHERE connection = %s AND flow = %s AND state = 'in doubt' AND changed_at <= %s ORDER BY key LIMIT %s",
        connection,
        flow,
        rows.instant(now - settle),
        limit,
    )


def listing(
    connection: str, flow: str, *, states: Sequence[State] = (), after: str = "", limit: int = 50
) -> list[MirrorItem]:
    """Items with a row of their own, by key; `states` () = all that are open."""
    wanted = [state.value for state in states] or [
        state.value for state in State if state is not State.CONFIRMED
    ]
    return mirror_item.items(
        f"WHERE connection = %s AND flow = %s AND state IN ({rows.marks(wanted)}) AND key > %s "
        "ORDER BY key LIMIT %s",
        connection,
        flow,
        *wanted,
        after,
        limit,
    )


def not_written(connection: str, flow: str, tries: int) -> list[MirrorItem]:
    """What people must hear of, by key: what waits for them, and what has failed so many times and is tried again."""
    waiting = (State.HELD.value, State.REVIEW.value)
    tried_again = (State.QUEUED.value, State.IN_DOUBT.value)
    return mirror_item.items(
        f"WHERE connection = %s AND flow = %s AND state IN ({rows.marks(waiting + tried_again)}) "
        f"AND (state IN ({rows.marks(waiting)}) OR failures >= %s) ORDER BY key",
        *(connection, flow, *waiting, *tried_again, *waiting, tries),
    )


def unnamed(connection: str, flow: str, wanted: Values) -> pl.Series:
    """The keys of all items in the mirror, whatever their state, that `wanted` does not name."""
    named, folded = snapshot.frame(wanted), snapshot.read(connection, flow)
    own = mirror_item.table(connection, flow)
    if named["key"].equals(folded["key"]):
        folded = folded.clear()
        if not own.height:  # most cycles
            return folded["key"]
    known = pl.concat([folded.lazy().select("key"), own.lazy().select("key")]).unique()
    return known.join(named.lazy(), on="key", how="anti").collect()["key"]


def find(connection: str, flow: str, keys: Iterable[str]) -> list[MirrorItem]:
    """Those of these items that have rows of their own."""
    found: list[MirrorItem] = []
    for part in rows.chunks(sorted(set(keys))):
        ending = f"WHERE connection = %s AND flow = %s AND key IN ({rows.marks(part)}) ORDER BY key"
        found += mirror_item.items(ending, connection, flow, *part)
    return found


def keys(connection: str, flow: str, which: pl.Expr) -> list[str]:
    """The keys of items with rows of their own for which the condition on `key` holds."""
    own = mirror_item.table(connection, flow).select("key")
    return own.filter(which)["key"].to_list()


def mirrors() -> list[tuple[str, str]]:
    """Every (connection, flow) that has a mirror, also of connections that are configured no more.

    Snapshots that flows keep beside their mirrors, such as `inventory:levels`, are left out.
    """
    found = rows.fetch_all(
        "SELECT DISTINCT connection, flow FROM tidegate_mirrorsnapshot "
        "UNION SELECT DISTINCT connection, flow FROM tidegate_mirrorrow ORDER BY 1, 2"
    )
    return [(connection, flow) for connection, flow in found if ":" not in flow]


def account(connection: str, flow: str) -> Account:
    """All known items by state; an item in the snapshot is confirmed."""
    folded = snapshot.size(connection, flow)
    sql = (
        "SELECT state, count(*), sum(CASE WHEN in_picture THEN 1 ELSE 0 END) FROM tidegate_mirrorrow "
        "WHERE connection = %s AND flow = %s GROUP BY state"
    )
    read, places = folded, {"confirmed": folded}
    for state, count, twice in rows.fetch_all(sql, connection, flow):
        place = _PLACE[State(state)]
        places[place] = places.get(place, 0) + count
        places["confirmed"] -= twice
        read += count - twice
    return Account(read=read, **places)


# --- what is wanted -------------------------------------------------------------------------------


def want(connection: str, flow: str, wanted: Values | Pieces, now: datetime, gone: Iterable[str] = ()) -> int:
    """Set the values that the store shall have; returns how many items are new to be sent.

    Only what differs from what was sent makes a row. A waiting item whose value the store already has is
    confirmed without writing. A review is about a value: another one is queued. What is held keeps
    waiting, with its new value; what is on its way or in doubt continues, and the new value after it.
    `gone` are items that Tidegate no longer manages: they are dropped. Items that `wanted` does not
    name stay as they are.
    """
    inside(now)
    drop(connection, flow, gone, now)
    sent_values = wanted if isinstance(wanted, Pieces) else snapshot.frame(wanted)
    if any((part["value"] == "").any() for part in each(sent_values)):
        raise ValueError("internal error: a wanted value must not be empty")
    own = mirror_item.table(connection, flow)
    differing = snapshot.differing(sent_values, snapshot.pieces(connection, flow))
    fresh = differing.join(own, on="key", how="anti", maintain_order="left") if own.height else differing
    new = [(key, value, sent or "", sent is not None) for key, value, sent in fresh.iter_rows()]
    mirror_item.insert(connection, flow, new, now)
    if not own.height:  # most cycles
        return len(new)
    changed = pl.concat(
        part.join(own, on="key").filter(pl.col("value") != pl.col("wanted")) for part in each(sent_values)
    )
    return len(new) + _wanted_otherwise(changed, now)


#: These keep their state whatever is wanted of them by now.
_UNMOVED = (State.SENDING, State.IN_DOUBT, State.SKIPPED)


def _wanted_otherwise(changed: pl.DataFrame, now: datetime) -> int:
    """Give items that have rows a new wanted value; returns how many are newly to be sent."""
    later: list[tuple[object, ...]] = []
    fresh: list[tuple[int, str, str]] = []
    queued = 0
    for row in changed.iter_rows(named=True):
        state, back = State(row["state"]), row["value"] == row["sent"]
        if state in _UNMOVED or (state in (State.HELD, State.QUEUED) and not back):
            later.append((row["id"], row["value"]))  # a failure that was counted stays counted
        else:
            fresh.append((row["id"], row["value"], row["sent"]))
            queued += not back
    rows.update(models.MirrorRow, ("wanted",), later)
    mirror_item.restart(fresh, now)
    return queued


def release(connection: str, missing: Iterable[str], now: datetime) -> int:
    """Transition j for all held items of the connection that wait for one of `missing` (`kind:name`)."""
    inside(now)
    names = sorted({storable(name) for name in missing if name})
    return sum(_requeue("waits_for", part, now, connection, "state = 'held'") for part in rows.chunks(names))


def retry(connection: str, flow: str, keys: Iterable[str], now: datetime) -> int:
    """Transitions l and p: an operator has items in review, held or skipped sent again."""
    inside(now)
    open_again = "state IN ('review', 'held', 'skipped') AND flow = %s"
    parts = rows.chunks(sorted(set(keys)))
    return sum(_requeue("key", part, now, connection, open_again, flow) for part in parts)


def _requeue(
    column: str, values: Sequence[str], now: datetime, connection: str, which: str, *parameters: str
) -> int:
    return rows.execute(
        "UPDATE tidegate_mirrorrow SET state = 'queued', failures = 0, reason_code = '', reason = '', "
        "waits_for = '', due_at = NULL, batch_id = NULL, changed_at = %s "
        f"WHERE connection = %s AND {column} IN ({rows.marks(values)}) AND {which}",
        *(rows.instant(now), connection, *values, *parameters),
    )


def drop(connection: str, flow: str, keys: Iterable[str], now: datetime) -> int:
    """Forget items; what is on its way or in doubt stays. Returns how many are gone."""
    inside(now)
    named = pl.DataFrame({"key": sorted(set(keys))}, schema={"key": pl.String})
    if not named.height:
        return 0
    stays = (State.SENDING, State.IN_DOUBT)
    going = named.join(
        mirror_item.table(connection, flow).filter(pl.col("state").is_in(stays)), on="key", how="anti"
    )
    folded = snapshot.read(connection, flow)
    kept = folded.join(going, on="key", how="anti")
    rowless = folded.height - kept.height
    if rowless:
        snapshot.write(connection, flow, kept, now)
    count = rowless
    for part in rows.chunks(going["key"].to_list()):
        found = models.MirrorRow.objects.filter(connection=connection, flow=flow, key__in=part)
        count += found.filter(in_picture=False).count()
        found.delete()
    return count


def baseline(connection: str, flow: str, values: Values, now: datetime) -> None:
    """The reader has these values without having been sent them: the first load makes no storm.

    What waits and is wanted as it is there already is confirmed; what is on its way is left alone.
    """
    inside(now)
    there = snapshot.frame(values)
    own = mirror_item.table(connection, flow)
    rowless = there
    if own.height:
        as_wanted = (pl.col("state") == State.CONFIRMED) | (pl.col("wanted") == pl.col("value"))
        moved = ~pl.col("state").is_in(_UNMOVED)
        known = (
            there.lazy().join(own.lazy(), on="key").filter(moved).with_columns(as_wanted=as_wanted).collect()
        )
        same, still = known.filter("as_wanted"), known.filter(~pl.col("as_wanted"))
        again = zip(same["id"], same["value"], same["value"], strict=True)
        mirror_item.restart(list(again), now)
        rows.update(models.MirrorRow, ("sent",), list(zip(still["id"], still["value"], strict=True)))
        rowless = there.join(own, on="key", how="anti")
    if rowless.height:
        snapshot.write(connection, flow, snapshot.with_values(snapshot.read(connection, flow), rowless), now)


def fold(connection: str, flow: str, now: datetime, *, always: bool = False) -> int:
    """Move what is confirmed into the snapshot, at the end of a cycle; returns how many items were moved.

    Writing the snapshot anew costs as much as the snapshot is large, so that a few rows wait for more of
    their kind, unless `always`.
    """
    inside(now)
    sql = (
        "SELECT count(*) FROM tidegate_mirrorrow WHERE connection = %s AND flow = %s AND state = 'confirmed'"
    )
    (count,) = rows.fetch_one(sql, connection, flow) or (0,)
    if not count or not (always or count >= max(_FOLD_AT, snapshot.size(connection, flow) // _FOLD_SHARE)):
        return 0
    own = mirror_item.table(connection, flow).filter(pl.col("state") == State.CONFIRMED)
    sent_values = own.select("key", pl.col("sent").alias("value"))
    snapshot.write(connection, flow, snapshot.with_values(snapshot.read(connection, flow), sent_values), now)
    models.MirrorRow.objects.filter(connection=connection, flow=flow, state=State.CONFIRMED.value).delete()
    return sent_values.height

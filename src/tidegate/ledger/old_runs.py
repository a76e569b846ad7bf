# ruff: noqa: S608 - every name in these statements is our own, every value is a parameter
"""Cycles that ran long ago: taken out of the table of runs, packed by ranges of their ids, and still found by their number.

A run that an attempt names, which is not archived itself, stays where it is.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec

from tidegate.ledger import marks, models, rows
from tidegate.ledger.database import inside
from tidegate.ledger.run import COLUMNS, Run

#: Runs that one transaction looks at.
AT_ONCE = 500
#: Ids whose runs are packed together.
RANGE = 1_000

Packed = dict[int, Run]


def archive(
    connection: str, flow: str, before: datetime, now: datetime, most: int = AT_ONCE
) -> tuple[int, bool]:
    """Archive runs of one flow that began before a moment: how many, and whether there may be more. In a transaction.

    It goes on behind where the last call ended, and begins anew after the last one: some stay, and are not looked at by
    every call.
    """
    inside(now)
    place = f"old-runs:{connection}:{flow}"
    after = marks.read(place)
    ending = (
        "WHERE connection = %s AND flow = %s AND started_at < %s AND started_at >= %s AND NOT (ended_at IS NULL) "
        "AND NOT idle ORDER BY started_at LIMIT %s"
    )
    start = datetime.fromisoformat(after) if after else datetime.min.replace(year=1970, tzinfo=now.tzinfo)
    found = [
        Run(*row)
        for row in rows.find(
            models.Batch, COLUMNS, ending, connection, flow, rows.instant(before), rows.instant(start), most
        )
    ]
    named = {
        pk
        for part in rows.chunks([run.id for run in found])
        for (pk,) in rows.fetch_all(
            f"SELECT DISTINCT batch_id FROM tidegate_attempt WHERE batch_id IN ({rows.marks(part)})", *part
        )
    }
    old = [run for run in found if run.id not in named]
    _put(old)
    for part in rows.chunks([run.id for run in old]):
        rows.execute(f"DELETE FROM tidegate_batch WHERE id IN ({rows.marks(part)})", *part)
    goes_on = len(found) == most and found[-1].started_at != start
    if goes_on:
        marks.write(place, found[-1].started_at.isoformat(), now)
    elif after:
        marks.remove(place, now)
    return len(old), goes_on


def find(run_id: int) -> Run | None:
    """One archived run."""
    return _read([run_id // RANGE]).get(run_id // RANGE, {}).get(run_id)


def rewrite(connection: str, words: Iterable[str], edit: Callable[[str], str]) -> int:
    """Edit the notes of the connection's archived runs that have one of the words; how many. In a transaction."""
    wanted = [word.casefold() for word in words if word]
    count = 0
    for (bucket,) in rows.find(models.ArchivedRuns, ("bucket",), "ORDER BY bucket"):
        packed = _read([bucket])[bucket]
        changed = {
            run.id: msgspec.structs.replace(run, note=edit(run.note))
            for run in packed.values()
            if run.connection == connection and any(word in run.note.casefold() for word in wanted)
        }
        if changed:
            _write(bucket, packed | changed)
            count += len(changed)
    return count


def _put(runs: Sequence[Run]) -> None:
    by_bucket: dict[int, Packed] = {}
    for run in runs:
        by_bucket.setdefault(run.id // RANGE, {})[run.id] = run
    there = _read(list(by_bucket))
    for bucket, packed in by_bucket.items():
        _write(bucket, there.get(bucket, {}) | packed)


def _read(buckets: Sequence[int]) -> dict[int, Packed]:
    return {
        bucket: {run.id: run for run in _unpack(bytes(content))}
        for part in rows.chunks(buckets)
        for bucket, content in rows.find(
            models.ArchivedRuns, ("bucket", "content"), f"WHERE bucket IN ({rows.marks(part)})", *part
        )
    }


def _unpack(content: bytes) -> list[Run]:
    return msgspec.json.decode(zlib.decompress(content), type=list[Run])


def _write(bucket: int, packed: Packed) -> None:
    content = zlib.compress(msgspec.json.encode([packed[pk] for pk in sorted(packed)]), 9)
    values: dict[str, Any] = {"content": content}
    models.ArchivedRuns.objects.update_or_create(bucket=bucket, defaults=values)

# ruff: noqa: S608 - every name in these statements is our own, every value is a parameter
"""Deliveries and documents counted once: what lies at or below an id was counted, and is not counted again.

Neither is ever deleted, or given to another connection, flow or step. So all of one step are those that were counted
and the few behind the id; what has arrived is the rest of them when what has not is taken away. That keeps the
account as quick with a million orders as with a hundred.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime

from tidegate.ledger import marks, models, rows
from tidegate.ledger.database import inside
from tidegate.ledger.families import counted_as

DELIVERY, SOURCE = "delivery", "source"
#: Ids counted in one transaction.
AT_ONCE = 50_000
_TABLES = {
    DELIVERY: ("tidegate_delivery", "connection, flow, step"),
    SOURCE: ("tidegate_source", "connection, kind, ''"),
}
_ADD = """
    INSERT INTO tidegate_tally (kind, connection, flow, step, upto, count) VALUES (%s, %s, %s, %s, %s, %s)
    ON CONFLICT (kind, connection, flow, step) DO UPDATE SET count = tidegate_tally.count + EXCLUDED.count
"""


def advance(kind: str, now: datetime) -> bool:
    """Count some more; true when more is left. In a transaction.

    Nothing is counted before the second look after it came: PostgreSQL gives ids that a transaction which is still
    under way may fill in later.
    """
    inside(now)
    table, columns = _TABLES[kind]
    rows.execute(_ADD, kind, "", "", "", 0, 0)
    lock = f"SELECT upto FROM tidegate_tally WHERE kind = %s AND connection = '' {rows.for_update()}"
    (counted,) = rows.fetch_one(lock, kind) or (0,)
    name = f"tally:{kind}"
    seen = int(marks.read(name) or 0)
    upto = min(counted + AT_ONCE, seen)
    if upto > counted:
        found: Counter[tuple[str, str, str]] = Counter()
        between = f"SELECT {columns}, count(*) FROM {table} WHERE id > %s AND id <= %s GROUP BY 1, 2, 3"
        for connection, flow, step, count in rows.fetch_all(between, counted, upto):
            found[connection, flow, counted_as(step)] += count
        for (connection, flow, step), count in found.items():
            rows.execute(_ADD, kind, connection, flow, step, upto, count)
        rows.execute(_ADD, kind, "", "", "", upto, found.total())
        models.Tally.objects.filter(kind=kind).update(upto=upto)
    (newest,) = rows.fetch_one(f"SELECT max(id) FROM {table}") or (0,)
    if upto >= seen:
        marks.write(name, str(newest or 0), now)
    return bool(upto < seen)


def counted(kind: str) -> int:
    """The id up to which everything was counted; 0 = nothing yet."""
    (upto,) = rows.fetch_one("SELECT upto FROM tidegate_tally WHERE kind = %s AND connection = ''", kind) or (
        0,
    )
    return int(upto)


def forget(kind: str, now: datetime) -> None:
    """Count it all again from the first id. In a transaction."""
    inside(now)
    models.Tally.objects.filter(kind=kind).delete()


@dataclass(frozen=True, slots=True)
class Drift:
    """A kept counter that does not say what there is."""

    kind: str
    connection: str
    flow: str
    step: str
    kept: int
    found: int


def drift(kind: str) -> list[Drift]:
    """Every kept counter that differs from a count of the same rows, row by row, up to the same id.

    One view of the database, along an index or the whole table: for a nightly look.
    """
    table, columns = _TABLES[kind]
    counted = (
        f"SELECT {columns}, count(*) AS found, 0 AS kept FROM {table} WHERE id <= (SELECT upto FROM tidegate_tally "
        "WHERE kind = %s AND connection = '') GROUP BY 1, 2, 3"
    )
    kept = "SELECT connection, flow, step, 0, count FROM tidegate_tally WHERE kind = %s AND NOT (connection = '')"
    both: defaultdict[tuple[str, str, str], list[int]] = defaultdict(lambda: [0, 0])
    for connection, flow, step, found, sum_kept in rows.fetch_all(f"{counted} UNION ALL {kept}", kind, kind):
        counts = both[connection, flow, counted_as(step)]
        counts[0] += int(found)
        counts[1] += int(sum_kept)
    return [
        Drift(kind, *place, kept=counts[1], found=counts[0])
        for place, counts in sorted(both.items())
        if counts[0] != counts[1]
    ]

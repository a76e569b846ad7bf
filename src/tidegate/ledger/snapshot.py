"""The folded part of a mirror: its settled items as one compressed table, in parts.

A million items in rows of their own would make every comparison read the whole database. Folded
they are some megabytes that Polars reads in a fraction of a second (Arrow IPC, zstd).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cache, lru_cache
from io import BytesIO
from typing import Any, TypeAlias

from tidegate.ledger import models, rows
from tidegate.tables import pl

#: Items in one part: far below what either database takes as one value.
PART = 250_000
#: Bytes of a part that is kept in memory, taken apart: some hundred items.
SHORT = 32_768

_SNAPSHOT = ("connection", "flow", "part", "items", "content", "folded_at")

Values: TypeAlias = "Mapping[str, str] | pl.DataFrame"


@cache
def schema() -> dict[str, Any]:
    """The columns of a snapshot."""
    return {"key": pl.String, "value": pl.String}


def frame(values: Values) -> pl.DataFrame:
    """Keys and values as a table, one row a key, sorted; NUL, which PostgreSQL refuses, is replaced."""
    if not isinstance(values, pl.DataFrame):
        values = pl.DataFrame({"key": list(values), "value": list(values.values())}, schema=schema())
    clean = (
        values.lazy()
        .select(pl.col("key", "value").cast(pl.String).str.replace_all("\x00", "\ufffd", literal=True))
        .sort("key", maintain_order=True)
        .collect()
    )
    if clean["key"].n_unique() < clean.height:  # asking is cheap, and mostly there is nothing to do
        clean = clean.unique("key", keep="last", maintain_order=True)
    return clean


def read(connection: str, flow: str) -> pl.DataFrame:
    """The snapshot's keys and values, sorted by key."""
    sql = "SELECT content FROM tidegate_mirrorsnapshot WHERE connection = %s AND flow = %s ORDER BY part"
    parts = [_part(bytes(content)) for (content,) in rows.fetch_all(sql, connection, flow)]
    return pl.concat(parts) if parts else pl.DataFrame(schema=schema())


def _part(content: bytes) -> pl.DataFrame:
    """The table in one part. A short one is mostly the same as in the cycle before: it is taken apart once."""
    return _short(content) if len(content) <= SHORT else _taken_apart(content)


def _taken_apart(content: bytes) -> pl.DataFrame:
    return pl.read_ipc(BytesIO(content))


_short = lru_cache(maxsize=128)(_taken_apart)


def size(connection: str, flow: str) -> int:
    """How many items the snapshot has, without reading it."""
    sql = "SELECT coalesce(sum(items), 0) FROM tidegate_mirrorsnapshot WHERE connection = %s AND flow = %s"
    found = rows.fetch_one(sql, connection, flow)
    return int(found[0]) if found else 0


def write(connection: str, flow: str, settled: pl.DataFrame, now: datetime) -> None:
    """Replace the snapshot."""
    rows.execute("DELETE FROM tidegate_mirrorsnapshot WHERE connection = %s AND flow = %s", connection, flow)
    ordered = settled.lazy().select("key", "value").sort("key").collect()
    for part, start in enumerate(range(0, ordered.height, PART)):
        piece = ordered.slice(start, PART)
        content = BytesIO()
        piece.write_ipc(content, compression="zstd")
        row = (connection, flow, part, piece.height, content.getvalue(), now)
        rows.insert(models.MirrorSnapshot, _SNAPSHOT, [row])


def differing(values: pl.DataFrame, snapshot: pl.DataFrame) -> pl.DataFrame:
    """Of sorted `values` those that the snapshot does not have so: key, value, value_sent (null = unknown)."""
    if values.height == snapshot.height and values["key"].equals(snapshot["key"]):
        # the usual case, the same items as ever: compared side by side, without a join
        other = values["value"] != snapshot["value"]
        if not other.any():
            return pl.DataFrame(schema={**schema(), "value_sent": pl.String})
        return values.filter(other).with_columns(snapshot["value"].filter(other).alias("value_sent"))
    both = values.join(snapshot, on="key", how="left", suffix="_sent", maintain_order="left")
    return both.filter(pl.col("value_sent").is_null() | (pl.col("value") != pl.col("value_sent")))


def with_values(snapshot: pl.DataFrame, values: pl.DataFrame) -> pl.DataFrame:
    """The snapshot with these items set to these values."""
    kept = snapshot.join(values, on="key", how="anti")
    return pl.concat([kept, values.select("key", "value")])

"""The folded part of a mirror: its settled items as one compressed table, in parts.

A million items in rows of their own would make every comparison read the whole database. Folded
they are some megabytes that Polars reads in a fraction of a second (Arrow IPC, zstd; `pieces.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TypeAlias

from tidegate.ledger import models, rows
from tidegate.ledger.pieces import Pieces, Rows, aligned, schema, whole
from tidegate.tables import pl

__all__ = ["Values", "differing", "frame", "pieces", "read", "schema", "size", "with_values", "write"]

_SNAPSHOT = ("connection", "flow", "part", "items", "content", "folded_at")

Values: TypeAlias = "Mapping[str, str] | pl.DataFrame"


def frame(values: Values) -> pl.DataFrame:
    """Keys and values as a table, one row a key, sorted; NUL, which PostgreSQL refuses, is replaced."""
    if not isinstance(values, pl.DataFrame):
        storable = {_storable(key): _storable(value) for key, value in values.items()}
        keys = sorted(storable)
        return pl.DataFrame({"key": keys, "value": [storable[key] for key in keys]}, schema=schema())
    clean = (
        values.lazy()
        .select(pl.col("key", "value").cast(pl.String).str.replace_all("\x00", "\ufffd", literal=True))
        .sort("key", maintain_order=True)
        .collect()
    )
    if clean["key"].n_unique() < clean.height:  # asking is cheap, and mostly there is nothing to do
        clean = clean.unique("key", keep="last", maintain_order=True)
    return clean


def _storable(text: str) -> str:
    return text.replace("\x00", "\ufffd")


def read(connection: str, flow: str) -> pl.DataFrame:
    """The snapshot's keys and values, sorted by key."""
    return pieces(connection, flow).table()


def pieces(connection: str, flow: str) -> Pieces:
    """The same as it is kept, for what may be very long."""
    sql = (
        "SELECT content, items FROM tidegate_mirrorsnapshot WHERE connection = %s AND flow = %s ORDER BY part"
    )
    found = rows.fetch_all(sql, connection, flow)
    return Pieces(tuple(bytes(content) for content, _ in found), tuple(items for _, items in found))


def size(connection: str, flow: str) -> int:
    """How many items the snapshot has, without reading it."""
    sql = "SELECT coalesce(sum(items), 0) FROM tidegate_mirrorsnapshot WHERE connection = %s AND flow = %s"
    found = rows.fetch_one(sql, connection, flow)
    return int(found[0]) if found else 0


def write(connection: str, flow: str, settled: Rows, now: datetime) -> None:
    """Replace the snapshot. Pieces are sorted already."""
    rows.execute("DELETE FROM tidegate_mirrorsnapshot WHERE connection = %s AND flow = %s", connection, flow)
    if not isinstance(settled, Pieces):
        settled = Pieces.of([settled.lazy().select("key", "value").sort("key").collect()])
    for part, (content, items) in enumerate(zip(settled.contents, settled.heights, strict=True)):
        rows.insert(models.MirrorSnapshot, _SNAPSHOT, [(connection, flow, part, items, content, now)])


def differing(values: Rows, snapshot: Rows) -> pl.DataFrame:
    """Of sorted `values` those that the snapshot does not have so: key, value, value_sent (null = unknown)."""
    if isinstance(values, Pieces) or isinstance(snapshot, Pieces):
        found = [_differing(ours, theirs) for ours, theirs in aligned(values, snapshot) if ours.height]
        return whole(found) if found else pl.DataFrame(schema={**schema(), "value_sent": pl.String})
    return _differing(values, snapshot)


def _differing(values: pl.DataFrame, snapshot: pl.DataFrame) -> pl.DataFrame:
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

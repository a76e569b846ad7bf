"""A long table of keys and values, sorted by key, as compressed pieces of which one at a time is taken apart.

Ten million prices are some gigabytes as one table and some hundred megabytes as pieces. What compares two of them
goes through both side by side (`aligned`); a table of one piece costs what it did before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from io import BytesIO
from typing import Any, TypeAlias

from tidegate.tables import pl

#: Items in one piece: far below what either database takes as one value.
PIECE = 250_000
#: Bytes of a piece that is kept in memory, taken apart: some hundred items.
SHORT = 32_768


@cache
def schema() -> dict[str, Any]:
    """The columns."""
    return {"key": pl.String, "value": pl.String}


def packed(table: pl.DataFrame) -> bytes:
    """Arrow IPC, zstd."""
    content = BytesIO()
    table.write_ipc(content, compression="zstd")
    return content.getvalue()


def unpacked(content: bytes) -> pl.DataFrame:
    """The table in a piece. A short one is mostly the same as in the cycle before: it is taken apart once."""
    return _short(content) if len(content) <= SHORT else _taken_apart(content)


def _taken_apart(content: bytes) -> pl.DataFrame:
    return pl.read_ipc(BytesIO(content))


_short = lru_cache(maxsize=128)(_taken_apart)


@dataclass(frozen=True, slots=True)
class Pieces:
    """The packed pieces, and how many rows each has."""

    contents: tuple[bytes, ...] = ()
    heights: tuple[int, ...] = ()

    @classmethod
    def of(cls, tables: Iterable[pl.DataFrame]) -> Pieces:
        """Of tables that follow each other, sorted by key; each becomes pieces of at most `PIECE` rows."""
        contents: list[bytes] = []
        heights: list[int] = []
        for table in tables:
            for start in range(0, table.height, PIECE):
                piece = table.select("key", "value").slice(start, PIECE)
                contents.append(packed(piece))
                heights.append(piece.height)
        return cls(tuple(contents), tuple(heights))

    def __iter__(self) -> Iterator[pl.DataFrame]:
        return map(unpacked, self.contents)

    @property
    def height(self) -> int:
        """All rows."""
        return sum(self.heights)

    def where(self, condition: pl.Expr) -> pl.DataFrame:
        """The rows for which it holds."""
        return whole(piece.filter(condition) for piece in self)

    def table(self) -> pl.DataFrame:
        """Everything in one table."""
        return whole(self)


Rows: TypeAlias = "pl.DataFrame | Pieces"


def each(rows: Rows) -> Iterator[pl.DataFrame]:
    """The tables that follow each other."""
    return iter(rows) if isinstance(rows, Pieces) else iter((rows,))


def whole(tables: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """One table of those that follow each other."""
    found = list(tables)
    return pl.concat(found) if found else pl.DataFrame(schema=schema())


def aligned(left: Rows, right: Rows) -> Iterator[tuple[pl.DataFrame, pl.DataFrame]]:
    """Both, side by side: parts that cover the same stretch of keys, of which either may be empty."""
    ours, theirs = each(left), each(right)
    one, other = _next(ours), _next(theirs)
    while one is not None or other is not None:
        if one is None or other is None:
            if one is not None:
                yield one, one.clear()
            elif other is not None:
                yield other.clear(), other
            one, other = _next(ours), _next(theirs)
            continue
        upto = min(one["key"][-1], other["key"][-1])
        here, there = (int(part["key"].search_sorted(upto, side="right")) for part in (one, other))
        yield one.head(here), other.head(there)
        one = one.slice(here) if here < one.height else _next(ours)
        other = other.slice(there) if there < other.height else _next(theirs)


def _next(tables: Iterator[pl.DataFrame]) -> pl.DataFrame | None:
    return next((table for table in tables if table.height), None)

"""What the store may show as available, per SKU and source.

Design, *Availability: the formula, and its traps*; worked tables in `docs/algorithms/availability.md`.
A million rows are calculated at once, so the rule is written in columns. Quantities in a table are
whole numbers of a hundred-thousandth of a piece (`PIECE`), which is exact and fast.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

from tidegate.domain.stock.stock_level import StockLevel, WebLine
from tidegate.tables import pl

PIECE = 100_000  #: parts of one piece


@dataclass(frozen=True, slots=True)
class Buffer:
    """What every source keeps back of each SKU: `percent` of what is on hand there, or a number of `pieces`."""

    percent: Decimal = Decimal(10)
    pieces: Decimal | None = None  #: counts instead of the percentage

    @property
    def words(self) -> str:
        """The rule as the configuration writes it."""
        return f"{self.percent} %" if self.pieces is None else f"{self.pieces} pieces"


@dataclass(frozen=True, slots=True)
class Buffers:
    """Which buffer counts: the first SKU pattern that fits, else the first group pattern, else the general one.

    In patterns `*` is any text and `?` one sign; capitals count.
    """

    general: Buffer = Buffer()
    groups: tuple[tuple[str, Buffer], ...] = ()
    skus: tuple[tuple[str, Buffer], ...] = ()

    def column(self, of: pl.Expr, group: pl.Expr) -> pl.Expr:
        """The pieces that are kept back, in parts, never rounded down; `of` is what is on hand."""
        kept = _kept(self.general, of)
        for pattern, buffer in reversed(self.groups):
            kept = pl.when(group.str.contains(_regex(pattern))).then(_kept(buffer, of)).otherwise(kept)
        for pattern, buffer in reversed(self.skus):
            kept = (
                pl.when(pl.col("sku").str.contains(_regex(pattern))).then(_kept(buffer, of)).otherwise(kept)
            )
        return kept

    def rule_of(self, sku: str, group: str) -> str:
        """Which of them counts for one product, in words."""
        for what, name, rules in (("SKU", sku, self.skus), ("group", group, self.groups)):
            for pattern, buffer in rules:
                if re.match(_regex(pattern), name):
                    return f"{buffer.words}, for {what} {pattern}"
        return f"{self.general.words}, for everything"


def _kept(buffer: Buffer, of: pl.Expr) -> pl.Expr:
    if buffer.pieces is not None:
        return pl.lit(parts(buffer.pieces), dtype=pl.Int64)
    numerator, denominator = buffer.percent.as_integer_ratio()
    # rounded up: whole numbers only know rounding down, so what is kept is taken from below zero
    return -((-of.clip(lower_bound=0) * numerator) // (100 * denominator))


def _regex(pattern: str) -> str:
    return "(?s)^" + re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".") + "$"


def parts(pieces: Decimal) -> int:
    """Pieces in parts of a piece; decimals beyond the fifth are dropped, as nothing is sold in them."""
    return int(pieces * PIECE)


@cache
def level_columns() -> dict[str, Any]:
    """The columns of a table of levels."""
    return {"sku": pl.String, "warehouse": pl.String, "on_hand": pl.Int64, "allocated": pl.Int64}


@cache
def correction_columns() -> dict[str, Any]:
    """The columns of a table of corrections."""
    return {"sku": pl.String, "warehouse": pl.String, "pieces": pl.Int64}


def level_table(levels: Iterable[StockLevel]) -> pl.DataFrame:
    """Levels as the table that `available` takes."""
    rows = [(one.sku, one.warehouse, parts(one.on_hand), parts(one.allocated)) for one in levels]
    return pl.DataFrame(rows, schema=level_columns(), orient="row")


@dataclass(frozen=True, slots=True)
class Claim:
    """One line of a web order: what Sage has of it (`line`), and what Magento knows.

    `written` are the pieces whose shipment is in Magento; `open` those that Magento still reserves.
    `left` are pieces that left without Magento knowing, by the warehouse that they left from.
    """

    line: WebLine
    written: Decimal = Decimal(0)
    open: Decimal = Decimal(0)
    left: tuple[tuple[str, Decimal], ...] = ()

    @property
    def reserved_twice(self) -> Decimal:
        """Pieces that Sage has taken off its free stock, and that Magento would take off again.

        Allocated, or despatched without Magento knowing; never more than Magento still reserves.
        """
        return max(min(self.line.allocated + self.line.despatched - self.written, self.open), Decimal(0))

    def places(self) -> Iterator[tuple[str, Decimal]]:
        """Where these pieces come back on: in the warehouse that they left from, else in that of the line.

        Their shipment debits that warehouse's source, which must hold them until then.
        """
        rest = self.reserved_twice
        for warehouse, pieces in self.left:
            part = min(pieces, rest)
            rest -= part
            yield warehouse, part
        yield self.line.warehouse, rest

    @property
    def not_yet_taken(self) -> Decimal:
        """Pieces that Sage still owes and has not taken off its free stock."""
        if not self.line.live:
            return Decimal(0)
        return max(self.line.ordered - self.line.allocated - self.line.despatched, Decimal(0))


def with_reservations(claims: Iterable[Claim]) -> pl.DataFrame:
    """Corrections for a store with multi-source inventory: Magento subtracts what web orders hold itself."""
    return corrections((one.line.sku, *place) for one in claims for place in one.places())


def without_reservations(claims: Iterable[Claim], queued: Mapping[tuple[str, str], Decimal]) -> pl.DataFrame:
    """Corrections for a store without: Magento has taken web orders off the number that is overwritten.

    `queued` are pieces of web orders that Sage does not have yet, by SKU and warehouse.
    """
    taken = [(one.line.sku, one.line.warehouse, -one.not_yet_taken) for one in claims]
    return corrections([*taken, *((sku, warehouse, -pieces) for (sku, warehouse), pieces in queued.items())])


def corrections(rows: Iterable[tuple[str, str, Decimal]]) -> pl.DataFrame:
    """(SKU, warehouse, pieces) as a table."""
    return pl.DataFrame(
        [(sku, warehouse, parts(pieces)) for sku, warehouse, pieces in rows if pieces],
        schema=correction_columns(),
        orient="row",
    )


def available(
    levels: pl.DataFrame,
    corrected_by: pl.DataFrame,
    sources: Mapping[str, str],
    buffers: Buffers,
    groups: Mapping[str, str] | None = None,
    decimals: int = 0,
) -> pl.DataFrame:
    """What each source may show (sku, source, quantity in parts), one row for each SKU and source.

    on hand - allocated + corrections - buffer, over all warehouses of the source (`sources`: warehouse ->
    source; other warehouses are not published). The buffer is rounded up and the result down, to
    `decimals` places; never below zero, and never below what web orders are still to be shipped of it:
    the buffer keeps pieces from new customers, not from those who have bought. `groups` are product
    groups by SKU.
    """
    return figures(levels, corrected_by, sources, buffers, groups, decimals).select(
        "sku", "source", "quantity"
    )


def figures(
    levels: pl.DataFrame,
    corrected_by: pl.DataFrame,
    sources: Mapping[str, str],
    buffers: Buffers,
    groups: Mapping[str, str] | None = None,
    decimals: int = 0,
) -> pl.DataFrame:
    """As `available`, with what it comes from: on_hand, allocated, pieces (the corrections), group, kept."""
    names = {"warehouse": pl.String, "source": pl.String, "sku": pl.String, "group": pl.String}
    known = pl.LazyFrame(
        {"warehouse": list(sources), "source": list(sources.values())}, schema_overrides=names
    )
    group = pl.LazyFrame(
        {"sku": list(groups or {}), "group": list((groups or {}).values())}, schema_overrides=names
    )
    step = PIECE // 10**decimals
    pieces = corrected_by.lazy().join(known, on="warehouse")
    corrected = pieces.group_by("sku", "source").agg(pl.col("pieces").sum())
    on_hand, kept = pl.col("on_hand"), pl.col("kept")
    correction = pl.col("pieces").fill_null(0)
    promised = correction.clip(lower_bound=0)
    free = on_hand - pl.col("allocated") + correction.clip(upper_bound=0)
    return (
        levels.lazy()
        .join(known, on="warehouse")
        .group_by("sku", "source")
        .agg(on_hand.sum(), pl.col("allocated").sum())
        .join(corrected, on=["sku", "source"], how="left")
        .join(group, on="sku", how="left")
        .with_columns(kept=buffers.column(on_hand, pl.col("group").fill_null("")))
        .with_columns(kept=-(-kept // step) * step)
        .with_columns(
            pieces=correction, quantity=((free - kept).clip(lower_bound=0) + promised) // step * step
        )
        .sort("sku", "source")
        .collect()
    )

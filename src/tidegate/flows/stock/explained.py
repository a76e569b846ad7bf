"""Why a source has its number: the figures of the formula as the ledger keeps them, without a call.

The reading of stock keeps levels and groups. The cycle that calculates keeps the corrections by web orders.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from tidegate.config.stock import Stock
from tidegate.config.stock_rules import buffers
from tidegate.domain.stock.availability import PIECE, correction_columns, figures
from tidegate.flows.stock.levels import BETWEEN, GROUP_SNAPSHOT, LEVEL_SNAPSHOT, levels_of
from tidegate.flows.stock.writer import DEFAULT
from tidegate.ledger import snapshot
from tidegate.tables import pl

CORRECTION_SNAPSHOT = "inventory:corrections"


@dataclass(frozen=True, slots=True)
class Warehouse:
    """The company's stock of a product in one warehouse; `source` "" = the warehouse is not published."""

    name: str
    source: str
    on_hand: Decimal
    allocated: Decimal
    corrected_by: Decimal


@dataclass(frozen=True, slots=True)
class Explained:
    """One source's number: on hand - allocated + corrections - buffer, as `available` calculates it."""

    source: str
    on_hand: Decimal
    allocated: Decimal
    corrected_by: Decimal
    kept: Decimal
    rule: str  #: the rule of the buffer
    available: Decimal
    warehouses: tuple[Warehouse, ...]


def source_of_warehouses(stock: Stock, levels: pl.DataFrame) -> Mapping[str, str]:
    """Sage's warehouses in capitals -> Magento's sources; without a mapping, all are `default`."""
    if stock.warehouses:
        return {warehouse.strip().upper(): source for warehouse, source in stock.warehouses.items()}
    return dict.fromkeys(levels["warehouse"].unique().to_list(), DEFAULT)


def keep(connection: str, corrected: pl.DataFrame, now: datetime) -> None:
    """Keep the corrections by web orders, in the transaction that keeps the numbers calculated from them."""
    summed = corrected.group_by("sku", "warehouse").agg(pl.col("pieces").sum())
    rows = snapshot.frame(
        {BETWEEN.join((sku, warehouse)): str(pieces) for sku, warehouse, pieces in summed.iter_rows()}
    )
    if not rows.equals(snapshot.read(connection, CORRECTION_SNAPSHOT)):
        snapshot.write(connection, CORRECTION_SNAPSHOT, rows, now)


def explain(connection: str, stock: Stock, code: str) -> list[Explained]:
    """The number of one product in every source, by the company's code; [] if the company has reported no stock of it."""
    of_code = pl.col("key").str.starts_with(f"{code}{BETWEEN}")
    levels = levels_of(snapshot.read(connection, LEVEL_SNAPSHOT).filter(of_code))
    corrected = pl.DataFrame(
        [
            (*key.split(BETWEEN), int(value))
            for key, value in snapshot.read(connection, CORRECTION_SNAPSHOT).filter(of_code).iter_rows()
        ],
        schema=correction_columns(),
        orient="row",
    )
    groups = dict(snapshot.read(connection, GROUP_SNAPSHOT).filter(pl.col("key") == code).iter_rows())
    rules, sources = buffers(stock), source_of_warehouses(stock, levels)
    rule = rules.rule_of(code, groups.get(code, ""))
    pieces = {warehouse: amount for _, warehouse, amount in corrected.iter_rows()}
    places = [
        Warehouse(
            warehouse,
            sources.get(warehouse, ""),
            whole(on_hand),
            whole(allocated),
            whole(pieces.get(warehouse, 0)),
        )
        for _, warehouse, on_hand, allocated in levels.sort("warehouse").iter_rows()
    ]
    table = figures(levels, corrected, sources, rules, groups, stock.decimals)
    return [
        Explained(
            row["source"],
            whole(row["on_hand"]),
            whole(row["allocated"]),
            whole(row["pieces"]),
            whole(row["kept"]),
            rule,
            whole(row["quantity"]),
            tuple(place for place in places if place.source == row["source"]),
        )
        for row in table.iter_rows(named=True)
    ]


def whole(parts: int) -> Decimal:
    """Convert parts of a piece to pieces."""
    return Decimal(parts) / PIECE

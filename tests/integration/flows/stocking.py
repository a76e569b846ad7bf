"""A shop whose stock follows the company, for tests of the flow `inventory`."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from math import ceil
from typing import Any

from integration.flows.stage import CONNECTION, PAUSE, Stage
from tidegate.config.model import Flow
from tidegate.config.stock import Stock
from tidegate.domain.states import State
from tidegate.ledger import mirror

FLOWS = {"orders": Flow(every="15m"), "inventory": Flow(every="15m"), "shipments": Flow(every="15m")}


HOME = {"HOME": "wh_detroit"}


DAY = timedelta(days=1, minutes=1)


SKU, US = "HUB-0001", 2


def stocked(stage: Stage, **rules: Any) -> Stage:
    """With the flow switched on."""
    stage.reopen(stock=Stock(**{"warehouses": HOME} | rules), flows=FLOWS)
    return stage


def inventory(stage: Stage, *, after: timedelta = PAUSE) -> Any:
    """One cycle."""
    stage.listen()
    return stage.cycle("inventory", after=after)


def adjust(stage: Stage, to: int, sku: str = SKU, warehouse: str = "HOME") -> None:
    """The company counts its stock."""
    stage.company.stock_adjust(sku, warehouse, to=Decimal(to))


def lies(stage: Stage, sku: str = SKU, source: str = "wh_detroit") -> Decimal | None:
    """What the shop has at a source."""
    item = stage.shop.stock.item(sku, source)
    return None if item is None else item.quantity


def free(stage: Stage, sku: str = SKU, warehouse: str = "HOME") -> int:
    """On hand less allocated less ten percent, in the company."""
    kept = stage.company.kept
    on_hand, allocated = kept.stock[sku, warehouse].on_hand, kept.held(sku, warehouse)
    return max(int(on_hand - allocated) - ceil(on_hand / 10), 0)


def writes(stage: Stage) -> list[str]:
    """Calls that change stock."""
    return [each for each in stage.shop_calls("POST") if "source-items" in each]


def states(stage: Stage) -> dict[str, State]:
    """What is open, by key."""
    return {item.key: item.state for item in mirror.listing(CONNECTION, "inventory", limit=10_000)}


def settled() -> dict[str, str]:
    return dict(mirror.settled(CONNECTION, "inventory").iter_rows())

"""What other channels do to the company's stock: noted, without the web's own orders."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from integration.flows.conftest import Build
from integration.flows.stage import CONNECTION, PAUSE, Stage
from tidegate.config.model import Flow
from tidegate.config.stock import Stock
from tidegate.ledger import models, movements

FLOWS = {"orders": Flow(every="15m"), "inventory": Flow(every="15m"), "shipments": Flow(every="15m")}
SKU = "HUB-0001"


@pytest.fixture
def shop(build: Build) -> Stage:
    """The flow has read the stock once."""
    stage = build()
    stage.reopen(stock=Stock(warehouses={"HOME": "wh_detroit"}), flows=FLOWS)
    inventory(stage)
    return stage


def inventory(stage: Stage, *, after: timedelta = PAUSE) -> None:
    """One cycle."""
    report = stage.cycle("inventory", after=after)
    assert report.outcome == "done", report


def noted() -> dict[str, tuple[Decimal, Decimal]]:
    """What left and what came, by SKU."""
    rows = models.StockMovement.objects.all()
    return {row.sku: (row.left, row.came) for row in rows if row.left or row.came}


def sold_elsewhere(stage: Stage, pieces: int, **how: Any) -> None:
    stage.company.other_channel_sale(SKU, Decimal(pieces), **how)


def test_a_sale_of_another_channel_is_noted_once(shop: Stage) -> None:
    assert movements.watched_since(CONNECTION) == shop.now.date()
    sold_elsewhere(shop, 3)
    inventory(shop)
    inventory(shop)
    assert noted() == {SKU: (Decimal(3), Decimal(0))}
    sold_elsewhere(shop, 2, channel="phone")
    inventory(shop)
    assert movements.left(CONNECTION, shop.now.date()) == {SKU: Decimal(5)}


def test_goods_that_come_hide_no_sale_of_another_cycle(shop: Stage) -> None:
    sold_elsewhere(shop, 3)
    inventory(shop)
    holding = int(shop.company.books()["stock"][SKU]["HOME"]["on_hand"])
    shop.company.stock_adjust(SKU, "HOME", to=Decimal(holding + 100))
    inventory(shop)
    assert noted() == {SKU: (Decimal(3), Decimal(100))}


def test_the_whole_life_of_a_web_order_is_no_movement(shop: Stage) -> None:
    sold = shop.order()
    shop.cycle()
    for step in (despatched, invoiced):
        inventory(shop)
        step(shop, sold)
        shop.cycle("shipments")
    inventory(shop)
    inventory(shop)
    assert noted() == {}


def test_a_web_order_that_comes_and_goes_between_two_cycles_is_no_movement(shop: Stage) -> None:
    sold = shop.order()
    shop.cycle()
    despatched(shop, sold)
    invoiced(shop, sold)
    inventory(shop)
    shop.cycle("shipments")
    inventory(shop)
    assert noted() == {}


def test_another_choice_of_warehouses_begins_anew(shop: Stage) -> None:
    shop.reopen(stock=Stock(warehouses={"HOME": "wh_detroit", "DETROIT": "wh_detroit"}))
    inventory(shop)
    assert noted() == {}


def despatched(stage: Stage, sold: int) -> None:
    stage.company.despatch(stage.only(sold)["number"], None)


def invoiced(stage: Stage, _sold: int) -> None:
    stage.company.invoice_run(None)

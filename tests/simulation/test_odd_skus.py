"""Weeks whose products have signs of addresses in their SKUs: the same product for everybody, everywhere."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from pathlib import Path

from tidegate.simulation import odd_skus
from tidegate.simulation.merchant import Merchant
from tidegate.simulation.staff import Staff
from tidegate.simulation.week import write_week
from tidegate.simulation.world import build_world

START = datetime(2026, 3, 26, 6, tzinfo=UTC)


def test_shop_company_and_their_staff_call_a_product_the_same(tmp_path: Path) -> None:
    names = {2: odd_skus.usual(2) + "/&:+,"}
    world = build_world(1, f"sqlite:///{tmp_path / 'ledger.db'}", START, items=3, skus=names)
    second = 1.5 / 3
    sku = "HUB-0002/&:+,"
    assert Staff(world.sage.company, items=3, skus=names).code(second) == sku
    assert Merchant(world.shop, items=3, skus=names).sku(second) == sku
    product = world.shop.catalogue.product(sku)
    assert product is not None
    assert product.id == 2
    assert world.shop.catalogue.product("HUB-0002") is None
    assert {item.sku for item in world.shop.stock.items({sku})} == {sku}
    assert world.sage.company.item(sku).name == "Hub Widget 2"
    assert world.shop.catalogue.on_sale.index(sku) == 1  # where it always was: the same orders are placed


def test_half_of_the_weeks_have_such_skus_and_nothing_else_of_them_changes() -> None:
    drawn = [write_week(seed).settings["skus"] for seed in range(40)]
    assert 10 < sum(map(bool, drawn)) < 30
    endings = {name[8:] for names in drawn for name in names.values()}
    assert endings == set(odd_skus.ENDINGS)
    assert not any(odd_skus.FAMOUS & names.keys() for names in drawn)
    assert odd_skus.drawn(random.Random("skus-0"), 60) == drawn[0]

"""Further websites of the simulated shop: each has its view, its numbers, its customers and its own stock."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from tidegate_sandbox import magento
from tidegate_sandbox.clock import SandboxClock
from tidegate_sandbox.faults import FaultPlan
from tidegate_sandbox.magento.further_websites import open_website
from tidegate_sandbox.magento.websites import PARTS

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SKU = "HUB-0001"


def a_shop() -> magento.MagentoStore:
    shop, _ = magento.build(SandboxClock.virtual(START), FaultPlan(1), price_scope="website", widgets=3)
    return shop


@pytest.mark.parametrize(("like", "currency"), [("base", "USD"), ("b2b", "GBP")])
def test_a_website_is_in_every_list_of_the_shop(like: str, currency: str) -> None:
    shop = a_shop()
    before = {part: len(rows) for part, rows in shop.websites.parts.items()}
    view = open_website(shop, "x3", "Sage X3", like=like)
    assert {part: len(shop.websites.parts[part]) - before[part] for part in PARTS} == dict.fromkeys(PARTS, 1)
    assert (view.code, view.base_currency, shop.website_of(view.id)) == ("x3", currency, view.website_id)
    assert shop.stock.stock_of("x3")["extension_attributes"]["sales_channels"][0]["code"] == "x3"
    assert "x3" not in a_shop().websites.codes, "the recorded shop is as it was"


def test_what_is_sold_there_is_taken_off_its_own_source_and_nobody_elses() -> None:
    shop = a_shop()
    view = open_website(shop, "x3", "Sage X3", like="base", pieces=50)
    stock_id = shop.stock.stock_of("x3")["stock_id"]
    others = {stock["stock_id"]: shop.stock.salable(SKU, stock["stock_id"]) for stock in shop.stock.stocks}
    shopper = magento.Shopper(shop, 1)
    order = shopper.place_order("guest", store_view="x3", lines=((SKU, 4),))
    assert shop.stock.salable(SKU, stock_id) == Decimal(46)
    shopper.ship(order)
    there = shop.stock.item(SKU, "wh_x3")
    assert there is not None
    assert there.quantity == Decimal(46)
    del others[stock_id]
    assert {id: shop.stock.salable(SKU, id) for id in others} == others
    row = shop.order(order).row
    assert str(row["increment_id"]).startswith(str(view.id))


def test_its_customers_have_the_addresses_and_ids_of_nobody_else() -> None:
    shop = a_shop()
    view = open_website(shop, "x3", "Sage X3", like="base")
    here = [row for row in shop.customers.all() if row["website_id"] == view.website_id]
    assert [row["email"] for row in here] == ["wanda@example.com"]
    assert len({row["id"] for row in shop.customers.all()}) == len(shop.customers)

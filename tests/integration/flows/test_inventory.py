"""Stock from the company to the shop's sources, over both simulated systems."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from integration.flows.conftest import Build
from integration.flows.fulfilment import Fulfilled
from integration.flows.stage import CONNECTION, Stage
from integration.flows.stocking import (
    FLOWS,
    HOME,
    SKU,
    US,
    adjust,
    free,
    inventory,
    lies,
    settled,
    stocked,
    writes,
)
from tidegate.config import model
from tidegate.config.stock import Stock
from tidegate.ledger.shipped import open_shipment_skus
from tidegate_sandbox.magento import shipment
from tidegate_sandbox.magento.additions import Additions
from tidegate_sandbox.magento.stock import SourceItem


@pytest.fixture
def shop(build: Build) -> Stage:
    """The flow is on, the company's main warehouse is the shop's Detroit."""
    return stocked(build())


def test_the_shop_has_what_the_company_can_sell(build: Build) -> None:
    shop = stocked(build())
    report = inventory(shop)
    assert report.outcome == "done", report
    assert report.text == ""
    for sku in (SKU, "HUB-0002", "SHIRT-RED"):
        assert lies(shop, sku) == free(shop, sku)
    assert len(writes(shop)) <= 3
    assert lies(shop, source="wh_london") == 300  # not ours


def test_twice_without_a_change_writes_nothing(shop: Stage) -> None:
    inventory(shop)
    inventory(shop)
    assert writes(shop) == []
    assert shop.shop_calls() == []
    assert len(shop.sage_calls()) <= 5


def test_one_change_is_one_call(shop: Stage) -> None:
    inventory(shop)
    adjust(shop, 1000)
    report = inventory(shop)
    assert report.counts["confirmed"] == 1
    assert len(shop.shop_calls()) == 1
    assert lies(shop) == 900
    adjust(shop, 0)
    inventory(shop)
    assert shop.shop.stock.item(SKU, "wh_detroit") == SourceItem(SKU, "wh_detroit", Decimal(0), 0)


def test_warehouses_of_one_source_are_added(build: Build) -> None:
    shop = stocked(build(), warehouses={"home": "wh_detroit", "Detroit": "wh_detroit"}, buffer="0%")
    adjust(shop, 30)
    adjust(shop, 12, warehouse="DETROIT")
    inventory(shop)
    assert lies(shop) == 42


def test_buffers_by_group_and_sku(build: Build) -> None:
    shop = stocked(build(), group_buffers={"CLOTH*": "50%"}, sku_buffers={SKU: "7"})
    for sku in (SKU, "HUB-0002", "SHIRT-RED"):
        adjust(shop, 100, sku)
    inventory(shop)
    assert [lies(shop, sku) for sku in (SKU, "HUB-0002", "SHIRT-RED")] == [93, 90, 50]
    adjust(shop, 60, "SHIRT-RED")
    inventory(shop)  # the groups are kept: only what changed is read
    assert lies(shop, "SHIRT-RED") == 30


def test_a_product_that_sage_calls_otherwise(shop: Stage) -> None:
    adjust(shop, 100, "HUB-0002")
    shop.reopen(skus={SKU: "HUB-0002"})
    inventory(shop)
    assert lies(shop, SKU) == 90
    assert lies(shop, "HUB-0002") == 500  # as it was: nobody sells it by that name


def test_parts_of_a_piece(build: Build) -> None:
    shop = stocked(build(), decimals=2, buffer="0%")
    shop.company.stock_adjust(SKU, "HOME", to=Decimal("7.125"))
    adjust(shop, 7, "HUB-0002")
    inventory(shop)
    assert settled()[f"{SKU}@wh_detroit"] == "7.12;1"
    assert settled()["HUB-0002@wh_detroit"] == "7;1"
    assert lies(shop) == Decimal("7.12")


def test_a_source_that_is_configured_no_more_is_left_alone(shop: Stage) -> None:
    inventory(shop)
    before = lies(shop)
    stocked(shop, warehouses={"LONDON": "wh_london"})
    inventory(shop)
    assert lies(shop) == before
    assert lies(shop, source="wh_london") == free(shop, warehouse="LONDON")
    assert {key.rpartition("@")[2] for key in settled()} == {"wh_london"}


def test_what_the_shop_reserves_is_not_taken_off_twice(build: Build) -> None:
    """The formula over both systems: order, allocation, despatch, shipment; salable stays what it is."""
    world = Fulfilled(build(), flows=FLOWS, stock=Stock(warehouses=HOME, buffer="0%"))
    shop = world.stage
    placed = world.sent("guest")
    (line, *_) = [line for line in world.order(placed).lines if line.is_stocked]
    sku = line.code
    adjust(shop, 100, sku)
    shop.shop.stock.put(SourceItem(sku, "wh_london", Decimal(0), 0))
    inventory(shop)
    ordered = line.quantity
    assert shop.company.books()["stock"][sku]["HOME"]["allocated"] == str(ordered)
    salable = shop.shop.stock.salable(sku, US)
    assert salable == 100 - ordered
    assert lies(shop, sku) == 100
    world.despatch(placed)
    inventory(shop)
    assert lies(shop, sku) == 100  # physically one less, but the shop must be able to ship it
    assert shop.shop.stock.salable(sku, US) == salable
    shop.cycle("shipments")
    assert lies(shop, sku) == 100 - ordered
    inventory(shop)
    assert writes(shop) == []  # the shop took it off itself; that is read back, not written
    assert lies(shop, sku) == 100 - ordered
    assert shop.shop.stock.salable(sku, US) == salable


def test_point_19_a_shipment_goes_before_the_stock_of_its_skus(build: Build) -> None:
    world = Fulfilled(build(), flows=FLOWS, stock=Stock(warehouses=HOME, buffer="0%"))
    shop = world.stage
    placed = world.sent("guest")
    inventory(shop)
    (line, *_) = [line for line in world.order(placed).lines if line.is_stocked]
    world.despatch(placed)
    shop.break_shop("status", None, "POST", "/ship$", status=503)
    shop.cycle("shipments")
    before = lies(shop, line.code)
    adjust(shop, 3, line.code)
    adjust(shop, 77, "HUB-0050")
    inventory(shop)
    assert lies(shop, line.code) == before  # it waits for its shipment
    assert lies(shop, "HUB-0050") == 77
    shop.mend()
    shop.cycle("shipments", after=timedelta(minutes=15))
    inventory(shop, after=timedelta(minutes=15))
    assert lies(shop, line.code) == 3


def test_the_last_pieces_are_shipped_whatever_the_buffer(build: Build) -> None:
    world = Fulfilled(build(), flows=FLOWS, stock=Stock(warehouses=HOME, buffer="50"))
    shop = world.stage
    placed = world.sent("guest")
    (line, *_) = [line for line in world.order(placed).lines if line.is_stocked]
    adjust(shop, int(line.quantity), line.code)
    inventory(shop)
    assert lies(shop, line.code) == line.quantity
    world.despatch(placed)
    shop.cycle("shipments")
    assert lies(shop, line.code) == 0
    inventory(shop)
    assert lies(shop, line.code) == 0


def test_a_finished_order_whose_shipment_waits_for_a_person_keeps_its_pieces(build: Build) -> None:
    """Sage has done with the order; Magento still reserves its pieces, and must be able to ship them."""
    world = Fulfilled(build(), flows=FLOWS, stock=Stock(warehouses=HOME, buffer="0%"))
    shop = world.stage
    placed = world.sent("guest")
    (line, *_) = [line for line in world.order(placed).lines if line.is_stocked]
    adjust(shop, 100, line.code)
    inventory(shop)
    world.despatch(placed)
    world.invoice(placed)
    shop.break_shop(
        "status",
        None,
        "POST",
        "/ship$",
        status=400,
        body='{"message": "It is refused."}',
        content_type="application/json",
    )
    shop.cycle("shipments")
    assert open_shipment_skus(CONNECTION) == set()
    inventory(shop)
    assert lies(shop, line.code) == 100


def test_pieces_that_a_person_ships_in_the_shop_are_reserved_no_more(build: Build) -> None:
    """Seen before: Sage held them still, so they were for sale once more until the order was complete."""
    world = Fulfilled(build(), flows=FLOWS, stock=Stock(warehouses=HOME, buffer="0%"))
    shop = world.stage
    placed = world.sent("guest")
    (line, *_) = [line for line in world.order(placed).lines if line.is_stocked]
    adjust(shop, 100, line.code)
    shop.shop.stock.put(SourceItem(line.code, "wh_london", Decimal(0), 0))
    inventory(shop)
    by_hand = shop.shop.orders.any(placed)
    shipment.ship(shop.shop, by_hand, {by_hand.items[0]["item_id"]: line.quantity}, source="wh_detroit")
    salable = shop.shop.stock.salable(line.code, US)
    assert salable == 100 - line.quantity
    for count in (90, 100):
        adjust(shop, count, line.code)
        inventory(shop)
        assert shop.shop.stock.salable(line.code, US) == count - line.quantity
    world.despatch(placed)
    for _ in range(2):
        shop.cycle("shipments")
        inventory(shop)
        assert shop.shop.stock.salable(line.code, US) == salable


def test_virtual_pieces_are_reserved_until_they_are_invoiced(build: Build) -> None:
    """Nobody ships them, so no shipment ends their reservation: Magento takes them off with the invoice."""
    flows = {**FLOWS, "invoices": model.Flow(every="15m")}
    world = Fulfilled(build(), flows=flows, stock=Stock(warehouses=HOME, buffer="0%"))
    shop = world.stage
    sku = "HUB-0001"
    placed = world.sent(lines=((sku, 3),), shipping=Decimal(0), additions=Additions(virtual="virtual"))
    shop.shop.stock.put(SourceItem(sku, "wh_london", Decimal(0), 0))
    adjust(shop, 100, sku)
    inventory(shop)
    assert (lies(shop, sku), shop.shop.stock.salable(sku, US)) == (100, 97)
    world.despatch(placed)
    inventory(shop)
    assert (lies(shop, sku), shop.shop.stock.salable(sku, US)) == (100, 97)
    shop.cycle("shipments")  # of which there is nothing to say
    world.invoice(placed)
    inventory(shop)
    assert (lies(shop, sku), shop.shop.stock.salable(sku, US)) == (100, 97)
    shop.cycle("invoices")
    assert (lies(shop, sku), shop.shop.stock.salable(sku, US)) == (97, 97)
    adjust(shop, 100, sku)  # three more come: what Magento was told last it has no more
    inventory(shop)
    assert (lies(shop, sku), shop.shop.stock.salable(sku, US)) == (100, 100)

"""Pieces that the company owes the shop, wherever the order stands: nothing is forgotten, nothing counts twice."""

from __future__ import annotations

from decimal import Decimal

import pytest

from integration.flows.conftest import Build
from integration.flows.fulfilment import Fulfilled
from integration.flows.stage import Stage
from integration.flows.stocking import FLOWS, HOME, US, adjust, inventory, lies, writes
from tidegate.config.stock import Stock
from tidegate_sandbox.magento import creditmemo, invoice
from tidegate_sandbox.magento.stock import SourceItem


def line_of(world: Fulfilled, placed: int) -> tuple[str, int]:
    """The first product of an order, and how many pieces of it."""
    (line, *_) = [line for line in world.order(placed).lines if line.is_stocked]
    return line.code, int(line.quantity)


@pytest.fixture
def world(build: Build) -> Fulfilled:
    """Orders, shipments and stock, without a buffer."""
    return Fulfilled(build(), flows=FLOWS, stock=Stock(warehouses=HOME, buffer="0%"))


def only_detroit(shop: Stage, sku: str, pieces: int) -> None:
    """All there is lies in one place."""
    adjust(shop, pieces, sku)
    shop.shop.stock.put(SourceItem(sku, "wh_london", Decimal(0), 0))


def test_an_order_despatched_and_invoiced_between_two_readings_is_still_owed(world: Fulfilled) -> None:
    shop, placed = world.stage, world.sent("guest")
    sku, ordered = line_of(world, placed)
    only_detroit(shop, sku, 100)
    shop.cycle("shipments")
    inventory(shop)
    world.despatch(placed)
    world.invoice(placed)
    inventory(shop)  # its web line is gone, and nobody has read its despatch
    assert lies(shop, sku) == 100
    assert shop.shop.stock.salable(sku, US) == 100 - ordered
    shop.cycle("shipments")
    assert lies(shop, sku) == 100 - ordered
    inventory(shop)
    assert writes(shop) == []
    assert shop.shop.stock.salable(sku, US) == 100 - ordered


def test_an_order_that_no_reading_of_the_stock_ever_saw_is_owed_too(world: Fulfilled) -> None:
    shop, placed = world.stage, world.sent("guest")
    sku, ordered = line_of(world, placed)
    only_detroit(shop, sku, 100)
    world.despatch(placed)
    world.invoice(placed)
    inventory(shop)
    assert lies(shop, sku) == 100
    assert shop.shop.stock.salable(sku, US) == 100 - ordered


def test_the_last_pieces_can_be_shipped_though_the_order_has_vanished(world: Fulfilled) -> None:
    """On a real shop the source was written too low, and then the shipment was refused as short stock."""
    shop, placed = world.stage, world.sent("guest")
    sku, ordered = line_of(world, placed)
    only_detroit(shop, sku, ordered)
    inventory(shop)
    world.despatch(placed)
    world.invoice(placed)
    inventory(shop)
    assert lies(shop, sku) == ordered
    shop.cycle("shipments")
    assert list(world.steps(placed, "shipments").values()) == ["confirmed"]
    assert lies(shop, sku) == 0


def test_an_order_cancelled_in_sage_vanishes_and_is_owed_no_more(world: Fulfilled) -> None:
    shop, placed = world.stage, world.sent("guest")
    sku, _ = line_of(world, placed)
    only_detroit(shop, sku, 100)
    inventory(shop)
    shop.company.cancel(world.order(placed).number)
    inventory(shop)
    assert lies(shop, sku) == 100


def test_without_a_reading_of_despatches_no_stock_is_written(world: Fulfilled) -> None:
    shop, placed = world.stage, world.sent("guest")
    sku, _ = line_of(world, placed)
    shop.cycle("shipments")
    inventory(shop)
    shop.break_sage("status", None, on="read despatches", status=503)
    adjust(shop, 7, sku)
    report = inventory(shop)
    assert report.counts.get("confirmed", 0) == 0
    assert writes(shop) == []


def refund(world: Fulfilled, placed: int, pieces: int, *, returned: bool) -> None:
    """Somebody refunds so many pieces of the first line in the shop."""
    shop = world.stage.shop
    with shop.lock:
        order = shop.order(placed)
        item = order.items[0]
        if not item["qty_invoiced"]:
            invoice.invoice(shop, order)
        back = [item["item_id"]] if returned else []
        arguments = creditmemo.Arguments(return_to_stock=back)
        creditmemo.refund(shop, order, {item["item_id"]: Decimal(pieces)}, arguments)
        shop.wrote(order)


@pytest.mark.parametrize("returned", [True, False])
def test_a_piece_refunded_before_it_was_shipped_is_not_added_back(
    world: Fulfilled, *, returned: bool
) -> None:
    """Magento reserves it no more. What it does to the source itself is read back."""
    shop, placed = world.stage, world.sent("guest", lines=(("HUB-0007", 5),))
    sku, _ = line_of(world, placed)
    only_detroit(shop, sku, 100)
    inventory(shop)
    assert (lies(shop, sku), shop.shop.stock.salable(sku, US)) == (100, 95)
    refund(world, placed, 2, returned=returned)
    inventory(shop)
    assert lies(shop, sku) == 98  # Sage still allocates five; three of them are reserved
    assert shop.shop.stock.salable(sku, US) == 95
    inventory(shop)
    assert writes(shop) == []


def test_a_whole_refund_before_the_orders_are_read_again(world: Fulfilled) -> None:
    """The stock's own reading knows it before the flow `orders` does."""
    shop, placed = world.stage, world.sent("guest", lines=(("HUB-0007", 5),))
    sku, _ = line_of(world, placed)
    only_detroit(shop, sku, 100)
    inventory(shop)
    refund(world, placed, 5, returned=True)
    inventory(shop)
    assert lies(shop, sku) == 95
    assert shop.shop.stock.salable(sku, US) == 95
    inventory(shop)
    assert lies(shop, sku) == 95


def test_no_order_in_sage_costs_no_call(build: Build) -> None:
    shop = Fulfilled(build(), flows=FLOWS, stock=Stock(warehouses=HOME)).stage
    inventory(shop)
    inventory(shop)
    assert shop.shop_calls() == []

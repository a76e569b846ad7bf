"""Stock from the company to the shop's sources, over both simulated systems."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from math import ceil
from typing import Any

import msgspec
import pytest

from integration.flows.clerk import adds_product
from integration.flows.conftest import Build
from integration.flows.fulfilment import Fulfilled
from integration.flows.stage import CONNECTION, PAUSE, Stage
from tidegate.config.model import Flow
from tidegate.config.stock import Stock
from tidegate.domain.delta import Delta
from tidegate.domain.states import State
from tidegate.domain.stock_level import StockLevel
from tidegate.flows.inventory import preview
from tidegate.flows.stock_scribe import source_item
from tidegate.ledger import mirror
from tidegate.ledger.shipped import open_shipment_skus
from tidegate.sage.sage200.stock import Stock as Stock200
from tidegate_sandbox.magento.stock import SourceItem

FLOWS = {"orders": Flow(every="15m"), "inventory": Flow(every="15m"), "shipments": Flow(every="15m")}
HOME = {"HOME": "wh_detroit"}
DAY = timedelta(days=1, minutes=1)
SKU, US = "HUB-0001", 2


def stocked(stage: Stage, **rules: Any) -> Stage:
    """With the flow switched on."""
    stage.reopen(stock=Stock(**{"warehouses": HOME} | rules), flows=FLOWS)
    return stage


@pytest.fixture
def shop(build: Build) -> Stage:
    """The flow is on, the company's main warehouse is the shop's Detroit."""
    return stocked(build())


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
    company = stage.company
    item = company.items.first("code", sku)
    assert item is not None
    holding = company.stock.holding(item.id, company.warehouse(warehouse).id)
    assert holding is not None
    kept = ceil(holding.on_hand / 10)
    return max(int(holding.on_hand - holding.allocated) - kept, 0)


def writes(stage: Stage) -> list[str]:
    """Calls that change stock."""
    return [each for each in stage.shop_calls("POST") if "source-items" in each]


def states(stage: Stage) -> dict[str, State]:
    """What is open, by key."""
    return {item.key: item.state for item in mirror.listing(CONNECTION, "inventory", limit=10_000)}


def settled() -> dict[str, str]:
    return dict(mirror.settled(CONNECTION, "inventory").iter_rows())


def test_the_shop_has_what_the_company_can_sell(shop: Stage) -> None:
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
    assert line.allocated == ordered
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
    adjust(shop, 77, "HUB-0500")
    inventory(shop)
    assert lies(shop, line.code) == before  # it waits for its shipment
    assert lies(shop, "HUB-0500") == 77
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


def test_point_25_unknown_sku_is_checked_by_us(shop: Stage) -> None:
    adds_product(shop, "ONLY-SAGE")
    adjust(shop, 50, "ONLY-SAGE")
    inventory(shop)
    key = "ONLY-SAGE@wh_detroit"
    assert states(shop)[key] is State.HELD
    assert lies(shop, "ONLY-SAGE") is None
    assert ("unknown-sku", "inventory") in shop.alerts()
    (item,) = mirror.find(CONNECTION, "inventory", [key])
    assert item.waits_for == "sku:ONLY-SAGE"
    inventory(shop)
    assert shop.shop_calls() == []  # it is not asked for again and again


def test_point_25_a_part_of_a_bundle_that_ships_together_harms_only_itself(shop: Stage) -> None:
    """Magento refuses the whole call and names the parts: two calls, not one for each half of a half."""
    shop.shop.stock.ship_together("KIT-1", "wh_london")
    parts = {item.sku for item in shop.shop.stock.items() if item.source_code == "wh_london"} - {
        item.sku for item in shop.shop.stock.items() if item.source_code == "wh_detroit"
    }
    inventory(shop)
    assert states(shop) == {f"{sku}@wh_detroit": State.REVIEW for sku in parts}
    assert ("refused", "inventory") in shop.alerts()
    assert lies(shop) == free(shop)
    assert len(writes(shop)) <= 5
    inventory(shop)
    assert writes(shop) == []


def test_composite_products_are_not_written(shop: Stage) -> None:
    adds_product(shop, "KIT-1")
    adjust(shop, 50, "KIT-1")
    inventory(shop)
    assert states(shop)["KIT-1@wh_detroit"] is State.SKIPPED
    assert lies(shop, "KIT-1") is None


def test_a_hand_edit_is_found_by_the_full_compare_and_put_right(shop: Stage) -> None:
    inventory(shop)
    right = lies(shop)
    shop.shop.stock.put(SourceItem(SKU, "wh_detroit", Decimal(9999), 1))
    inventory(shop)
    assert lies(shop) == 9999  # nothing says so before the compare
    inventory(shop, after=DAY)
    assert lies(shop) == right
    assert ("drift", "inventory") in shop.alerts()
    inventory(shop, after=DAY)
    assert ("drift", "inventory") not in shop.alerts()


def test_drift_is_only_shown_by_rule(build: Build) -> None:
    shop = stocked(build(), drift="show")
    inventory(shop)
    shop.shop.stock.put(SourceItem(SKU, "wh_detroit", Decimal(9999), 1))
    inventory(shop, after=DAY)
    assert lies(shop) == 9999
    assert ("drift", "inventory") in shop.alerts()


def test_a_lost_write_is_found_and_written_again(shop: Stage) -> None:
    inventory(shop)
    right = lies(shop)
    shop.shop.stock.remove(SKU, "wh_detroit")
    inventory(shop, after=DAY)
    assert lies(shop) == right


def test_a_lost_answer_is_read_back_and_not_written_again(shop: Stage) -> None:
    inventory(shop)
    adjust(shop, 1000)
    shop.break_shop("drop_after", 1, "POST", "source-items$")
    inventory(shop)
    assert states(shop) == {f"{SKU}@wh_detroit": State.IN_DOUBT}
    inventory(shop, after=timedelta(minutes=11))
    assert writes(shop) == []
    assert lies(shop) == 900
    assert states(shop) == {}


def test_point_28_an_array_limit_is_learnt_and_kept(shop: Stage) -> None:
    shop.shop.configure(limits=True)
    inventory(shop)
    assert lies(shop) == free(shop)
    assert settled()
    shop.reopen()
    for number in range(1, 31):
        adjust(shop, 500 + number, f"HUB-{number:04}")
    inventory(shop)
    assert len(writes(shop)) == 2  # the limit is known before the first call
    assert lies(shop, "HUB-0030") == 477


def bulk(stage: Stage, mode: str) -> None:
    store = stage.connection.store
    object.__setattr__(store, "config", msgspec.structs.replace(store.config, bulk=mode))


def test_point_27_bulk_operations_are_counted_by_ourselves(shop: Stage) -> None:
    bulk(shop, "async")
    report = inventory(shop)
    assert report.text == ""
    assert [call for call in shop.shop_calls("POST") if "/async/bulk/" in call] != []
    assert [call for call in writes(shop) if "async" not in call] == []
    for sku in (SKU, "HUB-0900"):
        assert lies(shop, sku) == free(shop, sku)
    assert states(shop) == {} or set(states(shop).values()) <= {State.HELD, State.SKIPPED}


def test_point_27_a_consumer_that_does_not_run_is_an_alert_by_name(shop: Stage) -> None:
    inventory(shop)
    bulk(shop, "async")
    adjust(shop, 1000)
    shop.break_shop("consumer_stopped", None)
    inventory(shop)
    assert ("bulk-consumer", "main") in shop.alerts()
    assert states(shop) == {f"{SKU}@wh_detroit": State.IN_DOUBT}
    adjust(shop, 500)
    adjust(shop, 500, "HUB-0002")
    inventory(shop, after=timedelta(hours=1))  # what may still be carried out is not written over
    assert states(shop) == {f"{SKU}@wh_detroit": State.IN_DOUBT}
    assert lies(shop, "HUB-0002") == 450
    shop.mend()
    inventory(shop, after=timedelta(minutes=15))
    inventory(shop, after=timedelta(minutes=15))
    assert lies(shop) == 450
    assert shop.alerts() == []


def test_point_27_done_but_not_written_is_found_by_the_samples(shop: Stage) -> None:
    inventory(shop)
    bulk(shop, "async")
    adjust(shop, 1000)
    shop.break_shop("bulk_lies", 1, lie="unwritten")
    inventory(shop)
    assert lies(shop) == 900
    assert ("lost-write", "inventory") in shop.alerts()


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        ({"warehouses": {"HOME": "wh_paris"}}, "the store has no source wh_paris"),
        ({"warehouses": {"ATTIC": "wh_detroit"}}, "ATTIC"),
    ],
)
def test_a_source_or_warehouse_that_does_not_exist_is_named(
    build: Build, rules: dict[str, Any], words: str
) -> None:
    shop = stocked(build(), **rules)
    assert words in inventory(shop).text
    assert writes(shop) == []
    assert ("unknown-reference", "inventory") in shop.alerts()
    stocked(shop)
    inventory(shop)
    assert shop.alerts() == []


def test_a_store_without_sources_is_told_from_one_with(shop: Stage) -> None:
    shop.shop.configure(msi=False)
    assert "set msi = false" in inventory(shop).text


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
    shop.break_shop("status", None, "POST", "/ship$", status=400)
    shop.cycle("shipments")
    assert open_shipment_skus(CONNECTION) == set()
    inventory(shop)
    assert lies(shop, line.code) == 100


def test_a_reading_that_lost_most_products_is_not_believed_at_once(
    shop: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    inventory(shop)
    right = lies(shop)
    nothing: Delta[StockLevel] = Delta((), "cursor", full=True)
    monkeypatch.setattr(Stock200, "read", lambda *_: nothing)
    for _ in range(2):
        report = inventory(shop, after=DAY)
        assert "told 3 times in a row" in report.text
        assert lies(shop) == right
    inventory(shop, after=DAY)
    assert lies(shop) == 0


def test_preview_shows_what_waits_and_writes_nothing(shop: Stage) -> None:
    inventory(shop)
    adjust(shop, 1000)
    shop.break_shop("status", None, "POST", "source-items$", status=503)
    inventory(shop)
    shop.listen()
    (shown, *_) = preview(shop.connection)
    assert shown["sku"] == SKU
    assert shown["wanted"] == "900;1"
    assert shop.shop_calls() == []


def test_values_and_keys_name_what_is_written() -> None:
    item = source_item("A@B@wh_london", "5.5;1")
    assert (item.sku, item.source_code, item.quantity, item.status) == ("A@B", "wh_london", Decimal("5.5"), 1)

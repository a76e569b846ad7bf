"""Stock of a simulated shop, read and written; bulk calls, counted by ourselves."""

from __future__ import annotations

from decimal import Decimal

import pytest

from integration.magento.world import World, world
from tidegate.domain.errors import Code, Failure
from tidegate.magento.bulk import BulkCalls, BulkStatus
from tidegate.magento.call_size import CallSize
from tidegate.magento.stock import ITEMS, SourceItem, StoreStock, items_body

D = Decimal
SOURCES = ["wh_detroit", "wh_london"]


@pytest.fixture
def shop() -> World:
    return world()


def stock(shop: World) -> StoreStock:
    return StoreStock(shop.hub.client)


def bulk(shop: World) -> BulkCalls:
    return BulkCalls(shop.hub.client)


def item(sku: str, quantity: object, source: str = "wh_london", status: int = 1) -> SourceItem:
    return SourceItem(sku, source, D(str(quantity)), status)


def test_what_is_written_is_read(shop: World) -> None:
    assert stock(shop).write([item("HUB-0001", "5.5"), item("HUB-0002", 0, status=0)]) is None
    found = stock(shop).items(["HUB-0001", "HUB-0002", "NO, SUCH"], SOURCES)
    assert isinstance(found, list)
    assert set(found) == {
        item("HUB-0001", 500, "wh_detroit"),
        item("HUB-0001", "5.5"),
        item("HUB-0002", 500, "wh_detroit"),
        item("HUB-0002", 0, status=0),
    }


def test_everything_is_read_page_by_page(shop: World) -> None:
    every = stock(shop).all_items(SOURCES)
    assert isinstance(every, list)
    assert len({(one.sku, one.source_code) for one in every}) == len(every) > 2000


def test_sources_and_their_stocks(shop: World) -> None:
    sources, links = stock(shop).sources(), stock(shop).links()
    assert isinstance(sources, list)
    assert isinstance(links, list)
    assert {one.source_code for one in sources} == {"default", *SOURCES}
    assert {(one.stock_id, one.source_code) for one in links} >= {(2, "wh_detroit"), (3, "wh_london")}
    assert stock(shop).salable("HUB-0001", 2) == 800


def test_point_25_an_unknown_sku_is_accepted_so_that_we_ask_first(shop: World) -> None:
    assert stock(shop).write([item("NO-SUCH", 5)]) is None
    found = stock(shop).known(["HUB-0001", "hub-0002", "SHIRT", "NO-SUCH"])
    assert isinstance(found, dict)
    assert {asked: (one.sku, one.type_id) for asked, one in found.items()} == {
        "HUB-0001": ("HUB-0001", "simple"),
        "hub-0002": ("HUB-0002", "simple"),
        "SHIRT": ("SHIRT", "configurable"),
    }


def test_point_25_an_unknown_source_fails_the_whole_call(shop: World) -> None:
    refused = stock(shop).write([item("HUB-0001", 7), item("HUB-0001", 7, "nowhere")])
    assert isinstance(refused, Failure)
    assert refused.code is Code.REFUSED
    assert item("HUB-0001", 7) not in (stock(shop).items(["HUB-0001"], SOURCES) or [])


def test_a_shop_without_sources_has_one_number_for_a_sku() -> None:
    shop = world(msi=False)
    refused = stock(shop).sources()
    assert isinstance(refused, Failure)
    assert refused.code is Code.UNKNOWN_ENDPOINT
    held = stock(shop).stock_item("HUB-0001")
    assert not isinstance(held, Failure)
    assert held.qty == 800
    assert stock(shop).write_stock_item("HUB-0001", held.item_id, D(52), in_stock=True) is None
    held = stock(shop).stock_item("HUB-0001")
    assert not isinstance(held, Failure)
    assert held.qty == 52


def test_point_27_operations_are_counted_by_ourselves(shop: World) -> None:
    bodies = [items_body([item("HUB-0001", 3)]), items_body([item("HUB-0002", 4, "nowhere")])]
    uuid = bulk(shop).submit(ITEMS, bodies)
    assert isinstance(uuid, str)
    assert [one.status for one in bulk(shop).operations(uuid, 2)] == [BulkStatus.OPEN, BulkStatus.OPEN]  # type: ignore[union-attr]
    shop.clock.advance(10)
    found = bulk(shop).operations(uuid, 3)  # of which the third is never heard of
    assert isinstance(found, list)
    assert [one.status for one in found] == [BulkStatus.DONE, BulkStatus.FAILED, BulkStatus.OPEN]
    assert found[1].message == "Could not save Source Item"


def test_point_28_an_array_limit_is_learnt_from_the_refusal() -> None:
    shop = world()
    shop.shop.configure(limits=True)
    refused = stock(shop).write([item(f"HUB-{number:04}", 5) for number in range(1, 26)])
    assert isinstance(refused, Failure)
    assert shop.hub.client.array_limit == 20
    every = stock(shop).all_items(["wh_london"])
    assert isinstance(every, list)
    assert len({one.sku for one in every}) == len(every) > 1000


def test_the_size_of_a_call_follows_the_time_that_calls_take() -> None:
    portion = CallSize(size=500, target=5)
    portion.took(500, 1000)
    assert portion.now == 1000  # at most twofold
    portion.took(1000, 20_000)
    assert portion.now == 500
    portion.took(3, 1)
    assert portion.now == 500
    portion.limit = 20
    assert portion.now == 20

"""SKUs with custom options' suffixes are their product, by its id."""

from __future__ import annotations

import json
from decimal import Decimal as D
from typing import Any

import pytest

from tidegate.domain.errors import Code, Failure
from tidegate.domain.orders.keys import revision
from tidegate.domain.orders.order import Order
from tidegate.magento import product_skus
from tidegate.magento.open_orders import OpenOrder, has_options, opened
from tidegate.magento.pools import pools
from tidegate.magento.product_skus import ProductSkus
from tidegate.magento.reading import read_order
from tidegate.reading.document import read
from unit.magento import recordings

OPTION = {"extension_attributes": {"custom_options": [{"option_id": "3", "option_value": "For Ben"}]}}


class Shop:
    """The product list of a shop: ids to SKUs."""

    def __init__(self, skus: dict[int, str], failure: Failure | None = None) -> None:
        self.skus, self.failure, self.asked = skus, failure, 0

    pools = staticmethod(pools)

    def search(self, path: str, search: Any, decoder: Any) -> Any:
        self.asked += 1
        if self.failure is not None:
            return self.failure
        wanted = {int(number) for number in search.groups[0][0].text.split(",")}
        rows = ",".join(f'{{"id":{n},"sku":"{sku}"}}' for n, sku in self.skus.items() if n in wanted)
        return decoder.decode(f'{{"items":[{rows}],"total_count":9}}'.encode())


class Views:
    def codes(self, *, fresh: bool = False) -> dict[int, str]:
        return {1: "base", 2: "b2b", 3: "b2b", 4: "base"}


def ordered(name: str, **item: Any) -> Order:
    body = recordings.body(name)
    body["items"][0].update(item)
    order = read_order(read(json.dumps(body)), "main", Views().codes())
    assert isinstance(order, Order), order
    return order


@pytest.mark.parametrize("written", ["HUB-0001-red", "HUB-0001--"])
def test_an_option_sku_is_its_product_and_both_are_kept(written: str) -> None:
    shop = Shop({1: "HUB-0001"})
    option = {"product_option": OPTION} if written.endswith("red") else {}
    order = ordered("orders-get-guest-tax", sku=written, product_id=1, **option)
    skus = ProductSkus(shop)  # type: ignore[arg-type]
    for _ in range(2):
        own = skus.own([order])
        assert not isinstance(own, Failure)
        assert (own[0].lines[0].sku, own[0].lines[0].ordered_sku) == ("HUB-0001", written)
        assert revision(own[0]) == revision(order), "the order is what it was"
    assert shop.asked == 1, "remembered"


def test_orders_without_options_cost_no_call() -> None:
    shop = Shop({})
    order = ordered("orders-get-guest-tax")
    assert ProductSkus(shop).own([order]) == [order]  # type: ignore[arg-type]
    assert shop.asked == 0


def test_a_product_that_is_gone_keeps_the_sku_as_ordered_and_a_failed_call_is_reported() -> None:
    order = ordered("orders-get-guest-tax", sku="GONE-red", product_id=99, product_option=OPTION)
    assert ProductSkus(Shop({})).own([order]) == [order]  # type: ignore[arg-type]
    down = Failure(Code.UNREACHABLE, "down", sent=False)
    assert ProductSkus(Shop({}, down)).own([order]) is down  # type: ignore[arg-type]
    forbidden = Failure(Code.NOT_PERMITTED, "no Magento_Catalog::products", sent=False)
    assert ProductSkus(Shop({}, forbidden)).own([order]) == [order]  # type: ignore[arg-type]


def test_of_a_configurable_the_variant_s_product_counts() -> None:
    body = recordings.body("orders-get-conf")
    parent, child = body["items"][0], body["items"][1]
    parent["sku"] = f"{child['sku']}-gift"
    parent["product_option"]["extension_attributes"]["custom_options"] = [
        {"option_id": "3", "option_value": "x"}
    ]
    order = read_order(read(json.dumps(body)), "main", Views().codes())
    assert isinstance(order, Order)
    assert order.lines[0].product_id == child["product_id"]
    own = ProductSkus(Shop({child["product_id"]: child["sku"]})).own([order])  # type: ignore[arg-type]
    assert not isinstance(own, Failure)
    assert own[0].lines[0].sku == child["sku"]


def test_pieces_owed_are_counted_under_the_product() -> None:
    row = {
        "entity_id": 1, "created_at": "2026-03-02 14:00:00", "state": "new", "status": "pending", "store_id": 1,
        "items": [{"item_id": 1, "sku": "HUB-0001-red", "product_id": 5, "qty_ordered": D(3), "product_option": OPTION}],
    }  # fmt: skip
    order = opened(row, Views())  # type: ignore[arg-type]
    assert isinstance(order, OpenOrder)
    assert order.products == {"HUB-0001-red": 5}
    assert has_options([]) is False
    assert has_options({"extension_attributes": []}) is False


def test_bug_an_option_sku_sent_as_it_is_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(product_skus, "_own", lambda line, _: line)
    with pytest.raises(AssertionError):
        test_an_option_sku_is_its_product_and_both_are_kept("HUB-0001-red")

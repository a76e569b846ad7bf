"""Prices of the simulated shop: who is refused what, and what a buyer is asked (point 23)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from integration.sandbox.magento_world import World, make_world

SKU = "HUB-0101"


@pytest.fixture
def world() -> World:
    return make_world()


def _tier(price: float, group: str = "Wholesale", quantity: float = 1, **more: Any) -> dict[str, Any]:
    row = {"price": price, "price_type": "fixed", "website_id": 1, "sku": SKU}
    return {**row, "customer_group": group, "quantity": quantity, **more}


def _tiers(world: World) -> list[tuple[Any, ...]]:
    found = world.post("products/tier-prices-information", {"skus": [SKU]})
    return [(row["website_id"], row["customer_group"], row["quantity"], row["price"]) for row in found]


def _bought(world: World, quantity: int, **choices: Any) -> Decimal:
    placed = world.shopper.place_order("guest", lines=((SKU, quantity),), store_view="default", **choices)
    return Decimal(str(world.get(f"orders/{placed}")["items"][0]["price"]))


def test_good_rows_are_saved_beside_refused_ones(world: World) -> None:
    rows = [{"sku": SKU, "price": 9.5, "store_id": 0}, {"sku": "NOPE", "price": 1, "store_id": 0}]
    failed = world.post("products/base-prices", {"prices": rows})
    assert [item["parameters"] for item in failed] == [["SKU", "NOPE"]]
    assert world.get(f"products/{SKU}")["price"] == 9.5


def test_a_store_of_a_website_stands_for_the_whole_website(world: World) -> None:
    world.post("products/base-prices", {"prices": [{"sku": SKU, "price": 40.4, "store_id": 3}]})
    rows = world.post("products/base-prices-information", {"skus": [SKU]})
    assert [(row["store_id"], row["price"]) for row in rows] == [(0, 47.37), (2, 40.4), (3, 40.4)]


def test_prices_do_not_move_the_product(world: World) -> None:
    before = world.get(f"products/{SKU}")["updated_at"]
    world.clock.advance(60)
    world.post("products/base-prices", {"prices": [{"sku": SKU, "price": 9, "store_id": 0}]})
    world.post("products/tier-prices", {"prices": [_tier(8)]})
    world.post("products/cost", {"prices": [{"sku": SKU, "cost": 3, "store_id": 0}]})
    assert world.get(f"products/{SKU}")["updated_at"] == before


def test_two_rows_with_one_key_are_both_refused_and_the_third_is_saved(world: World) -> None:
    failed = world.post(
        "products/tier-prices", {"prices": [_tier(45), _tier(46, "wholesale"), _tier(44, quantity=5)]}
    )
    assert [item["parameters"][0] for item in failed] == [SKU, SKU]
    assert _tiers(world) == [(1, "Wholesale", 5, 44)]


@pytest.mark.parametrize(("stored", "sent"), [(0, 1), (1, 0)])
def test_a_website_and_all_websites_exclude_each_other(world: World, stored: int, sent: int) -> None:
    assert world.post("products/tier-prices", {"prices": [_tier(45, website_id=stored)]}) == []
    (failure,) = world.post("products/tier-prices", {"prices": [_tier(44, website_id=sent)]})
    assert failure["parameters"] == [SKU, str(stored), "Wholesale", "1.0000"]
    assert _tiers(world) == [(stored, "Wholesale", 1, 45)]


def test_put_replaces_all_tiers_of_the_named_products_only(world: World) -> None:
    world.post(
        "products/tier-prices", {"prices": [_tier(45), _tier(40, quantity=10), _tier(30, sku="HUB-0102")]}
    )
    answer = world.client.put("/rest/V1/products/tier-prices", json={"prices": [_tier(42, "Retailer")]})
    assert answer.json() == []
    assert _tiers(world) == [(1, "Retailer", 1, 42)]
    assert len(world.post("products/tier-prices-information", {"skus": ["HUB-0102"]})) == 1


def test_a_put_of_refused_rows_leaves_what_there_was(world: World) -> None:
    world.post("products/tier-prices", {"prices": [_tier(45)]})
    answer = world.client.put("/rest/V1/products/tier-prices", json={"prices": [_tier(42, "No Such Group")]})
    assert len(answer.json()) == 1
    assert _tiers(world) == [(1, "Wholesale", 1, 45)]


def test_a_renamed_group_keeps_its_tiers_and_a_deleted_one_loses_them(world: World) -> None:
    world.post("products/tier-prices", {"prices": [_tier(45)]})
    group = {"id": 2, "code": "Trade", "tax_class_id": 3}
    assert world.client.put("/rest/V1/customerGroups/2", json={"group": group}).json()["code"] == "Trade"
    assert _tiers(world) == [(1, "Trade", 1, 45)]
    assert world.client.delete("/rest/V1/customerGroups/2").json() is True
    assert _tiers(world) == []
    assert world.get("customers/1")["group_id"] == 1


def test_a_buyer_is_asked_the_tier_of_the_group_from_its_quantity_on(world: World) -> None:
    rows = [
        _tier(40),
        _tier(30, quantity=10),
        _tier(10, "ALL GROUPS", 5, price_type="discount", website_id=0),
    ]
    assert world.post("products/tier-prices", {"prices": rows}) == []
    assert _bought(world, 1) == Decimal("47.37")
    assert _bought(world, 5) == Decimal("42.63")
    assert _bought(world, 1, customer=1) == Decimal(40)
    assert _bought(world, 10, customer=1) == Decimal(30)


def test_a_special_price_is_asked_within_its_days(world: World) -> None:
    row = {"price": 8.88, "store_id": 0, "sku": SKU, "price_from": "2026-11-22 00:00:00", "price_to": None}
    assert world.post("products/special-price", {"prices": [row]}) == []
    assert _bought(world, 1) == Decimal("47.37")
    world.clock.advance(86400)
    assert _bought(world, 1) == Decimal("8.88")
    assert world.post("products/special-price-delete", {"prices": [row]}) == []
    assert world.post("products/special-price-information", {"skus": [SKU]}) == []


def test_a_cost_is_read_back_until_it_is_deleted(world: World) -> None:
    rows = [{"sku": SKU, "cost": 5.5, "store_id": 0}, {"sku": SKU, "cost": -1, "store_id": 9}]
    assert len(world.post("products/cost", {"prices": rows})) == 2
    attributes = world.get(f"products/{SKU}")["custom_attributes"]
    assert {"attribute_code": "cost", "value": "5.500000"} in attributes
    assert world.post("products/cost-delete", {"skus": [SKU]}) is True
    assert world.post("products/cost-information", {"skus": [SKU]}) == []


def test_lost_prices_look_saved(world: World) -> None:
    world.arm("prices_lost", times=1)
    assert world.post("products/tier-prices", {"prices": [_tier(45)]}) == []
    assert _tiers(world) == []


def test_the_input_limit_holds_for_prices(world: World) -> None:
    world.store.configure(limits=True)
    answer = world.client.post("/rest/V1/products/tier-prices", json={"prices": [_tier(1)] * 21})
    assert answer.status_code == 400
    assert answer.json()["parameters"] == {
        "type": "\\Magento\\Catalog\\Api\\Data\\TierPriceInterface",
        "max": 20,
    }


def test_a_hand_edit_is_seen_in_the_books(world: World) -> None:
    tiers = [{"group_id": 2, "quantity": "5", "price": "41.5", "website_id": 1}]
    sent = {"sku": SKU, "price": "44.44", "website_id": 2, "cost": "3", "special": "9.99", "tiers": tiers}
    assert world.client.post("/_sandbox/prices", json=sent).status_code == 200
    books = world.client.get("/_sandbox/books").json()["products"][SKU]
    assert books["price"] == {"0": "47.37", "2": "44.44"}
    assert books["cost"] == {"0": "3"}
    assert books["special"]["0"]["price"] == "9.99"
    assert [(tier["group_id"], tier["price"]) for tier in books["tiers"]] == [(2, "41.5")]
    assert _tiers(world) == [(1, "Wholesale", 5, 41.5)]
    assert world.client.post("/_sandbox/prices", json={"sku": "NOPE"}).status_code == 400

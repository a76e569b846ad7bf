"""Products of the simulated shop: what a save leaves at which scope."""

from __future__ import annotations

from typing import Any

import pytest

from integration.sandbox.magento_world import World, make_world


@pytest.fixture
def world() -> World:
    return make_world()


def _put(world: World, sku: str, product: dict[str, Any], store: str = "all") -> Any:
    answer = world.client.put(f"/rest/{store}/V1/products/{sku}", json={"product": product})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_partial_save_changes_what_is_sent_and_moves_the_product(world: World) -> None:
    world.clock.advance(60)
    changed = _put(world, "HUB-0007", {"status": 2, "weight": 2.25})
    assert (changed["status"], changed["weight"], changed["name"]) == (2, 2.25, "Hub Widget 7")
    assert changed["updated_at"] == world.store.now()


def test_a_save_for_one_store_view_breaks_its_use_default(world: World) -> None:
    _put(world, "HUB-0007", {"status": 2}, store="b2b_en")
    assert world.get("products/HUB-0007")["status"] == 1
    _put(world, "HUB-0007", {"status": 1})
    _put(world, "HUB-0007", {"status": 2})
    _put(world, "HUB-0007", {"status": 1})
    assert world.client.get("/rest/b2b_en/V1/products/HUB-0007").json()["status"] == 2
    assert world.store.books()["products"]["HUB-0007"]["overrides"] == {"2": {"status": 2}}


def test_a_save_without_a_store_code_is_one_for_the_default_view(world: World) -> None:
    world.client.put("/rest/V1/products/HUB-0007", json={"product": {"name": "Seven"}})
    assert world.client.get("/rest/all/V1/products/HUB-0007").json()["name"] == "Hub Widget 7"
    assert world.store.books()["products"]["HUB-0007"]["overrides"] == {"1": {"name": "Seven"}}


def test_a_cost_goes_with_a_product(world: World) -> None:
    _put(world, "HUB-0007", {"custom_attributes": [{"attribute_code": "cost", "value": "4.2"}]})
    assert world.store.books()["products"]["HUB-0007"]["cost"] == {"0": "4.2"}


def test_an_unknown_key_is_an_internal_error(world: World) -> None:
    answer = world.client.put("/rest/all/V1/products/HUB-0007", json={"product": {"nope": 1}})
    assert answer.status_code == 500


def test_a_product_is_added_disabled_and_removed_by_hand(world: World) -> None:
    for sent in ({"sku": "BOLT-1", "price": "3.5"}, {"sku": "HUB-0001", "remove": True}):
        assert world.client.post("/_sandbox/products", json=sent).status_code == 200
    world.client.post("/_sandbox/products", json={"sku": "HUB-0002", "status": 2})
    assert world.get("products/BOLT-1")["price"] == 3.5
    assert world.client.get("/rest/V1/products/HUB-0001").status_code == 404
    sold = world.store.catalogue.on_sale
    assert "BOLT-1" in sold
    assert not {"HUB-0001", "HUB-0002"} & set(sold)
    world.shopper.place_orders(20)


def test_one_shop_does_not_change_another(world: World) -> None:
    _put(world, "HUB-0007", {"price": 1})
    assert make_world().get("products/HUB-0007")["price"] == 12.59

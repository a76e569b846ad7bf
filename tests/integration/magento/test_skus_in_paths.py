"""Point 34: what a SKU in a path does to a signature, on shops that normalise paths and on those that do not."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from urllib.parse import quote

import pytest

from integration.magento.world import World, world
from tidegate.magento.access import normalised
from tidegate.magento.products import ChangedProduct, StoreProducts
from tidegate_sandbox.magento import oauth

SIGNS = ("/", "&", ":", "+", ",", "@", "=", "$", ";", "%", " ", "#", "(", "é", "?", "%41", "%2F")


def sell(shop: World, sku: str) -> None:
    """The shop's first product is called so."""
    shop.shop.catalogue.put(replace(shop.shop.catalogue.products()["HUB-0001"], sku=sku))


@pytest.fixture
def shop() -> World:
    return world()


@pytest.mark.parametrize("version", ["2.4.6", "2.4.7-p3", "2.4.8"])
def test_point_34_a_product_is_written_whatever_its_sku_holds(shop: World, version: str) -> None:
    shop.shop.configure(version=version)
    products = StoreProducts(shop.hub.client)
    for weight, sign in enumerate(SIGNS, 7):
        sku = f"HUB{sign}0001"
        sell(shop, sku)
        assert products.change(sku, ChangedProduct(weight=Decimal(weight))) is None, sign
        found = shop.shop.catalogue.product(sku)
        assert found is not None
        assert found.weight == weight


@pytest.mark.parametrize(("version", "calls"), [("2.4.6", 2), ("2.4.8", 1)])
def test_the_way_that_worked_is_the_first_one_from_then_on(shop: World, version: str, calls: int) -> None:
    shop.shop.configure(version=version)
    sell(shop, "HUB/0001")
    products = StoreProducts(shop.hub.client)
    products.change("HUB/0001", ChangedProduct(weight=Decimal(7)))
    assert shop.hub.client.calls == calls
    products.change("HUB/0001", ChangedProduct(weight=Decimal(8)))
    assert shop.hub.client.calls == calls + 1


def test_a_shop_that_is_upgraded_is_signed_for_in_the_other_way_again(shop: World) -> None:
    sell(shop, "HUB/0001")
    products = StoreProducts(shop.hub.client)
    for version in ("2.4.7", "2.4.8", "2.4.7"):
        shop.shop.configure(version=version)
        for weight in (1, 2):
            assert products.change("HUB/0001", ChangedProduct(weight=Decimal(weight))) is None


def test_hub_and_shop_normalise_alike() -> None:
    for sign in SIGNS:
        assert normalised(_path(f"A{sign}B")) == oauth.normalised(_path(f"A{sign}B"))
    assert normalised("/x/%2f%2F%20%25") == "/x///%20%25"


def _path(sku: str) -> str:
    return f"/rest/all/V1/products/{quote(sku, safe='')}"

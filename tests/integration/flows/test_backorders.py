"""Products that are sold though nothing is left keep their status; all others are out of stock."""

from __future__ import annotations

import pytest

from integration.flows.conftest import Build
from integration.flows.stage import Stage
from integration.flows.stocking import SKU, US, adjust, inventory, stocked, writes

OTHER = "HUB-0002"


def emptied(shop: Stage) -> Stage:
    """One product of two allows backorders; both are sold out in the company."""
    shop.shop.stock.backorders.add(SKU)
    inventory(shop)
    adjust(shop, 0)
    adjust(shop, 0, OTHER)
    inventory(shop)
    return shop


def status(shop: Stage, sku: str) -> tuple[int, int]:
    """Quantity and status at the source."""
    item = shop.shop.stock.item(sku, "wh_detroit")
    assert item is not None
    return int(item.quantity), item.status


@pytest.mark.parametrize(
    ("rules", "allowed", "other"),
    [({}, 1, 0), ({"backorders": "never"}, 0, 0), ({"backorders": "always"}, 1, 1)],
)
def test_the_status_at_quantity_0(build: Build, rules: dict[str, str], allowed: int, other: int) -> None:
    shop = emptied(stocked(build(), **rules))
    assert (status(shop, SKU), status(shop, OTHER)) == ((0, allowed), (0, other))


def test_what_a_product_allows_is_asked_once(build: Build) -> None:
    shop = emptied(stocked(build()))
    assert [call for call in shop.shop_calls("GET") if "stockItems" in call] != []
    inventory(shop)
    assert [call for call in shop.shop_calls("GET") if "stockItems" in call] == []
    assert writes(shop) == []


def test_it_is_salable_in_the_shop(build: Build) -> None:
    shop = emptied(stocked(build()))
    for source in ("wh_london", "default"):
        shop.shop.stock.remove(SKU, source)
        shop.shop.stock.remove(OTHER, source)
    assert (shop.shop.stock.is_on(SKU, US), shop.shop.stock.is_on(OTHER, US)) == (True, False)


def test_without_the_permission_everything_else_goes_on(build: Build) -> None:
    shop = stocked(build())
    shop.break_shop("status", None, "GET", "stockItems", status=503)
    emptied(shop)
    assert (status(shop, SKU), status(shop, OTHER)) == ((0, 0), (0, 0))

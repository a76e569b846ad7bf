"""What the shop holds of the company's products."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from integration.flows.conftest import Build
from integration.flows.stage import CONNECTION, PAUSE, Stage
from tidegate.config.model import Flow
from tidegate.config.products import Products
from tidegate.domain.states import State
from tidegate.flows.masters.products import preview
from tidegate.ledger import mirror

FLOWS = {"orders": Flow(every="15m"), "products": Flow(every="1h")}
DAY = timedelta(days=1, minutes=1)


def holding(stage: Stage, **rules: Any) -> Stage:
    """The flow is on."""
    stage.reopen(products=Products(**{"weight": False} | rules), flows=FLOWS)
    return stage


@pytest.fixture
def shop(build: Build) -> Stage:
    """Nothing is created."""
    return holding(build())


def products(stage: Stage, *, after: timedelta = PAUSE) -> Any:
    """One cycle."""
    stage.listen()
    return stage.cycle("products", after=after)


def writes(stage: Stage) -> list[str]:
    """Calls that change products."""
    return [
        call
        for call in stage.shop_calls()
        if call.startswith("PUT") or call.endswith(("/products/cost", "POST /rest/all/V1/products"))
    ]


def waiting(state: State) -> dict[str, str]:
    """Items in this state with their reasons."""
    return {
        one.key: one.reason for one in mirror.listing(CONNECTION, "products", states=(state,), limit=9999)
    }


def test_costs_follow_the_company_and_nothing_is_written_twice(shop: Stage) -> None:
    report = products(shop)
    assert report.outcome == "done", report
    assert shop.shop.catalogue.prices.cost("HUB-0007", 0) == Decimal("7.554")
    products(shop)
    assert writes(shop) == []
    products(shop, after=DAY)
    assert writes(shop) == []
    assert mirror.account(CONNECTION, "products").unexplained == 0


def test_skus_of_one_side_are_listed_and_not_created(shop: Stage) -> None:
    products(shop)
    held = waiting(State.HELD)
    assert "record|INSTALL" in held, held
    assert ("unknown-sku", "products") in shop.alerts()
    assert not any(call.startswith("POST") and call.endswith("/V1/products") for call in shop.shop_calls())
    assert any(key.startswith("record|SHIRT") for key in waiting(State.SKIPPED))


def test_unknown_skus_are_made_disabled_when_the_connection_says_so(build: Build) -> None:
    shop = holding(build(), create=True)
    products(shop)
    assert waiting(State.HELD) == {}
    made = shop.shop.catalogue.books()["INSTALL"]
    assert made["status"] == 2
    products(shop)
    products(shop, after=DAY)
    assert [call for call in writes(shop) if call.endswith("/V1/products")] == []


def test_what_is_not_sold_any_more_is_switched_off_and_on_again(build: Build) -> None:
    shop = holding(build(), status=True, cost=False)
    products(shop)
    shop.company.item_change("HUB-0007", is_active=False)
    products(shop, after=DAY)
    assert shop.shop.catalogue.books()["HUB-0007"]["status"] == 2
    shop.company.item_change("HUB-0007", is_active=True)
    products(shop, after=DAY)
    assert shop.shop.catalogue.books()["HUB-0007"]["status"] == 1


def test_weights_are_written_in_the_shops_unit(build: Build) -> None:
    shop = holding(build(), cost=False, weight=True, status=False)
    kept = shop.company.kept.products.keys() - {"HUB-0001", "HUB-0002"}
    shop.reopen(skus={code: f"NONE-{code}" for code in kept})  # two products are enough: each is a call
    products(shop)
    expected = round(shop.company.kept.products["HUB-0001"].weight / Decimal("0.45359237"), 4)
    assert shop.shop.catalogue.books()["HUB-0001"]["weight"] == pytest.approx(expected) or str(
        shop.shop.catalogue.books()["HUB-0001"]["weight"]
    ) == str(expected.normalize())


def test_preview_shows_both_sides(shop: Stage) -> None:
    rows = {(row["item"], row["sku"]) for row in preview(shop.connection)}
    assert ("record", "INSTALL") in rows
    assert ("cost", "HUB-0001") in rows

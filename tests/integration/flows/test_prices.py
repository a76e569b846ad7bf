"""Prices from the price book to the shop's websites, over both simulated systems."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from integration.flows.conftest import Build
from integration.flows.stage import CONNECTION, ITEMS, PAUSE, Stage
from tidegate.config.model import Flow
from tidegate.config.prices import Prices
from tidegate.domain.states import State
from tidegate.flows.prices.preview import preview
from tidegate.ledger import mirror
from tidegate_sandbox.magento.prices import Tier, TierKey

FLOWS = {"orders": Flow(every="15m"), "prices": Flow(every="1h")}
DAY = timedelta(days=1, minutes=1)


def priced(stage: Stage, **rules: Any) -> Stage:
    """With the flow switched on; Wholesale is the Wholesale band."""
    stage.reopen(prices=Prices(**{"groups": {"Wholesale": "Wholesale"}} | rules), flows=FLOWS)
    return stage


@pytest.fixture
def shop(build: Build) -> Stage:
    """Prices are on, the company is in dollars."""
    return priced(build())


def prices(stage: Stage, *, after: timedelta = PAUSE) -> Any:
    """One cycle."""
    stage.listen()
    return stage.cycle("prices", after=after)


def set_price(stage: Stage, sku: str, price: str, band: str = "Standard") -> None:
    """The company changes a price."""
    stage.company.price_change(sku, Decimal(price), price_list=band)


def base(stage: Stage, sku: str, website: int = 1) -> Decimal:
    """The base price in the shop."""
    return stage.shop.catalogue.prices.regular(sku, website, Decimal(0))


def writes(stage: Stage) -> list[str]:
    """Calls that change prices."""
    return [
        call
        for call in stage.shop_calls()
        if "price" in call and "information" not in call and not call.startswith("GET")
    ]


def test_prices_equal_the_companys_when_settled(shop: Stage) -> None:
    report = prices(shop)
    assert report.outcome == "done", report
    assert mirror.account(CONNECTION, "prices").unexplained == 0
    assert base(shop, "HUB-0007") == Decimal("12.59")
    set_price(shop, "HUB-0007", "99.99")
    prices(shop)
    assert base(shop, "HUB-0007") == Decimal("99.99")
    assert len(writes(shop)) <= 2


def test_twice_without_a_change_writes_nothing(shop: Stage) -> None:
    prices(shop)
    prices(shop)
    assert writes(shop) == []
    prices(shop, after=DAY)  # a full compare
    assert writes(shop) == []


def test_what_the_shop_cannot_price_waits_by_name_and_harms_nobody(shop: Stage) -> None:
    report = prices(shop)
    held = mirror.listing(CONNECTION, "prices", states=(State.HELD,), limit=99)
    assert {item.waits_for for item in held} == {"sku:INSTALL", "sku:KIT-1", "sku:SHIRT"}
    assert report.counts["confirmed"] == report.counts["sent"] > 0
    assert report.counts["held"] == len(held)
    assert ("unknown-sku", "prices") in shop.alerts()


def test_point_23_a_tier_of_all_websites_is_reported_and_not_fought(shop: Stage) -> None:
    """A tier of website 0 with the same group and quantity refuses ours: that one item waits for a person."""
    group = next(one["id"] for one in shop.shop.customers.groups if one["code"] == "Wholesale")
    shop.shop.catalogue.prices.tiers["HUB-0009"] = {TierKey(0, group, Decimal(1)): Tier(Decimal(5))}
    prices(shop)
    (wrong,) = mirror.listing(CONNECTION, "prices", states=(State.REVIEW,))
    assert wrong.key == "tier|HUB-0009|base|Wholesale"
    assert "duplicate" in wrong.reason


def test_a_hand_edit_is_drift_and_is_put_right(shop: Stage) -> None:
    prices(shop)
    shop.shop.catalogue.prices.base["HUB-0003"] = {1: Decimal(1)}
    prices(shop)
    assert base(shop, "HUB-0003") == Decimal(1)  # nobody looks before the next full compare
    prices(shop, after=DAY)
    assert base(shop, "HUB-0003") == Decimal("11.11")
    assert ("drift", "prices") in shop.alerts()


def test_drift_is_only_shown_by_rule(build: Build) -> None:
    shop = priced(build(), drift="show")
    prices(shop)
    shop.shop.catalogue.prices.base["HUB-0003"] = {1: Decimal(1)}
    prices(shop, after=DAY)
    assert base(shop, "HUB-0003") == Decimal(1)
    assert ("drift", "prices") in shop.alerts()
    assert writes(shop) == []


def test_a_lost_answer_is_read_back_and_not_written_again(shop: Stage) -> None:
    prices(shop)
    set_price(shop, "HUB-0003", "70")
    shop.break_shop("drop_after", path="base-prices$")
    prices(shop)
    assert mirror.account(CONNECTION, "prices").in_doubt == 1
    shop.mend()
    prices(shop, after=timedelta(minutes=11))
    assert writes(shop) == []
    assert base(shop, "HUB-0003") == Decimal(70)
    assert mirror.account(CONNECTION, "prices").in_doubt == 0


def test_a_list_that_is_made_inactive_vanishes(shop: Stage) -> None:
    prices(shop)
    shop.company.kept.closed_lists.add("Wholesale")
    prices(shop)
    assert not any(shop.shop.catalogue.prices.tiers.values())
    assert mirror.account(CONNECTION, "prices").read == ITEMS + 5


def test_preview_shows_what_would_be_written_and_writes_nothing(shop: Stage) -> None:
    shop.listen()
    rows = preview(shop.connection)
    assert len(rows) == 2 * (ITEMS + 5)
    assert writes(shop) == []
    prices(shop)
    assert [row["sku"] for row in preview(shop.connection) if row["price"] == "base"] == [
        "INSTALL",
        "KIT-1",
        "SHIRT",
    ]


def test_an_offer_is_written_with_its_dates_and_taken_away_when_it_ends(build: Build) -> None:
    shop = build()
    shop = priced(shop, special="Retailer", groups={})
    prices(shop)
    assert len(shop.shop.catalogue.prices.specials) > ITEMS
    shop.company.kept.closed_lists.add("Retailer")
    prices(shop)
    assert not any(shop.shop.catalogue.prices.specials.values())


def test_a_change_of_one_price_is_one_write(shop: Stage) -> None:
    prices(shop)
    set_price(shop, "HUB-0007", "7.77", "Wholesale")
    prices(shop)
    assert [call.rpartition("/")[2] for call in writes(shop)] == ["tier-prices"]


def test_point_23_tiers_of_other_groups_and_websites_stay(shop: Stage) -> None:
    """PUT would replace all tiers of a SKU: only our group's row is touched."""
    ids = {one["code"]: one["id"] for one in shop.shop.customers.groups}
    promotion = TierKey(1, ids["Retailer"], Decimal(3))
    shop.shop.catalogue.prices.tiers["HUB-0009"] = {promotion: Tier(Decimal(5))}
    prices(shop)
    set_price(shop, "HUB-0009", "6.66", "Wholesale")
    prices(shop)
    prices(shop, after=DAY)
    assert shop.shop.catalogue.prices.tiers["HUB-0009"][promotion] == Tier(Decimal(5))
    assert len(shop.shop.catalogue.prices.tiers["HUB-0009"]) == 2

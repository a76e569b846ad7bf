"""Whose prices a price in the shop is: Magento's scope, other connections, and what is read back."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from integration.flows.conftest import Build
from integration.flows.stage import CONNECTION, Stage
from integration.flows.test_prices import DAY, base, priced, prices, set_price, writes
from tidegate.domain.prices.prices import PriceKey
from tidegate.domain.states import State
from tidegate.engine.price_check import check_scope
from tidegate.flows.prices import places, writer
from tidegate.flows.prices.preview import preview
from tidegate.ledger import halts, mirror
from tidegate_sandbox.magento.prices import SpecialPrice

EVERY_WEBSITE = ("base", "b2b")


@pytest.fixture
def shop(build: Build) -> Stage:
    """Prices are on; one website of two is the company's."""
    return priced(build())


def scope_of(stage: Stage) -> Any:
    """What `check` says."""
    websites = stage.connection.store.shop.websites()
    assert isinstance(websites, list)
    return check_scope(stage.connection, websites)


def test_point_31_a_global_scope_that_would_mix_websites_is_refused_and_nothing_is_written(
    shop: Stage,
) -> None:
    shop.shop.configure(price_scope="global")
    report = prices(shop)
    assert report.text.startswith("ended early: the store's price scope is global")
    assert writes(shop) == []
    assert ("price-scope", "prices") in shop.alerts()
    assert halts.halted(CONNECTION) is None  # orders go on
    assert preview(shop.connection)[0]["problem"].startswith("the store's price scope is global")
    found = scope_of(shop)
    assert (found.verdict, "b2b" in found.text, "Catalog Price Scope" in found.remedy) == ("fail", True, True)
    shop.shop.configure(price_scope="website")
    prices(shop)
    assert base(shop, "HUB-0007") == Decimal("12.59")
    assert ("price-scope", "prices") not in shop.alerts()


@pytest.mark.parametrize("actual", ["global", "website"])
@pytest.mark.parametrize("wanted", ["global", "website"])
def test_two_connections_of_one_store_never_write_for_all_websites(
    shop: Stage, wanted: str, actual: str
) -> None:
    priced(shop, scope=wanted)
    shop.connection.sharing_prices = ("uk",)
    shop.shop.configure(price_scope=actual)
    prices(shop)
    mixed = "global" in (wanted, actual)
    assert (("price-scope", "prices") in shop.alerts()) is mixed
    assert bool(writes(shop)) is not mixed


def test_a_shop_whose_prices_are_global_and_all_ours_is_written_as_it_is(build: Build) -> None:
    stage = priced(build(price_scope="global"), scope="website")
    stage.reopen(websites=EVERY_WEBSITE)
    prices(stage)
    assert stage.shop.catalogue.price("HUB-0007", 2) == Decimal("12.59")
    assert {PriceKey.read(key).website for key in mirror.settled(CONNECTION, "prices")["key"]} == {"all"}
    assert scope_of(stage).verdict == "warn"


def test_a_scope_that_changes_in_between_is_seen_before_anything_is_written(shop: Stage) -> None:
    prices(shop)
    shop.shop.configure(price_scope="global")
    set_price(shop, "HUB-0007", "99.99")
    prices(shop)
    assert writes(shop) == []
    assert ("price-scope", "prices") in shop.alerts()


def test_an_idle_cycle_makes_no_call_to_the_store(shop: Stage) -> None:
    prices(shop)
    assert prices(shop).counts["calls_store"] == 0
    set_price(shop, "HUB-0007", "99.99")
    # Four look at websites and scope, one whether the product is there, one writes, one reads back.
    assert prices(shop).counts["calls_store"] <= 7


def test_a_price_is_confirmed_only_when_it_was_read_back(shop: Stage) -> None:
    prices(shop)
    set_price(shop, "HUB-0007", "99.99")
    shop.break_shop("prices_lost", 3)
    for _ in range(3):
        prices(shop)
    (item,) = mirror.listing(CONNECTION, "prices", states=(State.QUEUED,))
    assert (item.key, item.failures) == ("base|HUB-0007|base|", 3)
    assert "the base price of HUB-0007, website base was written" in item.reason
    assert "shows 12.59 instead of 99.99" in item.reason
    assert ("transient", "prices") in shop.alerts()
    prices(shop)
    assert base(shop, "HUB-0007") == Decimal("99.99")


def test_bug_a_price_is_confirmed_without_reading_back(shop: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """The deliberate bug: what the store lost is told as written."""
    prices(shop)
    set_price(shop, "HUB-0007", "99.99")
    shop.break_shop("prices_lost")
    there = {"base|HUB-0007|base|": "99.99"}
    monkeypatch.setattr(writer.PriceWriter, "read", lambda self, keys: there)
    prices(shop)
    assert mirror.listing(CONNECTION, "prices", states=(State.QUEUED,)) == []
    assert base(shop, "HUB-0007") != Decimal("99.99")
    monkeypatch.undo()
    prices(shop, after=DAY)  # a full compare finds the loss
    assert base(shop, "HUB-0007") == Decimal("99.99")


def test_bug_the_scope_is_not_looked_at(shop: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """The deliberate bug: another company's prices are replaced; nothing is confirmed, since it is not at its place."""
    monkeypatch.setattr(places, "price_scope", lambda connection, websites: "website")
    shop.shop.configure(price_scope="global")
    theirs = base(shop, "HUB-0007", website=2)
    report = prices(shop)
    assert base(shop, "HUB-0007", website=2) != theirs
    assert report.counts["confirmed"] == 0


def test_an_offer_whose_start_the_shop_moves_by_seconds_is_the_same(shop: Stage) -> None:
    priced(shop, special="Wholesale")
    prices(shop)
    kept = shop.shop.catalogue.prices.specials["HUB-0007"]
    (store_id, offer), *_ = kept.items()
    kept[store_id] = SpecialPrice(offer.price, "2000-01-01 00:00:07", "2099-12-31 23:59:58")
    prices(shop, after=DAY)
    assert writes(shop) == []
    assert ("drift", "prices") not in shop.alerts()


def test_point_38_one_unknown_sku_keeps_no_other_tier_from_the_shop(
    shop: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.shop.configure(version="2.4.7-p3")
    monkeypatch.setattr(
        "tidegate.flows.prices.prices.screen", lambda cycle, writer: True
    )  # it goes in between
    shop.shop.catalogue.remove("HUB-0009")
    prices(shop)
    held = mirror.listing(CONNECTION, "prices", states=(State.HELD,), limit=99)
    assert "tier|HUB-0009|base|Wholesale" in {item.key for item in held}
    assert mirror.listing(CONNECTION, "prices", states=(State.REVIEW,), limit=99) == []
    assert shop.shop.catalogue.prices.tiers["HUB-0008"]
    prices(shop)
    assert writes(shop) == []  # learnt: it waits for its product

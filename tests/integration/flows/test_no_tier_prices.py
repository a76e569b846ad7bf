"""A store that answers 404 for tier prices: remembered, shown, and asked again after a while."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from integration.flows.conftest import Build
from integration.flows.stage import CONNECTION, Stage
from integration.flows.test_prices import base, priced, prices, set_price
from tidegate.domain.states import State
from tidegate.engine.price_check import check_tier_prices
from tidegate.flows.prices import tier_prices, writer
from tidegate.ledger import halts, mirror

NO_ROUTE = '{"message": "Request does not match any route."}'
OTHER = '{"message": "Tier prices are not available."}'


@pytest.fixture
def shop(build: Build) -> Stage:
    """Prices are on; nothing was sent yet."""
    return priced(build())


def without_tiers(stage: Stage, words: str, times: int | None = None) -> None:
    """The module is off, or whatever else makes the shop say so, so often."""
    kind = "application/json" if words.startswith("{") else "text/html"
    stage.break_shop("status", times, path="/tier-prices", status=404, body=words, content_type=kind)


def tier_calls(stage: Stage) -> list[str]:
    return [call for call in stage.shop_calls() if "tier-prices" in call]


def held(stage: Stage) -> list[str]:
    found = mirror.listing(CONNECTION, "prices", states=(State.HELD,), limit=1_000_000)
    return [item.key for item in found if item.waits_for == tier_prices.NAME]


def reported(stage: Stage) -> list[str]:
    return [found.text for found in check_tier_prices(stage.connection)]


def learns_and_goes_on(stage: Stage, words: str) -> bool:
    """Whether two calls taught it, tier prices are held, and base prices go on without any call of them."""
    without_tiers(stage, words)
    prices(stage)
    if halts.halted(CONNECTION) is not None or len(tier_calls(stage)) != 2 or not held(stage):
        return False
    set_price(stage, "HUB-0007", "99.99")
    set_price(stage, "HUB-0007", "88.88", "Wholesale")
    prices(stage)
    assert base(stage, "HUB-0007") == Decimal("99.99")
    prices(stage, after=timedelta(days=1, minutes=1))  # a full compare
    return tier_calls(stage) == []


@pytest.mark.parametrize("words", [NO_ROUTE, OTHER], ids=["no route", "other words"])
def test_a_store_without_tier_prices_is_asked_twice_and_no_more(shop: Stage, words: str) -> None:
    assert learns_and_goes_on(shop, words)
    assert all(key.startswith("tier|") for key in held(shop))
    (text,) = reported(shop)
    assert "tried again after" in text
    assert ("unknown-reference", "prices") in shop.alerts()
    assert mirror.listing(CONNECTION, "prices", states=(State.REVIEW, State.IN_DOUBT)) == []


def test_it_is_asked_again_after_a_while_and_what_was_held_goes(shop: Stage) -> None:
    assert learns_and_goes_on(shop, NO_ROUTE)
    prices(shop, after=timedelta(days=8))
    assert len(tier_calls(shop)) == 2  # still off: learnt again
    assert len(reported(shop)) == 1
    shop.mend()
    prices(shop, after=timedelta(days=8))
    assert (held(shop), reported(shop)) == ([], [])
    assert shop.shop.catalogue.prices.tiers["HUB-0007"]
    assert mirror.account(CONNECTION, "prices").unexplained == 0


def test_tier_prices_that_the_store_had_are_no_drift_while_it_has_none(shop: Stage) -> None:
    prices(shop)
    had = dict(shop.shop.catalogue.prices.tiers)
    without_tiers(shop, NO_ROUTE)
    prices(shop, after=timedelta(days=1, minutes=1))
    assert ("drift", "prices") not in shop.alerts()
    shop.mend()
    prices(shop, after=timedelta(days=8))
    assert shop.shop.catalogue.prices.tiers == had


def test_one_such_answer_is_a_whim(shop: Stage) -> None:
    without_tiers(shop, NO_ROUTE, times=1)
    prices(shop)
    assert (held(shop), reported(shop), halts.halted(CONNECTION)) == ([], [], None)
    assert shop.shop.catalogue.prices.tiers["HUB-0007"]


def test_a_web_page_teaches_nothing(shop: Stage) -> None:
    without_tiers(shop, "<html><title>Not found</title></html>")
    prices(shop)
    assert reported(shop) == []


def test_bug_a_404_for_tier_prices_is_like_any_other(shop: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """The connection halts, or the call is halved down to each SKU."""
    monkeypatch.setattr(writer, "has_no_tier_prices", lambda failure: False)
    assert not learns_and_goes_on(shop, NO_ROUTE)

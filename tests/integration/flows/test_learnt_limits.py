"""What a store teaches: whether its queue is worked off and faster, how long its arrays may be, what it knows."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from integration.flows.conftest import Build
from integration.flows.stage import Stage
from integration.flows.stocking import adjust, free, inventory, lies, states, stocked, writes
from tidegate.domain.states import State
from tidegate.engine.stock_check import check_learnt
from tidegate.flows import bulk
from tidegate_sandbox.magento.catalogue import WIDGETS


@pytest.fixture
def shop(build: Build) -> Stage:
    """The flow is on, the company's main warehouse is the shop's Detroit."""
    return stocked(build(items=WIDGETS))


def async_calls(stage: Stage) -> list[str]:
    return [call for call in writes(stage) if "async" in call]


def test_point_32_a_queue_that_nobody_works_off_costs_a_few_values(build: Build, monkeypatch: Any) -> None:
    """The first large load: 20 values are in doubt, all others are there, call by call."""
    monkeypatch.setattr(bulk, "WORTH_IT", 600)
    shop = stocked(build(items=WIDGETS))
    shop.break_shop("consumer_stopped", None)
    report = inventory(shop)
    assert len(async_calls(shop)) == 1
    doubtful = [key for key, state in states(shop).items() if state is State.IN_DOUBT]
    assert (len(doubtful), report.counts["in_doubt"]) == (bulk.PROBE, bulk.PROBE)
    assert lies(shop, "HUB-0900") == free(shop, "HUB-0900")
    assert "call by call" in learnt(shop)
    shop.mend()
    inventory(shop, after=timedelta(minutes=15))
    inventory(shop, after=timedelta(minutes=15))
    assert states(shop) == {} or set(states(shop).values()) <= {State.HELD, State.SKIPPED}
    for number in range(1, 901):
        adjust(shop, 2000 + number, f"HUB-{number:04}")
    inventory(shop, after=timedelta(hours=1))
    assert async_calls(shop) == []  # what was learnt holds for a while ...
    for number in range(1, 901):
        adjust(shop, 3000 + number, f"HUB-{number:04}")
    inventory(shop, after=timedelta(days=8))
    assert async_calls(shop) != []  # ... and is found out again


@pytest.mark.parametrize(("seconds", "way"), [(0, "call by call"), (9, "by the queue")])
def test_point_40_the_queue_is_used_only_where_it_is_faster(
    build: Build, monkeypatch: Any, seconds: int, way: str
) -> None:
    monkeypatch.setattr(bulk, "WORTH_IT", 600)
    monkeypatch.setattr(bulk, "TRIAL", 300)
    shop = stocked(build(items=WIDGETS))
    if seconds:
        shop.break_shop("slow", None, "POST", "rest/V1/inventory/source-items$", seconds=seconds)
    inventory(shop)
    assert lies(shop, "HUB-0900") == free(shop, "HUB-0900")
    assert way in learnt(shop)
    direct = [call for call in writes(shop) if "async" not in call]
    assert len(async_calls(shop)) == (3 if seconds else 2)  # the probe, the trial, and the rest
    assert (len(direct) == 1) == bool(seconds)
    asked = [call for call in shop.shop_calls("GET") if "/V1/bulk/" in call]
    assert sum("detailed-status" in call for call in asked) == len(async_calls(shop))  # once each, at the end
    assert sum("operation-status/4" in call for call in asked) >= len(async_calls(shop))


def learnt(stage: Stage) -> str:
    """What `check` says of the queue."""
    return " ".join(found.text for found in check_learnt(stage.connection))


def test_a_queue_that_is_used_without_a_try_leaves_everything_in_doubt(
    build: Build, monkeypatch: Any
) -> None:
    """The bug that the try is there for."""
    monkeypatch.setattr(bulk, "WORTH_IT", 600)
    monkeypatch.setattr(bulk, "is_worth_it", lambda cycle, writer: True)
    shop = stocked(build(items=WIDGETS))
    shop.break_shop("consumer_stopped", None)
    assert inventory(shop).counts["in_doubt"] > bulk.PROBE


def test_a_learnt_array_limit_is_found_out_again(shop: Stage) -> None:
    shop.shop.configure(limits=True)
    inventory(shop)
    assert "20 rows in one call" in learnt(shop)
    shop.shop.configure(limits=False)
    for number in range(1, 101):
        adjust(shop, 500 + number, f"HUB-{number:04}")
    inventory(shop)
    assert len(writes(shop)) == 5
    for number in range(1, 101):
        adjust(shop, 700 + number, f"HUB-{number:04}")
    inventory(shop, after=timedelta(days=8))
    assert len(writes(shop)) == 1
    assert "rows in one call" not in learnt(shop)


def test_point_33_new_skus_are_asked_for_by_their_prices(shop: Stage) -> None:
    for number in range(1, 301):
        shop.shop.stock.remove(f"HUB-{number:04}", "wh_detroit")
    inventory(shop)
    calls = shop.shop_calls()
    assert 3 <= sum("base-prices-information" in call for call in calls) <= 4  # a hundred at once
    assert not [call for call in calls if call.startswith("GET") and "/V1/products?" in call]
    assert lies(shop, "HUB-0300") == free(shop, "HUB-0300")

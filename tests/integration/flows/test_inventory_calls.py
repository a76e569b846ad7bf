"""How stock reaches the store: by calls and by bulk, what is lost, refused or changed by hand."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from integration.flows.company_staff import adds_product
from integration.flows.conftest import Build
from integration.flows.stage import CONNECTION, Stage
from integration.flows.stocking import (
    DAY,
    SKU,
    adjust,
    free,
    inventory,
    lies,
    settled,
    states,
    stocked,
    writes,
)
from tidegate.conformance.memory import reading
from tidegate.domain.delta import Delta
from tidegate.domain.states import State
from tidegate.domain.stock.stock_level import StockLevel
from tidegate.engine.watch import watch
from tidegate.flows import drift
from tidegate.flows.stock.inventory import preview
from tidegate.flows.stock.writer import source_item
from tidegate.ledger import mirror
from tidegate_sandbox.magento.stock import SourceItem


@pytest.fixture
def shop(build: Build) -> Stage:
    """The flow is on, the company's main warehouse is the shop's Detroit."""
    return stocked(build())


def test_point_25_unknown_sku_is_checked_by_us(shop: Stage) -> None:
    adds_product(shop, "ONLY-SAGE")
    adjust(shop, 50, "ONLY-SAGE")
    inventory(shop)
    key = "ONLY-SAGE@wh_detroit"
    assert states(shop)[key] is State.HELD
    assert lies(shop, "ONLY-SAGE") is None
    assert ("unknown-sku", "inventory") in shop.alerts()
    (item,) = mirror.find(CONNECTION, "inventory", [key])
    assert item.waits_for == "sku:ONLY-SAGE"
    inventory(shop)
    assert shop.shop_calls() == []  # it is not asked for again and again


def test_point_25_a_part_of_a_bundle_that_ships_together_harms_only_itself(shop: Stage) -> None:
    """Magento refuses the whole call and names the parts: two calls, not one for each half of a half."""
    shop.shop.stock.ship_together("KIT-1", "wh_london")
    parts = {item.sku for item in shop.shop.stock.items() if item.source_code == "wh_london"} - {
        item.sku for item in shop.shop.stock.items() if item.source_code == "wh_detroit"
    }
    inventory(shop)
    assert states(shop) == {f"{sku}@wh_detroit": State.REVIEW for sku in parts}
    assert ("refused", "inventory") in shop.alerts()
    assert lies(shop) == free(shop)
    assert len(writes(shop)) <= 5
    inventory(shop)
    assert writes(shop) == []


def test_composite_products_are_not_written(shop: Stage) -> None:
    adds_product(shop, "KIT-1")
    adjust(shop, 50, "KIT-1")
    inventory(shop)
    assert states(shop)["KIT-1@wh_detroit"] is State.SKIPPED
    assert lies(shop, "KIT-1") is None


def test_a_hand_edit_is_found_by_the_full_compare_and_put_right(shop: Stage) -> None:
    inventory(shop)
    right = lies(shop)
    shop.shop.stock.put(SourceItem(SKU, "wh_detroit", Decimal(9999), 1))
    inventory(shop)
    assert lies(shop) == 9999  # nothing says so before the compare
    inventory(shop, after=DAY)
    assert lies(shop) == right
    assert ("drift", "inventory") in shop.alerts()
    (found,) = drift.last(CONNECTION, "inventory")
    assert (found.key, found.sent, found.found) == (f"{SKU}@wh_detroit", f"{right};1", "9999;1")
    inventory(shop, after=DAY)
    assert ("drift", "inventory") not in shop.alerts()
    assert drift.last(CONNECTION, "inventory") == []


def test_drift_is_only_shown_by_rule(build: Build) -> None:
    shop = stocked(build(), drift="show")
    inventory(shop)
    shop.shop.stock.put(SourceItem(SKU, "wh_detroit", Decimal(9999), 1))
    inventory(shop, after=DAY)
    assert lies(shop) == 9999
    assert ("drift", "inventory") in shop.alerts()


def test_a_lost_write_is_found_and_written_again(shop: Stage) -> None:
    inventory(shop)
    right = lies(shop)
    shop.shop.stock.remove(SKU, "wh_detroit")
    inventory(shop, after=DAY)
    assert lies(shop) == right


def test_a_lost_answer_is_read_back_and_not_written_again(shop: Stage) -> None:
    inventory(shop)
    adjust(shop, 1000)
    shop.break_shop("drop_after", 1, "POST", "source-items$")
    inventory(shop)
    assert states(shop) == {f"{SKU}@wh_detroit": State.IN_DOUBT}
    inventory(shop, after=timedelta(minutes=11))
    assert writes(shop) == []
    assert lies(shop) == 900
    assert states(shop) == {}


def test_a_write_that_is_lost_again_and_again_is_an_alert_until_it_arrives(shop: Stage) -> None:
    """Each is counted once reading back has shown that the store does not have it; the third time people hear of it."""
    inventory(shop)
    adjust(shop, 1000)
    alerted = []
    for _ in range(5):
        shop.break_shop("drop_before", 1, "POST", "source-items$")
        inventory(shop, after=timedelta(minutes=11))
        watch(shop.hub, shop.connection)
        alerted.append([subject for code, subject in shop.alerts() if code == "no-answer"])
    assert alerted == [[], [], [], ["inventory"], ["inventory"]]
    inventory(shop, after=timedelta(minutes=11))
    assert lies(shop) == 900
    assert ("no-answer", "inventory") not in shop.alerts()


def test_point_28_an_array_limit_is_learnt_and_kept(shop: Stage) -> None:
    shop.shop.configure(limits=True)
    inventory(shop)
    assert lies(shop) == free(shop)
    assert settled()
    shop.reopen()
    for number in range(1, 31):
        adjust(shop, 500 + number, f"HUB-{number:04}")
    inventory(shop)
    assert len(writes(shop)) == 2  # the limit is known before the first call
    assert lies(shop, "HUB-0030") == 477


def bulk(stage: Stage, mode: str) -> None:
    store = stage.connection.store
    object.__setattr__(store, "config", msgspec.structs.replace(store.config, bulk=mode))


def test_point_27_bulk_operations_are_counted_by_ourselves(shop: Stage) -> None:
    bulk(shop, "async")
    report = inventory(shop)
    assert report.text == ""
    assert [call for call in shop.shop_calls("POST") if "/async/bulk/" in call] != []
    assert [call for call in writes(shop) if "async" not in call] == []
    for sku in (SKU, "HUB-0050"):
        assert lies(shop, sku) == free(shop, sku)
    assert states(shop) == {} or set(states(shop).values()) <= {State.HELD, State.SKIPPED}


def test_point_27_a_consumer_that_does_not_run_is_an_alert_by_name(shop: Stage) -> None:
    inventory(shop)
    bulk(shop, "async")
    adjust(shop, 1000)
    shop.break_shop("consumer_stopped", None)
    inventory(shop)
    assert ("bulk-consumer", "main") in shop.alerts()
    assert states(shop) == {f"{SKU}@wh_detroit": State.IN_DOUBT}
    adjust(shop, 500)
    adjust(shop, 500, "HUB-0002")
    inventory(shop, after=timedelta(hours=1))  # what may still be carried out is not written over
    assert states(shop) == {f"{SKU}@wh_detroit": State.IN_DOUBT}
    assert lies(shop, "HUB-0002") == 450
    shop.mend()
    inventory(shop, after=timedelta(minutes=15))
    inventory(shop, after=timedelta(minutes=15))
    assert lies(shop) == 450
    assert shop.alerts() == []


def test_point_27_done_but_not_written_is_found_by_the_samples(shop: Stage) -> None:
    inventory(shop)
    bulk(shop, "async")
    adjust(shop, 1000)
    shop.break_shop("bulk_lies", 1, lie="unwritten")
    inventory(shop)
    assert lies(shop) == 900
    assert ("lost-write", "inventory") in shop.alerts()


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        ({"warehouses": {"HOME": "wh_paris"}}, "the store has no source wh_paris"),
        ({"warehouses": {"ATTIC": "wh_detroit"}}, "ATTIC"),
    ],
)
def test_a_source_or_warehouse_that_does_not_exist_is_named(
    build: Build, rules: dict[str, Any], words: str
) -> None:
    shop = stocked(build(), **rules)
    assert words in inventory(shop).text
    assert writes(shop) == []
    assert ("unknown-reference", "inventory") in shop.alerts()
    stocked(shop)
    inventory(shop)
    assert shop.alerts() == []


def test_a_store_without_sources_is_distinguished_from_one_with(shop: Stage) -> None:
    shop.shop.configure(msi=False)
    assert "set msi = false" in inventory(shop).text


def test_a_reading_that_lost_most_products_is_not_trusted_at_once(
    shop: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    inventory(shop)
    right = lies(shop)
    nothing: Delta[StockLevel] = Delta((), "cursor", full=True)
    monkeypatch.setattr(reading.Stock, "read", lambda *_: nothing)
    for _ in range(2):
        report = inventory(shop, after=DAY)
        assert "reported 3 times in a row" in report.text
        assert lies(shop) == right
    inventory(shop, after=DAY)
    assert lies(shop) == 0


def test_preview_shows_what_waits_and_writes_nothing(shop: Stage) -> None:
    inventory(shop)
    adjust(shop, 1000)
    shop.break_shop("status", None, "POST", "source-items$", status=503)
    inventory(shop)
    shop.listen()
    (shown, *_) = preview(shop.connection)
    assert shown["sku"] == SKU
    assert shown["wanted"] == "900;1"
    assert shop.shop_calls() == []


def test_values_and_keys_name_what_is_written() -> None:
    item = source_item("A@B@wh_london", "5.5;1")
    assert (item.sku, item.source_code, item.quantity, item.status) == ("A@B", "wh_london", Decimal("5.5"), 1)

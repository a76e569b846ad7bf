"""What real shops and companies do to the flows that tell the store: spellings, empty answers, retries."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from integration.flows.company_staff import adds_product
from integration.flows.conftest import Build
from integration.flows.stage import CONNECTION, PAUSE, Stage
from tidegate.config.model import Flow
from tidegate.config.prices import Prices
from tidegate.config.stock import Stock
from tidegate.conformance.memory import customers, reading, selling
from tidegate.domain.delta import Delta
from tidegate.domain.masters.master import CustomerRecord
from tidegate.domain.prices.price_book import PriceBook
from tidegate.domain.states import State
from tidegate.domain.stock.stock_level import StockLevel
from tidegate.flows import account_book
from tidegate.flows.masters.customer_writer import CustomerWriter, card_of
from tidegate.flows.mirrored import LEFT_OUT
from tidegate.ledger import mirror
from tidegate.ledger.database import transaction
from tidegate.magento.customers import Attribute, WireCustomer
from tidegate_sandbox.magento.catalogue import WIDGETS

FLOWS = {name: Flow(every="15m") for name in ("orders", "inventory", "prices")}
DAY = timedelta(days=1, minutes=1)
SKU = "HUB-0001"


def on(stage: Stage, **rules: Any) -> Stage:
    """Stock and prices are on."""
    stock = Stock(warehouses={"HOME": "wh_detroit"}, buffer="0%")
    prices = Prices(groups={"Wholesale": "Wholesale"})
    stage.reopen(**{"stock": stock, "prices": prices, "flows": FLOWS} | rules)
    return stage


def run(stage: Stage, flow: str, *, after: timedelta = PAUSE) -> Any:
    stage.listen()
    return stage.cycle(flow, after=after)


def state(flow: str, key: str) -> State:
    (item,) = mirror.find(CONNECTION, flow, [key])
    return item.state


def test_stock_that_waits_for_a_product_goes_on_when_the_shop_has_it(build: Build) -> None:
    """Without the flow `products`, and whatever the shop's capitals."""
    shop = on(build())
    adds_product(shop, "Only-Sage")
    shop.company.stock_adjust("Only-Sage", "HOME", to=Decimal(50))
    run(shop, "inventory")
    assert state("inventory", "Only-Sage@wh_detroit") is State.HELD
    catalogue = shop.shop.catalogue
    like = catalogue.product(SKU)
    assert like is not None
    catalogue.put(replace(like, sku="ONLY-SAGE", id=catalogue.next_id()))
    run(shop, "inventory", after=DAY)
    assert dict(mirror.settled(CONNECTION, "inventory").iter_rows())["Only-Sage@wh_detroit"] == "50;1"


def test_an_empty_answer_does_not_sell_out_a_small_shop(
    build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = on(build())
    few = Delta(
        (StockLevel(sku=SKU, warehouse="HOME", on_hand=Decimal(7), allocated=Decimal(0)),), "c", full=True
    )
    monkeypatch.setattr(reading.Stock, "read", lambda *_: few)
    run(shop, "inventory")
    there = shop.shop.stock.item(SKU, "wh_detroit")
    nothing: Delta[StockLevel] = Delta((), "cursor", full=True)
    monkeypatch.setattr(reading.Stock, "read", lambda *_: nothing)
    report = run(shop, "inventory", after=DAY)
    assert "in a row" in report.text
    assert shop.shop.stock.item(SKU, "wh_detroit") == there


def test_an_empty_price_book_takes_nothing_away(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = on(build())
    run(shop, "prices")
    told = dict(mirror.settled(CONNECTION, "prices").iter_rows())
    assert any(key.startswith("tier") for key in told)
    monkeypatch.setattr(selling.Prices, "read", lambda *_: (PriceBook((), ()), "cursor", True))
    report = run(shop, "prices", after=DAY)
    assert "no prices at all" in report.text
    assert ("other-content", "prices") in shop.alerts()
    assert dict(mirror.settled(CONNECTION, "prices").iter_rows()) == told


def test_what_is_left_out_is_never_sent_whoever_has_it_queued_again(build: Build) -> None:
    """The reason is no price: reading it as one would end every cycle."""
    shop = on(build())
    run(shop, "prices")
    key = next(key for key in mirror.settled(CONNECTION, "prices")["key"] if key.startswith("tier"))
    with transaction("test"):
        mirror.want(CONNECTION, "prices", {key: LEFT_OUT + "in another currency"}, shop.now)
    report = run(shop, "prices")
    assert report.outcome == "done", report
    assert state("prices", key) is State.SKIPPED
    with transaction("test"):
        mirror.retry(CONNECTION, "prices", [key], shop.now)
    assert run(shop, "prices").outcome == "done"
    assert state("prices", key) is State.SKIPPED


def test_prices_of_a_website_that_is_configured_no_more_are_left_alone(build: Build) -> None:
    shop = on(build())
    run(shop, "prices")
    with transaction("test"):
        mirror.baseline(CONNECTION, "prices", {f"tier|{SKU}|elsewhere|Wholesale": "1=5"}, shop.now)
    shop.reopen(prices=Prices(groups={"Wholesale": "Wholesale"}, decimals=3))  # everything is calculated anew
    assert run(shop, "prices").outcome == "done"
    assert mirror.find(CONNECTION, "prices", [f"tier|{SKU}|elsewhere|Wholesale"]) == []
    assert f"tier|{SKU}|elsewhere|Wholesale" not in set(mirror.settled(CONNECTION, "prices")["key"])


def test_queued_orders_come_off_whatever_the_shops_capitals(build: Build) -> None:
    """A store without reservations, and a company that spells the product in small letters."""
    stock = Stock(msi=False, warehouses={"HOME": "default"}, buffer="0%")
    shop = on(build(), stock=stock)
    shop.shop.configure(msi=False)
    shop.company.rename_product(SKU, SKU.lower())
    shop.company.stock_adjust(SKU.lower(), "HOME", to=Decimal(100))
    run(shop, "inventory")
    shop.order("guest", lines=[(SKU, 3)])
    shop.break_sage("status", None, on="send", status=503)
    shop.cycle()
    shop.company.stock_adjust(SKU.lower(), "HOME", to=Decimal(110))
    run(shop, "inventory")
    item = shop.shop.stock.item(SKU, "default") or shop.shop.stock.item(SKU.lower(), "default")
    assert item is not None
    assert item.quantity == 107


def test_decimals_of_an_attribute_are_no_drift() -> None:
    writer = CustomerWriter(None, {"credit_limit": "limit", "terms": "terms"}, {})  # type: ignore[arg-type]
    writer._known, writer._groups = frozenset({"credit_limit", "terms"}), {}
    values = [Attribute("limit", "500.000000"), Attribute("terms", "30.0")]
    found = writer.seen(
        WireCustomer(1, "a@b.c", 1, custom_attributes=values), '{"credit_limit":"500","terms":"30"}'
    )
    assert isinstance(found, str)
    assert card_of(found) == {"credit_limit": "500", "terms": "30.0"}


def test_a_shop_that_takes_no_bulk_is_written_in_portions_all_the_same(build: Build) -> None:
    """Twenty thousand items in one call would be no answer, and in doubt."""
    shop = on(build(items=WIDGETS))
    store = shop.connection.store
    object.__setattr__(store, "config", msgspec.structs.replace(store.config, bulk="async"))
    shop.break_shop(
        "status",
        1,
        "POST",
        "async/bulk",
        status=400,
        body='{"message": "It is refused."}',
        content_type="application/json",
    )
    report = run(shop, "inventory")
    assert report.counts["confirmed"] > WIDGETS, report
    assert len([each for each in shop.shop_calls("POST") if each.endswith("/V1/inventory/source-items")]) >= 3


def test_an_empty_list_of_accounts_ends_no_hold(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = on(build(), flows=FLOWS | {"customers": Flow(every="1h")})
    run(shop, "customers")
    known = account_book.accounts(CONNECTION)
    assert known
    nothing: Delta[CustomerRecord] = Delta((), "cursor", full=True)
    monkeypatch.setattr(customers.Customers, "read", lambda *_: nothing)
    report = run(shop, "customers", after=DAY)
    assert "no accounts at all" in report.text
    assert ("other-content", "customers") in shop.alerts()
    assert account_book.accounts(CONNECTION) == known

"""What cannot be read, and what nobody foresaw, in one record: it waits by its name, the others go on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from integration.flows.conftest import Build
from integration.flows.stage import CONNECTION, Stage
from integration.flows.test_invoices_and_payments import prepaid
from tidegate.config.accounts import Accounts
from tidegate.config.model import Flow
from tidegate.config.prices import Prices
from tidegate.config.products import Products
from tidegate.domain.states import State
from tidegate.engine import endings
from tidegate.flows.masters import customer_records, products, registrations
from tidegate.flows.payments import deposits
from tidegate.flows.prices import prices
from tidegate.ledger import mirror

HOUR = Flow(every="1h")
DAY = timedelta(days=1, minutes=1)


def left_out(flow: str) -> dict[str, str]:
    """Items of a mirrored flow that are left out, with their reasons."""
    listed = mirror.listing(CONNECTION, flow, states=(State.SKIPPED, State.HELD, State.REVIEW), limit=9999)
    return {one.key: one.reason for one in listed}


def breaking(act: Callable[..., Any], when: Callable[..., bool]) -> Callable[..., Any]:
    """The same, with an error that nobody foresaw for one record."""

    def broken(*given: Any, **more: Any) -> Any:
        if when(*given):
            raise ZeroDivisionError("nobody foresaw this")
        return act(*given, **more)

    return broken


def test_one_product_that_breaks_the_calculation(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = build()
    shop.reopen(products=Products(weight=False), flows={"products": HOUR})
    broken = breaking(products.product_cost, lambda record, rules: record.sku == "HUB-0002")
    monkeypatch.setattr(products, "product_cost", broken)
    assert shop.cycle("products").outcome == "done"
    assert "ZeroDivisionError" in left_out("products")["record|HUB-0002"]
    assert shop.shop.catalogue.prices.cost("HUB-0007", 0) == Decimal("7.554")


def test_one_price_that_breaks_the_calculation_stays_as_it_is(
    build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = build()
    shop.reopen(prices=Prices(groups={"Wholesale": "Wholesale"}), flows={"prices": HOUR})
    shop.cycle("prices")
    before = shop.shop.catalogue.books()["HUB-0007"]
    broken = breaking(prices.wanted_prices, lambda code, *rest: code == "HUB-0007")
    monkeypatch.setattr(prices, "wanted_prices", broken)
    for code, price in (("HUB-0007", "99.99"), ("HUB-0001", "88.88")):
        shop.company.price_change(code, Decimal(price))
    assert shop.cycle("prices", after=DAY).outcome == "done"
    regular = shop.shop.catalogue.prices.regular
    assert regular("HUB-0001", 1, Decimal(0)) == Decimal("88.88")
    now = shop.shop.catalogue.books()["HUB-0007"]
    assert (now["price"], now["tiers"]) == (before["price"], before["tiers"]), "no tier is taken away"
    assert any("ZeroDivisionError" in why for why in left_out("prices").values())


def test_one_customer_that_breaks_the_calculation(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = build()
    shop.reopen(
        accounts=Accounts(attributes={}),
        customers=shop.customers(accounts={"1": "WANDA01"}),
        prices=Prices(groups={"Wholesale": "Wholesale"}),
        flows={"customers": HOUR},
    )
    monkeypatch.setattr(customer_records, "card", breaking(customer_records.card, lambda *given: True))
    assert shop.cycle("customers").outcome == "done"
    assert "ZeroDivisionError" in " ".join(left_out("customers").values())


def test_one_registration_that_meets_an_error_is_a_review(
    build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = build()
    shop.reopen(accounts=Accounts(approval="provisional"), flows={"registrations": HOUR})
    for customer in shop.world.register(2):
        row = shop.shop.customers.get(customer)
        at = shop.now.strftime("%Y-%m-%d %H:%M:%S")
        shop.shop.customers.put({**row, "created_at": at, "updated_at": at})
    emails: list[str] = []

    def first(desk: Any, item: Any) -> bool:
        emails.append(item.label)
        return item.label == emails[0]

    monkeypatch.setattr(registrations, "make", breaking(registrations.make, first))
    report = shop.cycle("registrations")
    assert report.outcome == "done"
    listed = registrations.queue.listing(connection=CONNECTION, flow="registrations")
    assert sorted(one.state.value for one in listed) == ["confirmed", "review"]


def test_one_receipt_that_meets_an_error_is_a_review(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = prepaid(build)
    first, second = shop.sent(), shop.sent()
    broken = breaking(
        deposits.expected, lambda item, *rest: item.label == shop.item(first, "payments", "deposit").label
    )
    monkeypatch.setattr(deposits, "expected", broken)
    shop.run("payments")
    states = [shop.item(placed, "payments", "deposit").state for placed in (first, second)]
    assert states == [State.REVIEW, State.CONFIRMED]


def test_cycles_that_end_early_again_and_again_are_an_alert_until_one_is_good(stage: Stage) -> None:
    stage.reopen(products=Products(weight=False), flows={"products": HOUR})
    stage.break_shop("garbage", None, path="V1/products$")
    for _ in range(3):
        assert ("ended-early", "products") not in stage.alerts()
        assert stage.cycle("products").outcome == "ended early"
    assert ("ended-early", "products") in stage.alerts()
    stage.mend()
    assert stage.cycle("products").outcome == "done"
    assert ("ended-early", "products") not in stage.alerts()


@pytest.mark.parametrize(
    ("field", "figure", "state"),
    [
        ("items.0.qty_ordered", "huge", State.REVIEW),  # case 01
        ("payment", "list", State.CONFIRMED),  # case 15: no payment method, and `*` is mapped
        ("extension_attributes.item_applied_taxes", "list", State.CONFIRMED),
        ("coupon_code", "false", State.CONFIRMED),  # case 19
    ],
)
def test_an_order_of_phps_shapes_through_a_whole_cycle(
    stage: Stage, field: str, figure: str, state: State
) -> None:
    strange, sound = stage.orders(2)
    stage.break_shop("unreadable", None, path="V1/orders", field=field, figure=figure, record=strange)
    assert stage.cycle().outcome == "done"
    assert stage.state(sound) is State.CONFIRMED
    assert stage.state(strange) is state


def test_status_names_the_flows_that_end_early(stage: Stage) -> None:
    stage.reopen(products=Products(weight=False), flows={"products": HOUR})
    stage.break_shop("garbage", None, path="V1/products$")
    stage.cycle("products")
    assert endings.in_a_row(CONNECTION, "products") == 1

"""Taxes, amounts and customers go to the company as its product takes them; what it cannot take, `check` refuses."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest

import tidegate
from integration.flows.conftest import InMemory
from integration.flows.in_memory import MemoryStage
from tidegate.config import connection_rules, model
from tidegate.config.company import CompanySettings
from tidegate.config.problem import Report
from tidegate.config.tax import Tax as TaxSettings
from tidegate.config.tax import TaxDestination
from tidegate.conformance.memory.orders import Orders
from tidegate.domain.orders.sales_order import LineKind
from tidegate.domain.states import State
from tidegate.engine.mapping_check import lists_by_kind
from tidegate.engine.taking_check import check_taking
from tidegate.ledger import models
from tidegate.sage.port.orders import Charged, Customers, Tax
from tidegate.sage.rooms import PRODUCTS

MICHIGAN = TaxDestination(country="US", region="Michigan", group="MICHIGAN", schedule="MI SALES")
BY_SCHEDULE: dict[str, Any] = {"tax": Tax.BY_SCHEDULE}
GOODS_ONLY: dict[str, Any] = {
    "line_kinds": frozenset({LineKind.GOODS}),
    "shipping": Charged.HEADER_FIELD,
    "rounding": Charged.HEADER_FIELD,
}


def taxed(stage: MemoryStage, *destinations: TaxDestination, **changes: Any) -> None:
    """The connection names these destinations."""
    settings = TaxSettings(destinations=destinations, **changes)
    stage.reopen(tax=settings)


def findings(stage: MemoryStage) -> dict[str, str]:
    """Verdicts of the check, by subject."""
    lists = stage.room.code_lists()
    assert isinstance(lists, list)
    return {each.subject: each.verdict for each in check_taking(stage.connection, lists_by_kind(lists))}


# --- tax by schedule


@pytest.mark.parametrize("before", [True, False])
def test_an_order_is_taxed_by_the_schedule_of_its_destination(in_memory: InMemory, before: bool) -> None:
    stage = in_memory(**BY_SCHEDULE, computes_before=before)
    taxed(stage, MICHIGAN)
    placed = stage.order()
    stage.cycle()
    assert stage.state(placed) is State.CONFIRMED, stage.delivery(placed)
    difference = abs(Decimal(stage.only(placed)["gross"]) - stage.total(placed))
    assert difference <= stage.connection.settings.tax.tolerance


@pytest.mark.parametrize("before", [True, False])
def test_another_total_after_tax_is_a_review_with_both_calculations(
    in_memory: InMemory, before: bool
) -> None:
    stage = in_memory(**BY_SCHEDULE, computes_before=before)
    taxed(stage, MICHIGAN)
    stage.books.schedules["MICHIGAN", "MI SALES"] = Decimal("5.5")
    placed = stage.order()
    stage.cycle()
    item = stage.delivery(placed)
    assert (item.state, item.reason_code) == (State.REVIEW, "totals-differ")
    assert "tax by schedule, MICHIGAN MI SALES" in item.reason
    assert f"{stage.total(placed)}" in item.reason
    assert len(stage.in_sage(placed)) == (0 if before else 1), "before the write nothing has left"


def test_an_order_whose_destination_nobody_named_waits_and_goes_once_it_is_named(in_memory: InMemory) -> None:
    stage = in_memory(**BY_SCHEDULE)
    taxed(stage, TaxDestination(country="CA", group="OHIO", schedule="OH SALES"))
    placed = stage.order()
    stage.cycle()
    item = stage.delivery(placed)
    assert item.state is State.HELD
    assert item.waits_for.startswith("destination:US/Michigan/")
    taxed(stage, MICHIGAN)
    stage.cycle()
    assert stage.state(placed) is State.CONFIRMED


def test_the_tolerance_of_a_schedule_is_its_own(in_memory: InMemory) -> None:
    stage = in_memory(**BY_SCHEDULE)
    taxed(stage, MICHIGAN, tolerance=Decimal("9.99"))
    stage.books.schedules["MICHIGAN", "MI SALES"] = Decimal("5.9")
    placed = stage.order()
    stage.cycle()
    assert stage.state(placed) is State.CONFIRMED
    assert Decimal(stage.only(placed)["gross"]) != stage.total(placed)


# --- given tax


def test_given_tax_arrives_as_the_store_charged_it(in_memory: InMemory) -> None:
    stage = in_memory(tax=Tax.GIVEN)
    placed = stage.order()
    stage.cycle()
    assert Decimal(stage.only(placed)["gross"]) == stage.total(placed)
    (order,) = stage.books.with_key(f"magento:main:{placed}")
    nets = sum(one.line.net for one in order.lines)
    assert sum(one.line.tax for one in order.lines) == stage.total(placed) - nets
    assert not [one for one in order.lines if one.line.description == "Rounding"]


def test_given_tax_that_the_company_did_not_take_is_a_review_with_both_calculations(
    in_memory: InMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = in_memory(tax=Tax.GIVEN)
    right = Orders._gross
    monkeypatch.setattr(Orders, "_gross", lambda self, order: right(self, order) - order.tax)
    placed = stage.order()
    stage.cycle()
    item = stage.delivery(placed)
    assert (item.state, item.reason_code) == (State.REVIEW, "totals-differ")
    assert "Sage (tax given)" in item.reason
    assert len(stage.in_sage(placed)) == 1, "it is there, and is never sent again"


# --- lines and customers


def test_a_product_with_goods_alone_gets_nothing_else_and_the_same_total(in_memory: InMemory) -> None:
    stage = in_memory(**GOODS_ONLY)
    placed = stage.order()
    stage.cycle()
    assert stage.state(placed) is State.CONFIRMED, stage.delivery(placed)
    assert Decimal(stage.only(placed)["gross"]) == stage.total(placed)


def test_customers_inside_the_order_are_neither_looked_up_nor_created_nor_waited_for(
    in_memory: InMemory,
) -> None:
    stage = in_memory(customers=Customers.INSIDE_THE_ORDER)
    stage.reopen(customers=stage.customers(unknown="create", guest_account=""))
    (customer,) = stage.world.register(1)
    placed = [stage.order("guest"), stage.order("customer", customer=customer)]
    again = stage.order("customer", customer=customer)
    stage.listen()
    stage.cycle()
    assert stage.states([*placed, again]) == {State.CONFIRMED}
    assert not {"find customer", "create customer"} & set(stage.sage_calls())
    assert not models.Delivery.objects.filter(step="customer").exists()
    guest, known, same = (stage.books.with_key(f"magento:main:{each}")[0] for each in (*placed, again))
    assert guest.account != known.account == same.account, "one customer has one account there"
    assert stage.books.accounts[known.account].name


def test_a_mapped_customer_keeps_the_account_though_customers_come_inside(in_memory: InMemory) -> None:
    stage = in_memory(customers=Customers.INSIDE_THE_ORDER)
    (customer,) = stage.world.register(1)
    stage.reopen(customers=stage.customers(accounts={str(customer): "WEB"}))
    placed = stage.order("customer", customer=customer)
    stage.cycle()
    (order,) = stage.books.with_key(f"magento:main:{placed}")
    assert order.account == "WEB"


def test_a_customer_has_an_account_for_each_currency_under_keys_of_their_own(in_memory: InMemory) -> None:
    stage = in_memory(customers=Customers.CONTACT_PER_CURRENCY)
    stage.reopen(customers=stage.customers(unknown="create"))
    (customer,) = stage.world.register(1)
    stage.books.open_account(
        "EUROS", "in another currency", email=f"customer{customer}@example.com", currency="EUR"
    )
    placed = stage.order("customer", customer=customer)
    stage.cycle()
    assert stage.state(placed) is State.CONFIRMED, stage.delivery(placed)
    (order,) = stage.books.with_key(f"magento:main:{placed}")
    account = stage.books.accounts[order.account]
    assert (account.currency, account.key) == ("USD", f"magento:main:customer:{customer}:USD")
    again = stage.order("customer", customer=customer)
    stage.listen()
    stage.cycle()
    assert stage.books.with_key(f"magento:main:{again}")[0].account == order.account
    assert "create customer" not in stage.sage_calls(), "the account is known by now"


# --- the check


@pytest.mark.parametrize(
    ("switches", "destinations", "verdict"),
    [
        (BY_SCHEDULE, (MICHIGAN,), "pass"),
        (BY_SCHEDULE, (), "fail"),
        (BY_SCHEDULE, (msgspec.structs.replace(MICHIGAN, schedule="NOWHERE"),), "fail"),
        ({}, (MICHIGAN,), "fail"),
        ({"tax": Tax.GIVEN}, (MICHIGAN,), "fail"),
        ({}, (), None),
    ],
)
def test_check_refuses_schedules_that_the_product_or_the_company_has_not(
    in_memory: InMemory,
    switches: dict[str, Any],
    destinations: tuple[TaxDestination, ...],
    verdict: str | None,
) -> None:
    stage = in_memory(**switches)
    taxed(stage, *destinations)
    assert findings(stage).get("tax schedules") == verdict


def test_check_names_amounts_that_would_have_no_line(in_memory: InMemory) -> None:
    stage = in_memory(**GOODS_ONLY)
    stage.reopen(skip_skus=("GIFT-WRAP",))
    found = findings(stage)
    assert (found["amounts"], found["skip_skus"]) == ("fail", "fail")
    coded = in_memory(line_kinds=frozenset(LineKind), rounding=Charged.ITEM_LINE)
    assert findings(coded)["rounding line"] == "fail"


def test_no_guest_account_is_asked_for_where_customers_come_inside_the_order() -> None:
    class Inside(CompanySettings, frozen=True, kw_only=True, tag="inside"):
        """A product that knows its customers by its orders."""

        @property
        def customers_inside(self) -> bool:
            return True

    connection = model.ConnectionSettings(store="main", company="uk", websites=("base",))
    for company, expected in ((Inside(), False), (CompanySettings(), True)):
        report = Report("tidegate.toml")
        connection_rules.check(connection, company, "connections.web", report)
        told = [each.key for each in report.warnings]
        assert ("connections.web.customers.guest_account" in told) is expected


def test_the_settings_and_the_orders_of_every_room_say_the_same_of_customers() -> None:
    """A property of the settings, since the file is judged before any company is opened."""
    inside = {product.name for product in PRODUCTS if product.settings().customers_inside}
    for name in {product.name for product in PRODUCTS}:
        text = Path(tidegate.__file__).parent / "sage" / name / "writing.py"
        assert ("Customers.INSIDE_THE_ORDER" in text.read_text(encoding="utf-8")) is (name in inside), name

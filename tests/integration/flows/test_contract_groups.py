"""Contracts of single accounts as customer groups, where the company only answers enquiries."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from integration.flows.conftest import Build
from integration.flows.stage import CONNECTION, ITEMS, PAUSE, Stage
from tidegate.config.accounts import Accounts
from tidegate.config.model import Flow
from tidegate.config.prices import Prices
from tidegate.engine.attribute_check import check_customer_prices
from tidegate.flows.prices import enquiries as price_enquiries
from tidegate.flows.prices.preview import preview
from tidegate.ledger import mirror

FLOWS = {name: Flow(every="1h") for name in ("orders", "prices", "customers")}
DAY = timedelta(days=1, minutes=1)
WANDA, GROUP = 1, "SAGE-WANDA01"
#: Two rounds of all products, so that a cycle asks for everything.
ENOUGH = 2 * (ITEMS + 5)


def agreeing(stage: Stage, accounts: Accounts | None = None, **rules: Any) -> Stage:
    """Contracts become groups; Wholesale, the Wholesale band, is Wanda's."""
    told: dict[str, Any] = {
        "groups": {"Wholesale": "Wholesale"},
        "customer_prices": "groups",
        "enquiries": ENOUGH,
    }
    told |= {"contract_accounts": ("WANDA01",)}
    stage.reopen(
        prices=Prices(**told | rules),
        accounts=accounts or Accounts(default_group="General"),
        flows=FLOWS,
        customers=stage.customers(accounts={str(WANDA): "WANDA01"}),
    )
    return stage


@pytest.fixture
def shop(build: Build) -> Stage:
    """Wanda has agreed on ten per cent off HUB-0007, and on twenty from 10 pieces on."""
    stage = build()
    discount(stage, "HUB-0007", "10")
    discount(stage, "HUB-0007", "20", minimum=10)
    return agreeing(stage, contract_quantities=(1, 10), enquiries=2 * ENOUGH)


def discount(stage: Stage, sku: str, percent: str, *, minimum: int = 1) -> None:
    """The company and Wanda agree."""
    stage.company.agree("WANDA01", sku, percent, minimum)


def both(stage: Stage, *, after: timedelta = PAUSE) -> Any:
    """A cycle of the prices, one of the customers; the report of the first."""
    stage.listen()
    report = stage.cycle("prices", after=after)
    stage.cycle("customers")
    return report


def tiers(stage: Stage, sku: str, group: str = GROUP) -> dict[Decimal, Decimal]:
    """Quantity and price of a group's tiers in the shop."""
    ids = {one["code"]: one["id"] for one in stage.shop.customers.groups}
    there = stage.shop.catalogue.prices.tiers.get(sku, {})
    return {key.quantity: tier.price for key, tier in there.items() if key.group_id == ids.get(group, -1)}


def group_of(stage: Stage) -> str:
    """Wanda's group in the shop."""
    codes = {one["id"]: one["code"] for one in stage.shop.customers.groups}
    return str(codes[stage.shop.customers.get(WANDA)["group_id"]])


def writes(stage: Stage) -> list[str]:
    """Calls that change prices, customers or groups; prices are also read by POST."""
    calls = [call for call in stage.shop_calls() if not call.startswith("GET")]
    prices = [call for call in calls if "price" in call and "information" not in call]
    return prices + [call for call in calls if "ustomer" in call]


def enquiries(stage: Stage) -> int:
    """Questions that reached the company."""
    return len(stage.sage_calls("ask price"))


def test_a_contract_becomes_a_group_with_its_list_below(shop: Stage) -> None:
    report = both(shop)
    assert report.outcome == "done", report
    assert tiers(shop, "HUB-0007") == {Decimal(1): Decimal("10.2"), Decimal(10): Decimal("9.06")}
    assert tiers(shop, "HUB-0003") == tiers(shop, "HUB-0003", "Wholesale") != {}
    assert group_of(shop) == GROUP
    assert mirror.account(CONNECTION, "prices").unexplained == 0


def test_twice_without_a_change_writes_nothing(shop: Stage) -> None:
    both(shop)
    assert both(shop).counts["calls_store"] == 0
    assert writes(shop) == []
    both(shop, after=DAY)
    assert writes(shop) == []


def test_a_contract_that_ends_takes_tiers_and_customers_back(shop: Stage) -> None:
    both(shop)
    shop.company.kept.agreed.clear()
    both(shop)
    assert tiers(shop, "HUB-0007") == tiers(shop, "HUB-0003") == {}
    assert group_of(shop) == "Wholesale"
    both(shop)
    assert writes(shop) == []


def test_an_account_that_pays_what_its_list_says_gets_no_group(build: Build) -> None:
    shop = agreeing(build())
    both(shop)
    assert GROUP not in {one["code"] for one in shop.shop.customers.groups}
    assert group_of(shop) == "Wholesale"


def test_an_account_that_is_not_named_is_not_asked_for(build: Build) -> None:
    shop = build()
    discount(shop, "HUB-0007", "10")
    both(agreeing(shop, contract_accounts=()))
    assert enquiries(shop) == 0
    assert group_of(shop) == "Wholesale"


def test_an_account_that_is_named_no_longer_loses_its_group(shop: Stage) -> None:
    both(shop)
    both(agreeing(shop, contract_accounts=()))
    assert tiers(shop, "HUB-0007") == {}
    assert group_of(shop) == "Wholesale"
    assert price_enquiries.contracts(CONNECTION) == {}


def test_a_lost_answer_at_the_groups_creation_makes_it_once(shop: Stage) -> None:
    shop.break_shop("drop_after", method="POST", path="customerGroups$")
    both(shop)
    assert tiers(shop, "HUB-0007") == {}
    shop.mend()
    both(shop, after=timedelta(minutes=11))
    assert shop.shop_calls("POST", "customerGroups") == []
    assert [one["code"] for one in shop.shop.customers.groups].count(GROUP) == 1
    assert tiers(shop, "HUB-0007") != {}
    assert group_of(shop) == GROUP


def test_a_cycle_asks_no_more_than_its_budget_and_goes_on_where_it_stopped(build: Build) -> None:
    shop = build()
    discount(shop, "HUB-0040", "10")
    agreeing(shop, enquiries=20)
    for asked in (20, 20, 20, 20):
        both(shop)
        assert enquiries(shop) == asked
    assert tiers(shop, "HUB-0040") != {}


def test_a_list_price_that_changes_is_asked_for_first(build: Build) -> None:
    shop = build()
    discount(shop, "HUB-0050", "10")
    both(agreeing(shop))
    agreeing(shop, enquiries=4)
    shop.company.price_change("HUB-0050", Decimal(200), price_list="Wholesale")
    both(shop)
    assert tiers(shop, "HUB-0050") == {Decimal(1): Decimal(180)}


def test_a_list_that_moves_makes_no_contract_of_an_old_answer(build: Build) -> None:
    shop = agreeing(build())
    both(shop)
    agreeing(shop, enquiries=1)
    shop.company.price_change("HUB-0050", Decimal(200), price_list="Wholesale")
    both(shop)
    assert price_enquiries.contracts(CONNECTION) == {}


def test_an_enquiry_that_fails_does_not_keep_the_lists_from_the_shop(build: Build) -> None:
    shop = build()
    discount(shop, "HUB-0007", "10")
    agreeing(shop)
    shop.break_sage("status", on="ask price", status=503)
    report = both(shop)
    assert report.counts["confirmed"] > ITEMS
    assert enquiries(shop) == 1
    both(shop, after=timedelta(minutes=11))
    assert tiers(shop, "HUB-0007") != {}


def test_the_group_has_the_tax_class_of_the_accounts_own_group(build: Build) -> None:
    shop = build()
    first = next(one for one in shop.shop.customers.groups if one["code"] == "General")
    first["tax_class_id"] = 9  # of no class that the shop has: a group like this one would be refused
    discount(shop, "HUB-0007", "10")
    both(agreeing(shop, groups={"Retailer": "Wholesale"}))
    made = next(one for one in shop.shop.customers.groups if one["code"] == GROUP)
    assert made["tax_class_id"] == 3


def test_preview_shows_the_kept_answers_and_asks_nothing(shop: Stage) -> None:
    both(shop)
    agreeing(shop, contract_accounts=("WANDA01",), decimals=1)
    shop.listen()
    rows = [row for row in preview(shop.connection) if row["group"] == GROUP and row["sku"] == "HUB-0007"]
    assert [(row["sent"], row["wanted"]) for row in rows] == [("1=10.2;10=9.06", "1=10.2;10=9.1")]
    assert (
        shop.sage_calls("read prices") != []
    )  # the lists are read anew; nobody is asked what an account pays
    assert enquiries(shop) == 0
    # Where prices are written, and whether that is allowed: what a preview must know, and only reads.
    asked = ("store/websites", "products/attributes/price", "store/storeViews", "store/storeConfigs")
    assert shop.shop_calls() == [f"GET /rest/V1/{each}" for each in asked]


@pytest.mark.parametrize(
    ("rules", "verdict", "named"),
    [
        ({"contract_accounts": ()}, "warn", "no account is named"),
        ({"contract_accounts": ("WANDA01", "NOBODY")}, "warn", "NOBODY"),
        ({}, "pass", "1 accounts"),
    ],
)
def test_the_check_names_whose_prices_are_asked_for(
    build: Build, rules: dict[str, Any], verdict: str, named: str
) -> None:
    (finding,) = check_customer_prices(agreeing(build(), **rules).connection)
    assert (finding.subject, finding.verdict) == ("customer prices", verdict)
    assert named in finding.text

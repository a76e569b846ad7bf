"""What the company says of its accounts, on the shop's customers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from integration.flows.conftest import Build
from integration.flows.stage import CONNECTION, PAUSE, Stage
from tidegate.config.accounts import Accounts
from tidegate.config.model import Flow
from tidegate.config.prices import Prices
from tidegate.domain.states import State
from tidegate.flows.masters.customer_records import preview
from tidegate.ledger import mirror

FLOWS = {name: Flow(every="15m") for name in ("orders", "customers")}
DAY = timedelta(days=1, minutes=1)
WANDA = 1  # customer 1 of website 1: wanda@example.com
ATTRIBUTES = {"account": "sage_account", "on_hold": "sage_on_hold", "balance": "sage_balance"}


def reported(stage: Stage, **rules: Any) -> Stage:
    """With the flow switched on; Wholesale is the Wholesale band."""
    stage.reopen(
        accounts=Accounts(**{"attributes": ATTRIBUTES} | rules),
        prices=Prices(groups={"Wholesale": "Wholesale"}),
        flows=FLOWS,
        customers=stage.customers(accounts={str(WANDA): "WANDA01"}),
    )
    return stage


@pytest.fixture
def shop(build: Build) -> Stage:
    """The flow is on; the shop has none of the attributes."""
    return reported(build())


def customers(stage: Stage, *, after: timedelta = PAUSE) -> Any:
    """One cycle."""
    stage.listen()
    return stage.cycle("customers", after=after)


def change(stage: Stage, **values: Any) -> None:
    """The company changes Wanda's account."""
    stage.company.customer_change("WANDA01", **values)


def shown(stage: Stage) -> dict[str, Any]:
    """Wanda's record in the shop."""
    row = stage.shop.customers.get(WANDA)
    values = {each["attribute_code"]: each["value"] for each in row.get("custom_attributes") or []}
    return {"group": row["group_id"], "taxvat": row.get("taxvat"), **values}


def writes(stage: Stage) -> list[str]:
    """Calls that change customers."""
    return stage.shop_calls("PUT")


def group(stage: Stage, code: str) -> int:
    """The id of a customer group."""
    return next(one["id"] for one in stage.shop.customers.groups if one["code"] == code)


def test_the_group_follows_the_price_list(build: Build) -> None:
    shop = reported(build(), default_group="General")
    assert customers(shop).outcome == "done"
    assert shown(shop)["group"] == group(shop, "Wholesale")
    change(shop, price_list="Retailer", vat_number="GB999")
    customers(shop)
    assert shown(shop) | {"group": group(shop, "General"), "taxvat": "GB999"} == shown(shop)
    assert len(writes(shop)) == 1
    assert mirror.account(CONNECTION, "customers").unexplained == 0


def test_point_26_only_the_keys_that_changed_are_sent_and_addresses_stay(shop: Stage) -> None:
    customers(shop)
    addresses = shop.shop.customers.get(WANDA)["addresses"]
    change(shop, vat_number="GB1")
    customers(shop)
    assert shown(shop)["taxvat"] == "GB1"
    assert shop.shop.customers.get(WANDA)["addresses"] == addresses != []


def test_point_26_an_attribute_that_the_shop_lacks_is_not_written_and_the_ledger_knows_it(
    shop: Stage,
) -> None:
    customers(shop)
    change(shop, on_hold=True)
    customers(shop)
    assert writes(shop) == []
    (item,) = mirror.listing(CONNECTION, "customers", states=(State.CONFIRMED,))
    assert '"on_hold":"1"' in item.sent
    shop.shop.customers.attributes["sage_on_hold"] = "On hold"  # a module brings it
    customers(shop, after=DAY)
    assert shown(shop)["sage_on_hold"] == "1"


def test_customers_without_an_account_are_listed_as_skipped(shop: Stage) -> None:
    (stranger,) = shop.world.register(1)
    customers(shop)
    (item,) = mirror.listing(CONNECTION, "customers", states=(State.SKIPPED,))
    assert item.key == str(stranger)
    assert "no account has the e-mail" in item.reason
    assert mirror.account(CONNECTION, "customers").skipped == 1


def test_an_e_mail_alone_shows_nothing_of_the_account_and_takes_back_what_it_showed(build: Build) -> None:
    shop = reported(build(), default_group="General")
    customers(shop)
    assert shown(shop)["group"] == group(shop, "Wholesale")
    shop.reopen(customers=shop.customers(accounts={"wanda@example.com": "WANDA01"}, trust_emails=("base",)))
    shop.order("customer")
    shop.cycle()  # the order goes to the account all the same, since its e-mail is believed
    customers(shop)
    assert shown(shop)["group"] == group(shop, "General")
    assert preview(shop.connection) == []


def test_orders_of_an_account_on_hold_wait_and_go_out_when_it_ends(build: Build) -> None:
    shop = reported(build(), hold_orders=True)
    change(shop, on_hold=True)
    customers(shop)
    entity_id = shop.order("customer")
    shop.cycle()
    assert shop.state(entity_id) is State.HELD
    assert "on hold" in shop.delivery(entity_id).reason
    assert shop.in_sage(entity_id) == []
    change(shop, on_hold=False)
    customers(shop)
    shop.cycle()
    assert shop.state(entity_id) is State.CONFIRMED


def test_preview_lists_what_customers_would_show(shop: Stage) -> None:
    rows = preview(shop.connection)
    assert [row["customer"] for row in rows] == [WANDA]
    assert '"account":"WANDA01"' in rows[0]["wanted"]


def test_twice_without_a_change_writes_nothing(shop: Stage) -> None:
    customers(shop)
    customers(shop)
    assert writes(shop) == []
    customers(shop, after=DAY)
    assert writes(shop) == []

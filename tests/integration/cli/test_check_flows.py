"""`check` of the flows beyond orders: permissions, sources, lists, codes, and flows that need each other."""

from __future__ import annotations

from typing import Any

import pytest

from integration.cli.terminal import Terminal
from integration.cli.test_check import lines, of
from tidegate_sandbox.faults import Fault

EVERY = dict.fromkeys(
    (
        "shipments",
        "inventory",
        "prices",
        "customers",
        "registrations",
        "products",
        "invoices",
        "payments",
        "credits",
    ),
    "1h",
)
STATUSES = '\n[connections.web.statuses]\non-hold = "holded"\ncancelled = "canceled"\n'
ON_HOLD = {"\n[connections.web.fulfilment]": STATUSES + "\n[connections.web.fulfilment]"}


def without(*flows: str) -> dict[str, str]:
    return {flow: when for flow, when in EVERY.items() if flow not in flows}


def test_every_flow_and_nothing_fails_or_changes(terminal: Terminal) -> None:
    terminal.sell(1)
    before = terminal.world.shop.books() | {"requests": 0}
    terminal.write_config(back=EVERY, text=ON_HOLD)
    found = lines(terminal)
    assert not [line for line in found if line["verdict"] == "fail"]
    assert terminal.world.shop.books() | {"requests": 0} == before


def test_no_line_stands_twice(terminal: Terminal) -> None:
    """Two parts of the check asked for customer attributes and for the customers' prices: each said so."""
    attributes = {"on_hold": "sage_on_hold"}
    terminal.write_config(back=EVERY, attributes=attributes, text={"[connections.web.prices]\n": PRICES})
    found = [(line["area"], line["subject"], line["text"]) for line in lines(terminal)]
    subjects = {subject for _, subject, _ in found}
    assert {"customer attributes", "customer prices"} <= subjects, subjects
    assert [each for each in found if found.count(each) > 1] == []


PRICES = '[connections.web.prices]\ncustomer_prices = "groups"\ncontract_accounts = ["WANDA01"]\n'
PERMISSIONS = (
    "Magento_Sales::ship",
    "Magento_Sales::shipment",
    "Magento_Sales::sales_invoice",
    "Magento_Sales::sales_creditmemo",
    "Magento_Sales::hold",
    "Magento_Sales::unhold",
    "Magento_Sales::cancel",
    "Magento_Catalog::catalog",
    "Magento_Catalog::products",
    "Magento_Customer::manage",
    "Magento_Customer::group",
    "Magento_InventoryApi::source",
    "Magento_InventoryApi::stock",
    "Magento_Logging::system_magento_logging_bulk_operations",
)


@pytest.mark.parametrize("resource", PERMISSIONS)
def test_24_each_permission_of_a_flow_passes_or_fails_by_name(terminal: Terminal, resource: str) -> None:
    terminal.write_config(back=EVERY, text=ON_HOLD)
    assert of(lines(terminal), "store main", f"permission {resource}")["verdict"] == "pass"
    terminal.world.shop_wire.faults.add(Fault("permission", times=None, options={"resource": resource}))
    line = of(lines(terminal, 1), "store main", f"permission {resource}")
    assert line["verdict"] == "fail"
    assert "System > Integrations" in line["remedy"]


def test_a_flow_that_does_not_run_needs_no_permission(terminal: Terminal) -> None:
    asked = {line["subject"] for line in lines(terminal)}
    assert not asked & {f"permission {resource}" for resource in PERMISSIONS}


WEB = "connection web"
FINDINGS: list[tuple[dict[str, str], str, str, str]] = [
    ({'"LONDON" = "wh_london"': '"LONDON" = "wh_leeds"'}, "sources", "fail", "wh_leeds does not exist"),
    ({'"LONDON" = "wh_london"': '"LONDON" = "default"'}, "sources", "fail", "no stock of the websites"),
    ({'"LONDON" = "wh_london"': '"LEEDS" = "wh_detroit"'}, "stock warehouses", "fail", "no warehouse LEEDS"),
    ({', "LONDON" = "wh_london"': ""}, "stock warehouses", "warn", "not sold by the store: LONDON"),
    ({'"Wholesale" = "Wholesale"': '"Wholesale" = "Whole"'}, "price lists", "fail", "Sage has no list Whole"),
    ({'"Wholesale" = "Wholesale"': '"Whole" = "Wholesale"'}, "customer groups", "fail", "no group Whole"),
    ({'"DPD" = "dpd"': '"UPS9" = "ups"'}, "couriers", "warn", "Sage has no courier UPS9"),
    ({}, "couriers", "warn", "not mapped"),
    (
        {
            '[connections.web.payments.checkmo]\naccount = "1210"': '[connections.web.payments.checkmo]\naccount = "4000"'
        },
        "clearing accounts",
        "warn",
        "no bank has the code, name or nominal code 4000",
    ),
    (ON_HOLD, "statuses", "warn", "Magento offers no list"),
    ({}, "bulk consumer", "warn", "does not report whether"),
    ({'scope = "website"': 'scope = "global"'}, "price scope", "warn", "hides Tidegate's price"),
]


@pytest.mark.parametrize(
    ("text", "subject", "verdict", "words"), FINDINGS, ids=[f"{row[1]}: {row[3]}" for row in FINDINGS]
)
def test_what_a_flow_stands_on(
    shared: Terminal, text: dict[str, str], subject: str, verdict: str, words: str
) -> None:
    shared.write_config(back=EVERY, text=text)
    found = lines(shared, 1 if verdict == "fail" else 0)
    (line, *_) = [each for each in found if each["subject"] == subject and words in each["text"]]
    assert (line["area"], line["verdict"]) == (WEB, verdict)
    assert line["remedy"]


def test_two_connections_do_not_write_one_source(shared: Terminal) -> None:
    shared.write_config(back=EVERY)
    twin = shared.config.read_text(encoding="utf-8")
    begin, end = twin.index("[connections.web]"), twin.index("[[companies.sage.closed]]")
    second = twin[begin:end] + twin[twin.index("[connections.web.tax.codes]") :]
    second = second.replace("connections.web", "connections.trade").replace('["base"]', '["b2b"]')
    shared.config.write_text(twin + "\n" + second, encoding="utf-8")
    line = of(lines(shared, 1), WEB, "sources")
    assert (line["verdict"], "connection trade writes wh_detroit" in line["text"]) == ("fail", True)


def test_a_store_with_sources_is_not_one_without(shared: Terminal) -> None:
    shared.write_config(back=EVERY, msi=False)
    try:
        line = of(lines(shared, 1), WEB, "inventory modules")
        assert (line["verdict"], "msi = true" in line["remedy"]) == ("fail", True)
    finally:
        shared.write_config(msi=True)


def test_lists_and_products_are_compared_once_the_flows_have_read_them(terminal: Terminal) -> None:
    terminal.write_config(back=EVERY)
    assert "not compared" in of(lines(terminal), WEB, "products")["text"]
    terminal.cycle("prices")
    terminal.cycle("products")
    found = lines(terminal)
    assert "on both sides" in of(found, WEB, "products")["text"]
    assert of(found, WEB, "list currencies")["verdict"] == "pass"
    terminal.write_config(text={'["base"]': '["b2b"]'})
    assert of(lines(terminal, 1), WEB, "list currencies")["verdict"] == "fail"


COMPANIONS: list[tuple[dict[str, Any], str, str]] = [
    ({"back": without("shipments")}, "flows.inventory", "never released"),
    ({"back": without("invoices")}, "flows.credits", "refunds only what it has invoiced"),
    ({"back": without("payments"), "invoice_when": "payment"}, "fulfilment.invoice_when", "paid invoices"),
    (
        {
            "back": without("customers"),
            "text": {"[connections.web.accounts]": "[connections.web.accounts]\nhold_orders = true"},
        },
        "accounts.hold_orders",
        "are not known",
    ),
    (
        {
            "back": without("payments"),
            "text": {
                "\n[connections.web.stock]": "\n[connections.web.portal]\nenabled = true\n\n[connections.web.stock]"
            },
        },
        "portal.enabled",
        "without the flow payments",
    ),
    (
        {
            "back": EVERY,
            "text": {
                'warehouses = { "HOME" = "wh_detroit", "DETROIT" = "wh_detroit", "LONDON" = "wh_london" }': ""
            },
        },
        "stock.warehouses",
        "from the source default",
    ),
]


@pytest.mark.parametrize(("config", "key", "words"), COMPANIONS, ids=[row[1] for row in COMPANIONS])
def test_flows_that_need_each_other(fresh: Terminal, config: dict[str, Any], key: str, words: str) -> None:
    fresh.write_config(**config)
    found = lines(fresh, 1)
    matching = [
        line for line in found if line["subject"] == f"connections.web.{key}" and words in line["text"]
    ]
    assert [line["verdict"] for line in matching] == ["warn"]


def test_what_is_known_of_carriage_on_credit_memos_is_shown(terminal: Terminal) -> None:
    terminal.write_config(back=EVERY, text=ON_HOLD)
    found = of(lines(terminal), WEB, "carriage on credit memos")
    assert "not known yet" in found["text"]
    rule = '\n[connections.web.fulfilment]\ncarriage_on_credits = "with-tax"'
    terminal.write_config(back=EVERY, text=ON_HOLD | {"\n[connections.web.fulfilment]": STATUSES + rule})
    assert "with tax (configured)" in of(lines(terminal), WEB, "carriage on credit memos")["text"]


@pytest.mark.parametrize("name", ["CARD", "card clearing", "1210"])
def test_26_a_bank_that_works_for_prepaid_orders_is_accepted(shared: Terminal, name: str) -> None:
    """By its code, its name or the nominal code that it posts to: receipts are posted with each of them."""
    card = {'[connections.web.payments.checkmo]\naccount = "1210"': CHECKMO.format(name)}
    shared.write_config(back=EVERY, text=card)
    found = lines(shared)
    (line,) = [each for each in found if each["subject"] == "clearing accounts"]
    assert (line["verdict"], line["text"]) == ("pass", f"found: {name}")
    assert not [each for each in found if each["subject"] == "accounts" and each["verdict"] == "fail"]


CHECKMO = '[connections.web.payments.checkmo]\naccount = "{}"'

"""`coverage`: the mappings against both systems' real lists."""

from __future__ import annotations

from decimal import Decimal

from integration.cli.terminal import ONE_PAYMENT, Terminal
from tidegate.domain.masters.master import ProductRecord
from tidegate.domain.orders.terms import PaymentTerms, ShippingTerms, Terms
from tidegate.engine.coverage import payments, product_groups, shipping, taxes
from tidegate.magento.shop import MethodsInUse, TaxRate
from tidegate.sage.port.findings import CodeList
from tidegate_sandbox.faults import Fault

LISTS = {
    "account": CodeList("account", {"4000": "Sales", "1210": "Clearing"}),
    "tax": CodeList("tax", {"1": "Standard"}),
}
USED = MethodsInUse(("checkmo", "paypal", "free"), ("ups_ground",), 3)


def test_each_thing_says_where_it_goes() -> None:
    terms = Terms(
        currency="GBP",
        payments={"checkmo": PaymentTerms("1210"), "card": PaymentTerms("9999")},
        shipping={"*": ShippingTerms("CARRIAGE")},
        tax_codes={"20": "1", "0": "7"},
        revenue=(("HUB*", "4000"),),
    )
    assert [(each.name, each.target, each.verdict) for each in payments(terms, USED, LISTS)] == [
        ("card", "9999", "missing"),
        ("checkmo", "1210", "mapped"),
        ("paypal", "", "missing"),
    ]
    assert [(each.name, each.verdict) for each in shipping(terms, USED, LISTS)] == [("ups_ground", "default")]
    rates = [TaxRate("GB-VAT-20", Decimal(20)), TaxRate("GB-VAT-5", Decimal(5))]
    assert [(each.name, each.target, each.verdict) for each in taxes(terms, rates, LISTS)] == [
        ("GB-VAT-20", "1", "mapped"),
        ("GB-VAT-5", "", "missing"),
        ("untaxed", "7", "missing"),
    ]
    products = [
        ProductRecord("1", "HUB-1", "", group="HUBS"),
        ProductRecord("2", "HUB-2", "", group="HUBS"),
        ProductRecord("3", "CASE", "", group="HUBS", revenue_account="4000"),
        ProductRecord("4", "OLD", "", active=False, group="OLD"),
        ProductRecord("5", "ODD", "", revenue_account="4711"),
    ]
    found = [(each.name, each.target, each.verdict) for each in product_groups(terms, products, LISTS)]
    assert found == [
        ("(no group)", "4711", "missing"),
        ("HUBS", "4000", "mapped"),
        ("HUBS", "4000", "default"),
    ]


def test_the_real_lists_of_both_systems(terminal: Terminal) -> None:
    terminal.sell(1, method="banktransfer")
    report = terminal.json("coverage")
    assert {each["kind"] for each in report["lines"]} == {"payment", "tax", "shipping", "products"}
    assert ("banktransfer", "mapped") in {(each["name"], each["verdict"]) for each in report["lines"]}
    terminal.write_config(text=ONE_PAYMENT)
    missing = terminal.json("coverage", "--missing", code=1)["lines"]
    assert ("payment", "banktransfer") in {(each["kind"], each["name"]) for each in missing}
    assert "missing" in terminal.run("coverage", code=1).output


def test_rows_that_cannot_be_read_are_named(terminal: Terminal) -> None:
    terminal.world.shop_wire.faults.add(
        Fault("unreadable", None, path="taxRates/search$", options={"field": "rate", "figure": "text"})
    )
    terminal.world.sage_wire.faults.add(
        Fault("unreadable", None, path="/products$", options={"field": "weight", "figure": "text"})
    )
    report = terminal.json("coverage", "--missing", code=1)
    bad = {each["kind"]: each for each in report["lines"] if each["verdict"] == "unreadable"}
    assert set(bad) == {"store", "company"}
    assert all(each["name"] and each["text"] for each in bad.values())
    assert report["unreadable"] == 2
    assert "2 unreadable" in terminal.run("coverage", code=1).output


GROUPS = """
[connections.web.revenue.groups]
"*" = "4010"

[connections.web.revenue.accounts]
"NOTHING-*" = "4000"
"""


def test_revenue_goes_by_the_product_group_where_no_sku_pattern_fits(terminal: Terminal) -> None:
    text = {'\n[connections.web.revenue.accounts]\n"SHIRT*" = "4010"\n"*" = "4000"\n': GROUPS}
    terminal.write_config(text=text)
    lines = [each for each in terminal.json("coverage")["lines"] if each["kind"] == "products"]
    grouped = [each for each in lines if each["name"] != "(no group)"]
    assert grouped
    assert {(each["target"], each["verdict"]) for each in grouped} == {("4010", "mapped")}
    terminal.sell(1)
    assert terminal.cycle()["confirmed"] == 1
    (order,) = terminal.world.sage.company.books()["orders"]
    assert order

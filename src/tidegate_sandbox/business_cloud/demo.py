"""Filled businesses as the contract's simulator has them: one British in pounds, one Irish in euros (§10)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Literal

from tidegate_sandbox.erp.company import Company
from tidegate_sandbox.erp.demo import demo_company as filled
from tidegate_sandbox.erp.numbering import Numbering
from tidegate_sandbox.erp.rules import Rules
from tidegate_sandbox.erp.stamps import Clock
from tidegate_sandbox.erp.tax import TaxCode

WAREHOUSE = "STOCK"  #: the kernel's one place; this product knows none
TAXES = {
    "GBP": {0: "GB_ZERO", 1: "GB_STANDARD", 2: "GB_EXEMPT", 5: "GB_LOWER", 6: "0" * 31 + "6"},
    "EUR": {0: "IE_ZERO", 1: "IE_STANDARD", 2: "IE_LOWER", 3: "IE_LOWER_1"},
}
"""The ids of the kernel's tax codes: words for system data, digits for what the business has added itself."""
COUNTRIES = {"GBP": "GB", "EUR": "IE"}
NO_TAX = 9
SALES_ACCOUNTS = ("4", "7", "1212", "1213")
"""How the codes of ledger accounts begin that may stand on sales documents."""


def demo_company(
    clock: Clock, *, seed: int = 0, base: Literal["GBP", "EUR"] = "GBP", items: int = 70, **options: Any
) -> Company:
    """A business ready to trade: ``items`` stock items HUB-nnnn beside a few others.

    There are no warehouses, no shipments and no cost of sales; goods leave when they are invoiced, whether they
    are there or not. Further options are those of the kernel's company.
    """
    rules = Rules(
        allocate_on_entry=False,
        update_stock_on_despatch=False,
        post_cost_of_sales=False,
        stock_below_zero=True,
    )
    options.setdefault("name", "Example Trading Ltd" if base == "GBP" else "Example Trading Ireland")
    if base == "EUR":
        options.setdefault("timezone", "Europe/Dublin")
    numbering = Numbering(invoice="SI-{}", credit="SC-{}")
    company = filled(
        clock, seed=seed, base=base, items=items, rules=rules, numbering=numbering, user="API", **options
    )
    company.default_country = COUNTRIES[base]
    with company.system():
        _one_place(company)
        for one in company.tax_codes:
            one.extra["id"] = TAXES[base].get(one.code, "")
        country = COUNTRIES[base]
        none = company.new(TaxCode, code=NO_TAX, name="No VAT", rate=Decimal("0.00"))
        none.extra["id"] = f"{country}_NO_TAX"
        company.tax_codes.add(none)
        for customer in company.customers.table:
            customer.extra["reference"] = customer.code
            customer.extra["main_address"] = {"country_id": country, "city": customer.address.city}
    company.orders.number_of = "D-{}".format  # nobody sees it: documents are numbered when they are released
    return company


def _one_place(company: Company) -> None:
    """All stock lies together."""
    home = company.warehouse("HOME")
    for item in company.items:
        whole = Decimal(0)
        for holding in company.stock.of_item(item.id):
            whole += holding.confirmed
            if holding.warehouse_id != home.id:
                holding.confirmed = Decimal(0)
                company.stock.drop(holding)
        kept = company.stock.holding(item.id, home.id)
        if kept is not None:
            kept.confirmed = whole
    for name in ("DETROIT", "LONDON"):
        company.warehouses.remove(company.warehouse(name))
    home.name = WAREHOUSE
    company.warehouses.reindex(home)

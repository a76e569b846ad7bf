"""A filled company as the contract's simulator has it: US dollars, one tax authority with five item classes."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from random import Random
from typing import Any

from tidegate_sandbox.erp.bank import Bank
from tidegate_sandbox.erp.charge import Charge
from tidegate_sandbox.erp.company import Company
from tidegate_sandbox.erp.courier import Courier
from tidegate_sandbox.erp.currency import Country, Currency
from tidegate_sandbox.erp.item import ItemGroup, ItemKind, Unit
from tidegate_sandbox.erp.nominal import NominalAccount, Target
from tidegate_sandbox.erp.numbering import Numbering
from tidegate_sandbox.erp.opening import Goods, open_customer, open_item
from tidegate_sandbox.erp.price import PriceList
from tidegate_sandbox.erp.rules import Rules
from tidegate_sandbox.erp.stamps import Clock
from tidegate_sandbox.erp.tax import TaxCode
from tidegate_sandbox.erp.warehouse import Warehouse

ACCOUNTS = (
    ("1020", "Bank account", "bank"),
    ("1025", "Card clearing", ""),
    ("1026", "Gift card clearing", ""),
    ("1100", "Accounts receivable", "debtors"),
    ("1300", "Inventory", "stock"),
    ("2200", "Sales tax payable", "tax"),
    ("3000", "Equity", "capital"),
    ("4000", "Sales", "sales"),
    ("4009", "Discounts given", "discount"),
    ("4020", "Sales: services", ""),
    ("4905", "Freight recovered", "freight"),
    ("5000", "Cost of goods sold", "cost_of_sales"),
    ("5200", "Inventory adjustments", "adjustments"),
    ("7900", "Rounding", "rounding"),
)
CLASSES = (
    (1, "Taxable", "20"),
    (2, "Reduced", "5"),
    (3, "Exempt", "0"),
    (4, "Local", "6"),
    (5, "Other", "0"),
)
"""Item classes of the tax authority: class, name, rate."""
CHARGES = (
    ("FREIGHT", "Freight", "4905"),
    ("ROUND", "Rounding", "7900"),
    ("WEBAMT", "Web sales beside", "4000"),
    ("GIFT", "Paid by gift card", "1026"),
    ("FEES", "Fees", "4905"),
)
"""Miscellaneous charges: code of up to 6 characters in the table, name, account."""
LISTS = (("BASE", "Base prices"), ("WHS", "Wholesale"), ("RET", "Retailer"))
PLACES = (("1", "Main warehouse", 50, 150), ("2", "West warehouse", 20, 80))
VIAS = (("UPS", "UPS Ground"), ("FEDEX", "FedEx"), ("USPS", "US Mail"))


def demo_company(
    clock: Clock,
    *,
    seed: int = 0,
    items: int = 40,
    more: Sequence[Goods] = (),
    home: str = "USD",
    places: Sequence[tuple[str, str, int, int]] = PLACES,
    **options: Any,
) -> Company:
    """A company of the kernel, set up as this product has it. ``items``: how many HUB-nnnn; ``more``: others.

    ``places``: code and name of each location, and how many pieces of an item may lie there at first.
    """
    rules = Rules(prices_include_tax=False, order_numbers_generated=True, despatch_services=True)
    options.setdefault("name", "Sample Company Ltd.")
    options.setdefault("timezone", "America/Detroit")
    options.setdefault("first_id", 100)
    numbering = Numbering(despatch="SH{:09d}", invoice="IN{:09d}", credit="CN{:09d}")
    company = Company(clock, rules=rules, numbering=numbering, user="WEBAPI", **options)
    company.orders.number_of = "ORD{:09d}".format
    company.default_country, company.default_tax_code = "US", 1
    with company.system():
        _set_up(company, home, places)
        _fill_items(company, items, more, places, Random(seed))
        _fill_customers(company)
    return company


def _set_up(company: Company, home: str, places: Sequence[tuple[str, str, int, int]]) -> None:
    new = company.new
    for code, name, symbol, rate in (
        ("USD", "US Dollar", "$", "1"),
        ("CAD", "Canadian Dollar", "$", "1.36"),
        ("EUR", "Euro", "€", "0.92"),
    ):
        value = Decimal(rate).quantize(Decimal("0.000001"))
        company.currencies.add(
            new(Currency, code=code, name=name, symbol=symbol, rate=value, is_base=code == home)
        )
    for code, name in (
        ("US", "United States"),
        ("CA", "Canada"),
        ("GB", "United Kingdom"),
        ("DE", "Germany"),
    ):
        company.countries.add(new(Country, code=code, name=name, eu_member=code == "DE"))
    for number, title, percent in CLASSES:
        company.tax_codes.add(
            new(TaxCode, code=number, name=title, rate=Decimal(percent).quantize(Decimal("0.01")))
        )
    for number_, title, control in ACCOUNTS:
        account = new(NominalAccount, target=Target(number_), name=title, control=control)
        company.nominal_accounts.add(account)
        company.ledger.open_account(account)
    for code, title, _, _ in places:
        company.warehouses.add(new(Warehouse, name=code, description=title))
    base = company.currency(None).id
    for code, title in LISTS:
        company.prices.lists.add(
            new(PriceList, name=code, description=title, currency_id=base, is_standard=code == "BASE")
        )
    company.banks.add(new(Bank, code="BANK", name="Bank account", currency_id=base, target=Target("1020")))
    company.banks.add(new(Bank, code="CARD", name="Card clearing", currency_id=base, target=Target("1025")))
    taxable = company.tax_code(None).id
    for code, title, account_ in CHARGES:
        company.charges.add(
            new(Charge, code=code, name=title, price=Decimal(0), target=Target(account_), tax_code_id=taxable)
        )
    for code, title in VIAS:
        company.couriers.add(new(Courier, name=code, tracking_url="")).extra["description"] = title


def _fill_items(
    company: Company,
    count: int,
    more: Sequence[Goods],
    places: Sequence[tuple[str, str, int, int]],
    random: Random,
) -> None:
    unit = company.units.add(company.new(Unit, name="EA"))
    groups: dict[ItemKind, ItemGroup] = {}
    kinds: tuple[tuple[str, ItemKind, str], ...] = (("GOODS", "stock", "4000"), ("SERV", "service", "4020"))
    for code, kind, revenue in kinds:
        groups[kind] = company.item_groups.add(
            company.new(
                ItemGroup,
                code=code,
                description=code.title(),
                kind=kind,
                unit_id=unit.id,
                stock=Target("1300"),
                revenue=Target(revenue),
                cost_of_sales=Target("5000"),
            )
        )
    rows: list[Goods] = [("A1-105/0", "Fluorescent desk lamp", "stock", "19.90")]
    rows += [
        (f"HUB-{n:04d}", f"Hub Widget {n}", "stock", f"{10 + n * Decimal('0.37'):.2f}")
        for n in range(1, count + 1)
    ]
    rows += [("INSTALL", "Installation", "service", "40.00"), *more]
    opening = sum(
        (open_item(company, groups, row, ("BASE", "WHS"), places, random) for row in rows), Decimal("0.00")
    )
    entries = [(Target("1300"), opening, "Opening stock"), (Target("3000"), -opening, "Opening stock")]
    company.ledger.post(company.today(), "stock", "OPENING", entries, at_once=True)


def _fill_customers(company: Company) -> None:
    open_customer(company, "1200", "Ronald Black", "ronald@example.com")
    open_customer(company, "WEB", "Web sales", "web@example.com")
    open_customer(company, "GUS01", "Gus Trading", "gus@example.com")
    open_customer(company, "ONHOLD", "Held Account Ltd", "onhold@example.com").on_hold = True
    open_customer(company, "NOCREDIT", "No Credit Ltd", "no@example.com").credit_limit = Decimal("50.00")
    wholesale = company.prices.lists.first("name", "WHS")
    if wholesale is not None:
        open_customer(company, "WANDA01", "Wanda Wholesale", "wanda@example.com").price_list_id = wholesale.id

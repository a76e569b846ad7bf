"""A filled folder as the contract's simulator has it: companies, sites, tax levels, invoicing elements."""

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
    ("512000", "Bank account", "bank"),
    ("511000", "Card clearing", ""),
    ("419000", "Gift cards", ""),
    ("411000", "Customers", "debtors"),
    ("370000", "Stock", "stock"),
    ("445710", "VAT collected", "tax"),
    ("101000", "Equity", "capital"),
    ("707000", "Sales", "sales"),
    ("709000", "Discounts given", "discount"),
    ("706000", "Sales: services", ""),
    ("708500", "Freight recovered", "freight"),
    ("607000", "Cost of sales", "cost_of_sales"),
    ("603700", "Stock adjustments", "adjustments"),
    ("758000", "Rounding", "rounding"),
)
LEVELS = ((1, "NOR", "20"), (2, "RED", "5"), (3, "EXO", "0"), (4, "LOC", "6"))
"""Tax levels: number in the kernel, code, rate."""
PURPOSES = (
    ("Freight", "708500"),
    ("Rounding", "758000"),
    ("Web sales beside", "707000"),
    ("Paid by gift card", "419000"),
    ("Fees", "708500"),
)
"""Invoicing elements, one for each tax level: 1 to 4 freight, 5 to 8 rounding, and so on (§9: each has its account and tax)."""
LISTS = (("T10", "Base prices"), ("T11", "Wholesale"), ("T12", "Retailer"))
SITES = (("FR011", "Paris warehouse", 50, 150), ("FR012", "Lyon warehouse", 20, 80))
CARRIERS = (("DHL", "DHL"), ("UPS", "UPS"), ("DPD", "DPD"))


def element(purpose: int, level: int) -> str:
    """The number of an invoicing element, from positions in `PURPOSES` and `LEVELS`."""
    return str(purpose * len(LEVELS) + level + 1)


def demo_company(
    clock: Clock,
    *,
    seed: int = 0,
    items: int = 40,
    more: Sequence[Goods] = (),
    home: str = "EUR",
    **options: Any,
) -> Company:
    """A company of the kernel, set up as this product has it. ``items``: how many HUB-nnnn; ``more``: others."""
    rules = Rules(prices_include_tax=False, order_numbers_generated=True, despatch_services=True)
    options.setdefault("name", "Societe de Demonstration")
    options.setdefault("timezone", "Europe/Paris")
    options.setdefault("first_id", 100)
    numbering = Numbering(despatch="SDH{:07d}", invoice="SIH{:07d}", credit="SCH{:07d}")
    company = Company(clock, rules=rules, numbering=numbering, user="WSRV", **options)
    company.orders.number_of = "SON{:07d}".format
    company.default_country, company.default_tax_code = "FR", 1
    with company.system():
        _set_up(company, home)
        _fill_items(company, items, more, Random(seed))
        _fill_customers(company)
    return company


def _set_up(company: Company, home: str) -> None:
    new = company.new
    for code, name, symbol, rate in (
        ("EUR", "Euro", "€", "1"),
        ("USD", "US Dollar", "$", "1.09"),
        ("GBP", "Pound sterling", "£", "0.86"),
    ):
        value = Decimal(rate).quantize(Decimal("0.000001"))
        company.currencies.add(
            new(Currency, code=code, name=name, symbol=symbol, rate=value, is_base=code == home)
        )
    for code, name in (
        ("FR", "France"),
        ("DE", "Germany"),
        ("GB", "United Kingdom"),
        ("US", "United States"),
    ):
        company.countries.add(new(Country, code=code, name=name, eu_member=code in ("FR", "DE")))
    for number, title, percent in LEVELS:
        company.tax_codes.add(
            new(
                TaxCode,
                code=number,
                name=title,
                rate=Decimal(percent).quantize(Decimal("0.01")),
                account="445710",
            )
        )
    for number_, title, control in ACCOUNTS:
        account = new(NominalAccount, target=Target(number_), name=title, control=control)
        company.nominal_accounts.add(account)
        company.ledger.open_account(account)
    for code, title, _, _ in SITES:
        company.warehouses.add(new(Warehouse, name=code, description=title))
    base = company.currency(None).id
    for code, title in LISTS:
        company.prices.lists.add(
            new(PriceList, name=code, description=title, currency_id=base, is_standard=code == "T10")
        )
    company.banks.add(new(Bank, code="BANK", name="Bank account", currency_id=base, target=Target("512000")))
    company.banks.add(new(Bank, code="CARD", name="Card clearing", currency_id=base, target=Target("511000")))
    levels = list(company.tax_codes)
    for purpose, (title, account_) in enumerate(PURPOSES):
        for at, level in enumerate(levels):
            company.charges.add(
                new(
                    Charge,
                    code=element(purpose, at),
                    name=f"{title} {level.name}",
                    price=Decimal(0),
                    target=Target(account_),
                    tax_code_id=level.id,
                )
            )
    for code, _title in CARRIERS:
        company.couriers.add(new(Courier, name=code, tracking_url=""))


def _fill_items(company: Company, count: int, more: Sequence[Goods], random: Random) -> None:
    unit = company.units.add(company.new(Unit, name="UN"))
    groups: dict[ItemKind, ItemGroup] = {}
    kinds: tuple[tuple[str, ItemKind, str], ...] = (
        ("GOODS", "stock", "707000"),
        ("SERV", "service", "706000"),
    )
    for code, kind, revenue in kinds:
        groups[kind] = company.item_groups.add(
            company.new(
                ItemGroup,
                code=code,
                description=code.title(),
                kind=kind,
                unit_id=unit.id,
                stock=Target("370000"),
                revenue=Target(revenue),
                cost_of_sales=Target("607000"),
            )
        )
    rows: list[Goods] = [
        (f"HUB-{n:04d}", f"Hub Widget {n}", "stock", f"{10 + n * Decimal('0.37'):.2f}")
        for n in range(1, count + 1)
    ]
    rows += [("INSTALL", "Installation", "service", "40.00"), *more]
    opening = sum(
        (open_item(company, groups, row, ("T10", "T11"), SITES, random) for row in rows), Decimal("0.00")
    )
    entries = [(Target("370000"), opening, "Opening stock"), (Target("101000"), -opening, "Opening stock")]
    company.ledger.post(company.today(), "stock", "OPENING", entries, at_once=True)


def _fill_customers(company: Company) -> None:
    open_customer(company, "WEB", "Web sales", "web@example.com")
    open_customer(company, "GUS01", "Gus Trading", "gus@example.com")
    open_customer(company, "ONHOLD", "Held Account Ltd", "onhold@example.com").on_hold = True
    open_customer(company, "NOCREDIT", "No Credit Ltd", "no@example.com").credit_limit = Decimal("50.00")
    wholesale = company.prices.lists.first("name", "T11")
    if wholesale is not None:
        open_customer(company, "WANDA01", "Wanda Wholesale", "wanda@example.com").price_list_id = wholesale.id

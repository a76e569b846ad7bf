"""An installation with two companies, ready to trade (contract section 14.7)."""

from __future__ import annotations

from decimal import Decimal
from random import Random
from typing import Any

from tidegate_sandbox.erp.bank import Bank
from tidegate_sandbox.erp.company import Company
from tidegate_sandbox.erp.currency import Country, Currency
from tidegate_sandbox.erp.customers import NewCustomer
from tidegate_sandbox.erp.item import Item, ItemGroup, Unit
from tidegate_sandbox.erp.nominal import NominalAccount, Target
from tidegate_sandbox.erp.price import PriceList
from tidegate_sandbox.erp.rules import Rules
from tidegate_sandbox.erp.stamps import Clock
from tidegate_sandbox.erp.tax import TaxCode
from tidegate_sandbox.erp.warehouse import Warehouse
from tidegate_sandbox.sage100.company import SAGE, Misc, SageCompany, account_code
from tidegate_sandbox.sage100.installation import Installation
from tidegate_sandbox.sage100.options import Options
from tidegate_sandbox.sage100.schema import shapes

ACCOUNTS = (
    ("1010", "Bank", "bank"),
    ("1100", "Accounts receivable", "debtors"),
    ("1300", "Inventory", "stock"),
    ("2300", "Sales tax payable", "tax"),
    ("3000", "Equity", "capital"),
    ("4000", "Sales", "sales"),
    ("4009", "Discounts given", "discount"),
    ("4905", "Freight recovered", "freight"),
    ("5000", "Cost of goods sold", "cost_of_sales"),
    ("5200", "Inventory adjustments", "adjustments"),
    ("7900", "Rounding", "rounding"),
)
SCHEDULES = {
    "ABC": {"CA SALES": {"TX": Decimal("8"), "NT": Decimal(0)}, "NONTAX": {"TX": Decimal(0)}},
    "XYZ": {"NY SALES": {"TX": Decimal("8.875"), "NT": Decimal(0)}, "NONTAX": {"TX": Decimal(0)}},
}
WAREHOUSES = {"ABC": ("000", "001", "002"), "XYZ": ("000", "100")}
CUSTOMERS = (
    ("00", "WEB0001", "Web sales", "", False),
    ("00", "WANDA01", "Wanda Wholesale", "1", False),
    ("01", "GUS01", "Gus Trading", "2", False),
    ("00", "ONHOLD", "Held Account Ltd", "", True),
)


def demo_installation(
    clock: Clock, *, seats: int | None = 5, items: int = 20, seed: int = 0, **options: Any
) -> Installation:
    """An installation with the companies ABC and XYZ. ``options`` are those of :class:`Options`."""
    switches = Options(**options)
    companies = {code: demo_company(clock, code, switches, items=items, seed=seed) for code in ("ABC", "XYZ")}
    return Installation(companies, switches, seats)


def demo_company(clock: Clock, code: str, options: Options, *, items: int = 20, seed: int = 0) -> SageCompany:
    """One company: items ABC-1 (19.95) and HUB-nnnn, four customers, miscellaneous items, terms, schedules."""
    rules = Rules(
        order_numbers_generated=False, tax_rounding="document", prices_include_tax=False, posting="batch"
    )
    kernel = Company(
        clock, name=f"Company {code}", timezone="America/New_York", rules=rules, first_id=10, user="tidegate"
    )
    kernel.default_country, kernel.default_tax_code = "US", 0
    company = SageCompany(code, kernel, options)
    company.terms = {"00": 0, "01": 30}
    company.schedules = SCHEDULES.get(code, SCHEDULES["ABC"])
    company.ship_vias = {"UPS GROUND", "UPS BLUE", "PICKUP"}
    company.payment_types = {"WEB", "CHECK"}
    company.misc = {
        "/SHIP": Misc("/SHIP", "Shipping"),
        "/TAX": Misc("/TAX", "Sales tax of the web shop"),
        "/FEE": Misc("/FEE", "Handling fee", "TX"),
    }
    with kernel.system():
        _set_up(company)
        _fill_items(company, items, Random(seed))
        _fill_customers(company)
    return company


def _set_up(company: SageCompany) -> None:
    kernel = company.kernel
    new = kernel.new
    currency = kernel.currencies.add(new(Currency, code="USD", name="US Dollar", symbol="$", is_base=True))
    kernel.countries.add(new(Country, code="US", name="United States", eu_member=False))
    kernel.tax_codes.add(new(TaxCode, code=0, name="Not taxed", rate=Decimal(0), account="2300"))
    for account, name, role in ACCOUNTS:
        opened = new(NominalAccount, target=Target(account), name=name, control=role)
        kernel.nominal_accounts.add(opened)
        kernel.ledger.open_account(opened)
    for name in WAREHOUSES.get(company.code, WAREHOUSES["ABC"]):
        kernel.warehouses.add(new(Warehouse, name=name, description=f"Warehouse {name}"))
    kernel.banks.add(
        new(Bank, code="A", name="Bank of America", currency_id=currency.id, target=Target("1010"))
    )
    kernel.prices.lists.add(
        new(PriceList, name="Standard", description="Standard", currency_id=currency.id, is_standard=True)
    )


def _fill_items(company: SageCompany, count: int, random: Random) -> None:
    kernel = company.kernel
    unit = kernel.units.add(kernel.new(Unit, name="EACH"))
    group = kernel.item_groups.add(
        kernel.new(
            ItemGroup,
            code="WF&A",
            description="Goods",
            kind="stock",
            unit_id=unit.id,
            stock=Target("1300"),
            revenue=Target("4000"),
            cost_of_sales=Target("5000"),
        )
    )
    goods = [("ABC-1", "Widget A", Decimal("19.95"))]
    goods += [
        (f"HUB-{n:04d}", f"Hub Widget {n}", Decimal(10) + Decimal("0.37") * n) for n in range(1, count + 1)
    ]
    for code, name, amount in goods:
        item = kernel.items.add(
            kernel.new(
                Item,
                code=code,
                name=name,
                group_id=group.id,
                kind="stock",
                tax_code_id=kernel.tax_code(None).id,
                unit_id=unit.id,
                stock=group.stock,
                revenue=group.revenue,
                cost_of_sales=group.cost_of_sales,
                cost=(amount * Decimal("0.6")).quantize(Decimal("0.00001")),
                extra={
                    SAGE: {
                        "TaxClass": "TX",
                        "PriceCode": "WDG",
                        "SalesUnitOfMeasure": "EACH",
                        "StandardUnitOfMeasure": "EACH",
                        "DefaultWarehouseCode": "000",
                        "SaleMethod": "N",
                        "ProductType": "F",
                    }
                },
            )
        )
        kernel.prices.set(item.id, kernel.prices.standard.id, amount)
        for warehouse in kernel.warehouses:
            kernel.stock.keep(item.id, warehouse.id)
            kernel.stock.move(item.id, warehouse.id, Decimal(random.randint(50, 150)), "opening")


def _fill_customers(company: SageCompany) -> None:
    kernel = company.kernel
    schedule = next(iter(company.schedules))
    columns = shapes()["AR_Customer"].columns
    for division, number, name, level, held in CUSTOMERS:
        customer = kernel.customers.open(
            NewCustomer(code=account_code(division, number), name=name, on_hold=held)
        )
        row = {one.name: one.default or one.empty for one in columns.values()}
        row.update(
            ARDivisionNo=division,
            CustomerNo=number,
            CustomerName=name,
            AddressLine1="1 Main Street",
            City="Irvine",
            State="CA",
            ZipCode="92618",
            CountryCode="USA",
            TermsCode="01",
            TaxSchedule=schedule,
            PriceLevel=level,
            ShipMethod="UPS GROUND",
            SalespersonDivisionNo="00",
            SalespersonNo="0100",
            CustomerStatus="A",
            CreditHold="Y" if held else "N",
            EmailAddress=f"{number.lower()}@example.com",
        )
        customer.extra[SAGE] = row

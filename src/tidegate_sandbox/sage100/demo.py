"""An installation with two companies, ready to trade (contract section 14.7)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from random import Random
from typing import Any

from tidegate_sandbox.erp.bank import Bank
from tidegate_sandbox.erp.company import Company
from tidegate_sandbox.erp.courier import Courier
from tidegate_sandbox.erp.currency import Country, Currency
from tidegate_sandbox.erp.customers import NewCustomer
from tidegate_sandbox.erp.item import ItemGroup, ItemKind, Unit
from tidegate_sandbox.erp.money import rounded
from tidegate_sandbox.erp.nominal import NominalAccount, Target
from tidegate_sandbox.erp.numbering import Numbering
from tidegate_sandbox.erp.opening import item_of, open_stock
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
    ("1050", "Paid otherwise", ""),
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
KINDS: tuple[tuple[ItemKind, str, str], ...] = (
    ("stock", "WF&A", "Goods"),
    ("service", "SERV", "Services and sets"),
)
WAREHOUSES = {"ABC": ("000", "001", "002"), "XYZ": ("000", "100")}
CUSTOMERS = (
    ("00", "WEB0001", "Web sales", "", False),
    ("00", "WANDA01", "Wanda Wholesale", "1", False),
    ("01", "GUS01", "Gus Trading", "2", False),
    ("00", "ONHOLD", "Held Account Ltd", "", True),
)


Goods = tuple[str, str, str, str]
"""ItemCode, name, stock or service, standard price."""


def demo_installation(
    clock: Clock,
    *,
    seats: int | None = 5,
    items: int = 20,
    seed: int = 0,
    more: Sequence[Goods] = (),
    **options: Any,
) -> Installation:
    """An installation with the companies ABC and XYZ. ``more``: further goods; ``options`` are those of :class:`Options`."""
    switches = Options(**options)
    companies = {
        code: demo_company(clock, code, switches, items=items, seed=seed, more=more)
        for code in ("ABC", "XYZ")
    }
    return Installation(companies, switches, seats)


def demo_company(
    clock: Clock,
    code: str,
    options: Options,
    *,
    items: int = 20,
    seed: int = 0,
    more: Sequence[Goods] = (),
    timezone: str = "America/New_York",
) -> SageCompany:
    """One company: items ABC-1 (19.95) and HUB-nnnn, four customers, miscellaneous items, terms, schedules."""
    rules = Rules(
        order_numbers_generated=False,
        tax_rounding="document",
        prices_include_tax=False,
        posting="batch",
        invoice_by_despatch=True,
        update_stock_on_despatch=False,
    )
    kernel = Company(
        clock,
        name=f"Company {code}",
        timezone=timezone,
        rules=rules,
        first_id=10,
        user="tidegate",
        # One counter for all in Sage: a despatch is the invoice that it becomes.
        numbering=Numbering(despatch="1{:06d}", invoice="8{:06d}", credit="9{:06d}"),
    )
    kernel.default_country, kernel.default_tax_code = "US", 0
    company = SageCompany(code, kernel, options)
    kernel.orders.next_number = company.order_number
    company.terms = {"00": 0, "01": 30}
    company.schedules = SCHEDULES.get(code, SCHEDULES["ABC"])
    company.ship_vias = {"UPS GROUND", "UPS BLUE", "PICKUP"}
    company.payment_types = {"WEB", "CHECK"}
    company.misc = {
        "/SHIP": Misc("/SHIP", "Shipping"),
        "/TAX": Misc("/TAX", "Sales tax of the web shop"),
        "/FEE": Misc("/FEE", "Handling fee", "TX", "4905"),
    }
    with kernel.system():
        _set_up(company)
        _fill_items(company, items, more, Random(seed))
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
    for level in ("1", "2"):
        kernel.prices.lists.add(
            new(PriceList, name=level, description=f"Price level {level}", currency_id=currency.id)
        )
    for name in sorted(company.ship_vias):
        kernel.couriers.add(new(Courier, name=name, tracking_url="https://carrier.example/{0}"))


def _fill_items(company: SageCompany, count: int, more: Sequence[Goods], random: Random) -> None:
    kernel = company.kernel
    unit = kernel.units.add(kernel.new(Unit, name="EACH"))
    groups = {
        kind: kernel.item_groups.add(
            kernel.new(
                ItemGroup,
                code=code,
                description=description,
                kind=kind,
                unit_id=unit.id,
                stock=Target("1300"),
                revenue=Target("4000"),
                cost_of_sales=Target("5000"),
            )
        )
        for kind, code, description in KINDS
    }
    goods: list[Goods] = [("ABC-1", "Widget A", "stock", "19.95")]
    goods += [
        (f"HUB-{n:04d}", f"Hub Widget {n}", "stock", str(Decimal(10) + Decimal("0.37") * n))
        for n in range(1, count + 1)
    ]
    opening = Decimal("0.00")
    for code, name, kind, amount in (*goods, *more):
        group = groups["stock" if kind == "stock" else "service"]
        opening += _item(company, group, code, name, Decimal(amount), random)
    kernel.ledger.post(
        kernel.today(),
        "stock",
        "OPENING",
        [(Target("1300"), opening, "Opening stock"), (Target("3000"), -opening, "Opening stock")],
        at_once=True,
    )


def _item(
    company: SageCompany, group: ItemGroup, code: str, name: str, amount: Decimal, random: Random
) -> Decimal:
    """Make an item with its prices and stock; the value of that stock."""
    kernel = company.kernel
    item = item_of(
        kernel,
        group,
        code,
        name,
        cost=rounded(amount * Decimal("0.6"), 5),
        extra={
            SAGE: {
                "TaxClass": "TX",
                "PriceCode": "WDG",
                "SalesUnitOfMeasure": "EACH",
                "StandardUnitOfMeasure": "EACH",
                "DefaultWarehouseCode": "000",
                "SaleMethod": "N",
                "ProductType": "F" if group.kind == "stock" else "K",
                "ProductLine": group.code,
            }
        },
    )
    kernel.prices.set(item.id, kernel.prices.standard.id, amount)
    if code.startswith("HUB-"):  # the others cost the same at every level
        level = next(one for one in kernel.prices.lists if one.name == "1")
        kernel.prices.set(item.id, level.id, rounded(amount * Decimal("0.9")))
    if group.kind != "stock":
        return Decimal("0.00")
    return open_stock(kernel, item, ((place.id, 50, 150) for place in kernel.warehouses), random)


def _fill_customers(company: SageCompany) -> None:
    kernel = company.kernel
    schedule = next(iter(company.schedules))
    columns = shapes()["AR_Customer"].columns
    for division, number, name, level, held in CUSTOMERS:
        chosen = next(one for one in kernel.prices.lists if one.name == (level or "Standard"))
        customer = kernel.customers.open(
            NewCustomer(code=account_code(division, number), name=name, on_hold=held, price_list_id=chosen.id)
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
            EmailAddress=f"{name.split()[0].lower()}@example.com",  # as the shop knows them
        )
        customer.extra[SAGE] = row

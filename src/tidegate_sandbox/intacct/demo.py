"""A filled company as the contract's simulator has it: two entities, two warehouses, the chain, terms (§17)."""

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
from tidegate_sandbox.intacct.customer_types import display_name
from tidegate_sandbox.intacct.store import Named, Store
from tidegate_sandbox.intacct.tenant import Tenant

ACCOUNTS = (
    ("1000", "Bank of America", "bank"),
    ("1050", "Undeposited funds", ""),
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
DEFINITIONS = (
    ("order", "Sales Order", "Order", "SO{:04d}"),
    ("despatch", "Shipper", "List", "SHP{:04d}"),
    ("invoice", "Sales Invoice", "Invoice", "INV{:04d}"),
    ("credit", "Sales Return", "Adjustment", "RTN{:04d}"),
)
SUBTOTALS = {"Discount": "4009", "Shipping": "4905", "Handling": "4905", "Sales Tax": "tax"}
CUSTOM = {
    "CUSTOMER": ("MAGENTO_CUSTOMER_ID",),
    "SODOCUMENT/Sales Order": ("MAGENTO_ORDER_ID",),
    "SODOCUMENT/Shipper": ("MAGENTO_ORDER_ID",),
    "SODOCUMENT/Sales Invoice": ("MAGENTO_ORDER_ID",),
    "SODOCUMENTENTRY/Sales Order": ("MAGENTO_LINE_ID",),
}
TERMS = (("Net 30", 30), ("Net 15", 15), ("Due on Receipt", 0))
ENTITIES = (("E100", "Northwind East"), ("E200", "Northwind West"))
LOCATIONS = (("100", "East", "E100"), ("200", "West", "E200"))
JOURNALS = (
    ("GJ", "General Journal"),
    ("SJ", "Sales Journal"),
    ("CRJ", "Cash Receipts Journal"),
    ("IJ", "Inventory Journal"),
)


Goods = tuple[str, str, str, str]
"""ITEMID, name, ITEMTYPE, base price."""


def demo_company(
    clock: Clock, *, seed: int = 0, items: int = 40, more: Sequence[Goods] = (), **options: Any
) -> Company:
    """A company of the kernel, set up as this product has it. ``items``: how many HUB-nnnn there are; ``more``: others."""
    rules = Rules(despatch_services=True, prices_include_tax=False, order_numbers_generated=True)
    numbers = {part: pattern for part, _, _, pattern in DEFINITIONS if part != "order"}
    options.setdefault("name", "Northwind Traders")
    options.setdefault("timezone", "UTC")
    options.setdefault("first_id", 40)
    company = Company(clock, rules=rules, numbering=Numbering(**numbers), user="hub", **options)
    company.orders.number_of = DEFINITIONS[0][3].format
    company.default_country, company.default_tax_code = "US", 1
    with company.system():
        _set_up(company)
        _fill_items(company, items, more, Random(seed))
    return company


def _set_up(company: Company) -> None:
    new = company.new
    for code, name, symbol, rate in (
        ("USD", "US Dollar", "$", "1"),
        ("EUR", "Euro", "€", "0.92"),
        ("GBP", "Pound", "£", "0.787"),
    ):
        company.currencies.add(
            new(
                Currency,
                code=code,
                name=name,
                symbol=symbol,
                rate=Decimal(rate).quantize(Decimal("0.000001")),
                is_base=code == "USD",
            )
        )
    for code, name in (
        ("US", "United States"),
        ("CA", "Canada"),
        ("GB", "United Kingdom"),
        ("DE", "Germany"),
    ):
        company.countries.add(new(Country, code=code, name=name, eu_member=code == "DE"))
    company.tax_codes.add(new(TaxCode, code=0, name="None", rate=Decimal("0.00")))
    company.tax_codes.add(new(TaxCode, code=1, name="Sales tax", rate=Decimal("0.00")))
    for number, name, control in ACCOUNTS:
        account = new(NominalAccount, target=Target(number), name=name, control=control)
        company.nominal_accounts.add(account)
        company.ledger.open_account(account)
    for name, title, location in (("WH1", "Main warehouse", "100"), ("WH2", "West warehouse", "200")):
        company.warehouses.add(new(Warehouse, name=name, description=title)).extra["location"] = location
    home = company.currency(None).id
    lists = company.prices.lists
    lists.add(
        new(PriceList, name="Base price", description="Base prices", currency_id=home, is_standard=True)
    )
    for name in ("Wholesale", "Retailer"):
        lists.add(new(PriceList, name=name, description=f"{name} prices", currency_id=home))
    company.banks.add(new(Bank, code="BOA", name="Bank of America", currency_id=home, target=Target("1000")))
    undeposited = new(
        Bank, code="UNDEPOSITED", name="Undeposited funds", currency_id=home, target=Target("1050")
    )
    undeposited.extra["undeposited"] = True
    company.banks.add(undeposited)
    for courier in ("UPS Ground", "FedEx", "USPS"):
        company.couriers.add(new(Courier, name=courier, tracking_url="https://track.example/{0}"))


def _fill_items(company: Company, count: int, more: Sequence[Goods], random: Random) -> None:
    unit = company.units.add(company.new(Unit, name="Each"))
    groups: dict[str, ItemGroup] = {}
    kinds: tuple[tuple[str, ItemKind, str], ...] = (
        ("GOODS", "stock", "4000"),
        ("SERVICES", "service", "4020"),
    )
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
    rows = [
        ("WIDGET-01", "Widget", "Inventory", "19.90"),
        ("WIDGET-02", "Large widget", "Inventory", "29.90"),
    ]
    rows += [
        (f"HUB-{n:04d}", f"Hub Widget {n}", "Inventory", f"{10 + n * Decimal('0.37'):.2f}")
        for n in range(1, count + 1)
    ]
    rows += [
        ("INSTALL", "Installation", "Non-Inventory", "40.00"),
        ("SUPPORT", "Support", "Non-Inventory (Sales only)", "12.00"),
        ("PACKING", "Packing", "Non-Inventory (Purchase only)", "1.00"),
        ("KIT-1", "Kit", "Kit", "45.00"),
        ("SKIT-1", "Stockable kit", "Stockable Kit", "55.00"),
        *more,
    ]
    opening = sum((_item(company, groups, *row, random) for row in rows), Decimal("0.00"))
    company.ledger.post(
        company.today(),
        "stock",
        "OPENING",
        [(Target("1300"), opening, "Opening stock"), (Target("3000"), -opening, "Opening stock")],
        at_once=True,
    )


def _item(
    company: Company,
    groups: dict[str, ItemGroup],
    code: str,
    name: str,
    kind: str,
    price: str,
    random: Random,
) -> Decimal:
    """Make an item with its prices and stock; the value of that stock."""
    stocked = kind in ("Inventory", "Stockable Kit")
    group, amount = groups["stock" if stocked else "service"], Decimal(price)
    cost = rounded(amount * Decimal("0.6"), 5) if stocked else Decimal("0.00000")
    item = item_of(company, group, code, name, cost=cost)
    item.extra.update({"type": kind, "values": {}, "custom": {}})
    lists = {one.name: one.id for one in company.prices.lists}
    company.prices.set(item.id, company.prices.standard.id, amount)
    company.prices.set(item.id, lists["Wholesale"], rounded(amount * Decimal("0.9")))
    if not stocked:
        return Decimal("0.00")
    held = (
        (company.warehouse(place).id, least, most)
        for place, least, most in (("WH1", 50, 150), ("WH2", 20, 80))
    )
    return open_stock(company, item, held, random)


def fill_store(tenant: Tenant) -> None:
    """What the product keeps beside the kernel: entities, terms, definitions, custom fields; and customers."""
    company, store = tenant.company, tenant.store
    with company.system():
        _records(company, store)
        store.custom_fields = dict(CUSTOM)
        store.more["definitions"] = {part: name for part, name, _, _ in DEFINITIONS}
        store.more["subtotals"] = dict(SUBTOTALS)
        for code, name in (
            ("C-10001", "Contoso"),
            ("C-10002", "Fabrikam"),
            ("C-10003", "Adventure Works"),
            ("WEB", "Web sales"),
        ):
            _customer(tenant, code, name)
        _customer(tenant, "C-ONHOLD", "Held account").on_hold = True
        _customer(tenant, "C-NOCREDIT", "Short of credit").credit_limit = Decimal("50.00")
        wholesale = company.prices.lists.first("name", "Wholesale")
        if wholesale is not None:
            _customer(tenant, "C-WHOLE", "Wholesale customer").price_list_id = wholesale.id


def _records(company: Company, store: Store) -> None:
    def named(name: str, entity: str = "", **values: Any) -> Named:
        return company.new(Named, name=name, values=values, entity=entity)

    for part, name, group, pattern in DEFINITIONS:
        posts = part in ("invoice", "credit")
        store.definitions.add(
            named(
                name,
                DOCCLASS=group,
                PART=part,
                NUMBERING=pattern.format(1),
                DESCRIPTION=name,
                UPDGL="A" if posts else "N",
                UPDINV="Y",
            )
        )
    for name, days in TERMS:
        store.terms.add(named(name, DESCRIPTION=name, DUEDAYS=str(days)))
    for name, title in ENTITIES:
        store.entities.add(named(name, NAME=title, CURRENCY="USD", LEGALNAME=title))
        store.locations.add(named(name, NAME=title))
    for name, title, parent in LOCATIONS:
        store.locations.add(named(name, NAME=title, PARENTID=parent))
    store.departments.add(named("SALES", TITLE="Sales"))
    for name, title in JOURNALS:
        store.journals.add(named(name, TITLE=title))
    store.schedules.add(named("Five percent", DISCOUNTPERCENT=Decimal(5)))


def _customer(tenant: Tenant, code: str, name: str) -> Any:
    company = tenant.company
    customer = company.customers.open(NewCustomer(code=code, name=name))
    contact = display_name(name, code)
    customer.extra.update({"contact": contact, "values": {"TERMNAME": "Net 30"}, "custom": {}, "entity": ""})
    values = {"PRINTAS": name, "COMPANYNAME": name, "EMAIL1": f"{code.lower()}@example.com"}
    tenant.store.contacts.add(company.new(Named, name=contact, values=values))
    return customer

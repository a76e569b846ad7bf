"""A filled company that matches the recorded web shop: its SKUs, prices, warehouses and people."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import Any, Literal

from tidegate_sandbox.erp.bank import Bank, PaymentMethod
from tidegate_sandbox.erp.charge import Charge
from tidegate_sandbox.erp.company import Company
from tidegate_sandbox.erp.courier import Courier
from tidegate_sandbox.erp.currency import Country, Currency
from tidegate_sandbox.erp.customers import NewCustomer
from tidegate_sandbox.erp.item import ItemGroup, ItemKind, Unit
from tidegate_sandbox.erp.money import rounded
from tidegate_sandbox.erp.nominal import Division, NominalAccount, Target
from tidegate_sandbox.erp.opening import item_of, open_stock
from tidegate_sandbox.erp.price import PriceList
from tidegate_sandbox.erp.rules import Rules
from tidegate_sandbox.erp.stamps import Clock
from tidegate_sandbox.erp.tax import TaxCode
from tidegate_sandbox.erp.warehouse import Warehouse

ACCOUNTS = (
    ("1001", "Stock", "stock"),
    ("1100", "Debtors control", "debtors"),
    ("1200", "Bank current account", "bank"),
    ("1210", "Card clearing", ""),
    ("1211", "PayPal clearing", ""),
    ("1212", "Gift card clearing", ""),
    ("1213", "Store credit clearing", ""),
    ("2200", "VAT control", "tax"),
    ("3000", "Capital", "capital"),
    ("4000", "Sales", "sales"),
    ("4009", "Discounts allowed", "discount"),
    ("4010", "Sales: clothing", ""),
    ("4020", "Sales: services", ""),
    ("4905", "Freight recovered", "freight"),
    ("5000", "Cost of sales", "cost_of_sales"),
    ("5200", "Stock adjustments", "adjustments"),
    ("7900", "Rounding differences", "rounding"),
)
COUNTRIES = (
    ("GB", "United Kingdom", False),
    ("US", "United States", False),
    ("DE", "Germany", True),
    ("FR", "France", True),
    ("IE", "Ireland", True),
    ("NL", "Netherlands", True),
    ("ES", "Spain", True),
    ("IT", "Italy", True),
    ("BE", "Belgium", True),
    ("AT", "Austria", True),
    ("CA", "Canada", False),
    ("CH", "Switzerland", False),
)
CURRENCIES = {
    "GBP": ("Pound Sterling", "£"),
    "EUR": ("Euro", "€"),
    "USD": ("US Dollar", "$"),
}
RATES = {
    "GBP": {"GBP": "1", "EUR": "1.17", "USD": "1.27"},
    "USD": {"GBP": "0.787", "EUR": "0.92", "USD": "1"},
    "EUR": {"GBP": "0.855", "EUR": "1", "USD": "1.087"},
}
HOMES = {"GBP": ("GB", "Europe/London"), "USD": ("US", "America/Detroit"), "EUR": ("ES", "Europe/Madrid")}
TAXES = (
    (0, "Zero rated", "0"),
    (1, "Standard rate", "20"),
    (2, "Exempt", "0"),
    (5, "Reduced rate", "5"),
    (6, "US MI", "6"),
)
SPANISH_TAXES = (
    (0, "IVA exento", "0"),
    (1, "IVA general", "21"),
    (2, "IVA reducido", "10"),
    (3, "IVA superreducido", "4"),
)
TRADES = ("Joinery", "Cycles", "Bakery", "Garage", "Books", "Florist", "Optics", "Foods", "Sails", "Press")
TOWNS = ("Leeds", "York", "Bath", "Derby", "Hull", "Truro", "Perth", "Ayr", "Kendal", "Whitby")


def demo_company(
    clock: Clock,
    *,
    seed: int = 0,
    base: Literal["GBP", "USD", "EUR"] = "GBP",
    items: int = 1000,
    rules: Rules | None = None,
    **options: Any,
) -> Company:
    """A company ready to trade.

    ``seed`` decides stock levels; ``base`` the base currency; ``items`` how many HUB-nnnn there are. Further
    options are those of :class:`Company`.
    """
    country, timezone = HOMES[base]
    options.setdefault("timezone", timezone)
    company = Company(clock, rules=rules, **options)
    company.default_country = country
    with company.system():
        _set_up(company, base)
        _fill_items(company, items, Random(seed))
        _fill_customers(company)
    return company


def _set_up(company: Company, base: str) -> None:
    new = company.new
    for code, (name, symbol) in CURRENCIES.items():
        rate = Decimal(RATES[base][code]).quantize(Decimal("0.000001"))
        company.currencies.add(
            new(Currency, code=code, name=name, symbol=symbol, rate=rate, is_base=code == base)
        )
    for code, name, eu_member in COUNTRIES:
        company.countries.add(new(Country, code=code, name=name, eu_member=eu_member))
    for number, title, percent in SPANISH_TAXES if base == "EUR" else TAXES:
        company.tax_codes.add(
            new(TaxCode, code=number, name=title, rate=Decimal(percent).quantize(Decimal("0.01")))
        )
    for reference, name, control in ACCOUNTS:
        account = new(NominalAccount, target=Target(reference), name=name, control=control)
        company.nominal_accounts.add(account)
        company.ledger.open_account(account)
    company.cost_centres.add(new(Division, code="WEB", name="Web shop"))
    company.departments.add(new(Division, code="SAL", name="Sales"))
    for name, description, sells in (
        ("HOME", "Main warehouse", True),
        ("DETROIT", "Detroit", True),
        ("LONDON", "London", True),
    ):
        company.warehouses.add(new(Warehouse, name=name, description=description, sells=sells))
    home = company.currency(None).id
    standard = new(
        PriceList, name="Standard", description="Standard prices", currency_id=home, is_standard=True
    )
    company.prices.lists.add(standard)
    for name, description in (("Wholesale", "Wholesale prices"), ("Retailer", "Retailer prices")):
        company.prices.lists.add(new(PriceList, name=name, description=description, currency_id=home))
    _set_up_money(company, home)
    company.couriers.add(
        new(Courier, name="Royal Mail", tracking_url="https://track.example/{0}", is_default=True)
    )
    company.couriers.add(new(Courier, name="DPD", tracking_url="https://dpd.example/{0}"))


def _set_up_money(company: Company, currency_id: int) -> None:
    new = company.new
    banks = {}
    for code, name, account in (
        ("BANK", "Current account", "1200"),
        ("CARD", "Card clearing", "1210"),
        ("PAYPAL", "PayPal clearing", "1211"),
        ("GIFT", "Gift card clearing", "1212"),
        ("CREDIT", "Store credit clearing", "1213"),
    ):
        banks[code] = company.banks.add(
            new(Bank, code=code, name=name, currency_id=currency_id, target=Target(account))
        )
    for name, description, bank, online in (
        ("CARD", "Card, paid in the web shop", "CARD", False),
        ("PAYPAL", "PayPal", "PAYPAL", False),
        ("BANK", "Bank transfer", "BANK", False),
        ("GIFT", "Gift card", "GIFT", False),
        ("ONLINE", "Online card processing", "CARD", True),
    ):
        company.payment_methods.add(
            new(
                PaymentMethod,
                name=name,
                description=description,
                bank_id=banks[bank].id,
                currency_id=currency_id,
                processes_cards=online,
            )
        )
    tax_code = company.tax_code(None).id
    for code, name, price in (("CARRIAGE", "Carriage", "5.00"), ("HANDLING", "Handling fee", "2.50")):
        company.charges.add(
            new(
                Charge,
                code=code,
                name=name,
                price=Decimal(price),
                target=Target("4905"),
                tax_code_id=tax_code,
            )
        )


def _fill_items(company: Company, count: int, random: Random) -> None:
    unit = company.units.add(company.new(Unit, name="Each"))
    groups: dict[str, ItemGroup] = {}
    kinds: tuple[tuple[str, str, ItemKind, str], ...] = (
        ("WIDGETS", "Widgets", "stock", "4000"),
        ("CLOTHING", "Clothing", "stock", "4010"),
        ("SERVICES", "Services", "service", "4020"),
        ("SETS", "Configurables and sets, not stocked", "misc", "4010"),
    )
    for code, description, kind, revenue in kinds:
        groups[code] = company.item_groups.add(
            company.new(
                ItemGroup,
                code=code,
                description=description,
                kind=kind,
                unit_id=unit.id,
                stock=Target("1001"),
                revenue=Target(revenue),
                cost_of_sales=Target("5000"),
            )
        )
    places = _places(company)
    opening = Decimal("0.00")
    for number in range(1, count + 1):
        price = Decimal(10) + Decimal("0.37") * number
        opening += _item(
            company, places, groups["WIDGETS"], f"HUB-{number:04d}", f"Hub Widget {number}", price, random
        )
    for code, name in (("SHIRT-RED", "Shirt Red"), ("SHIRT-BLUE", "Shirt Blue")):
        opening += _item(company, places, groups["CLOTHING"], code, name, Decimal("25.00"), random)
    for code, name in (("SHIRT", "Shirt"), ("KIT-1", "Kit 1")):
        _item(company, places, groups["SETS"], code, name, Decimal("25.00"), random)
    _item(company, places, groups["SERVICES"], "INSTALL", "Installation", Decimal("40.00"), random)
    if opening:
        company.ledger.post(
            company.today(),
            "stock",
            "OPENING",
            [(Target("1001"), opening, "Opening stock"), (Target("3000"), -opening, "Opening stock")],
            at_once=True,
        )


@dataclass(frozen=True, slots=True)
class _Places:
    """What every item refers to, by id: looked up once for all of them."""

    tax_code: int
    lists: tuple[int, int, int]  #: Standard, Wholesale, Retailer
    warehouses: tuple[int, int, int]  #: HOME, DETROIT, LONDON


def _places(company: Company) -> _Places:
    lists = {one.name: one.id for one in company.prices.lists}
    home, detroit, london = (company.warehouse(name).id for name in ("HOME", "DETROIT", "LONDON"))
    return _Places(
        company.tax_code(None).id,
        (lists["Standard"], lists["Wholesale"], lists["Retailer"]),
        (home, detroit, london),
    )


def _item(
    company: Company,
    places: _Places,
    group: ItemGroup,
    code: str,
    name: str,
    price: Decimal,
    random: Random,
) -> Decimal:
    """Make an item with its prices and stock; the value of that stock."""
    item = item_of(
        company,
        group,
        code,
        name,
        tax_code_id=places.tax_code,
        cost=rounded(price * Decimal("0.6"), 5),
        weight=Decimal("0.5000"),
    )
    standard, wholesale, retailer = places.lists
    company.prices.set(item.id, standard, price)
    company.prices.set(item.id, wholesale, rounded(price * Decimal("0.9")))
    company.prices.set(item.id, retailer, price, uses_standard=True)
    if group.kind != "stock":
        return Decimal("0.00")
    pieces = ((50, 150), (20, 80), (20, 80))
    held = ((place, *between) for place, between in zip(places.warehouses, pieces, strict=True))
    return open_stock(company, item, held, random)


def _fill_customers(company: Company) -> None:
    _account(company, "WEB", "Web sales", "Web", "Shop", "web@example.com")
    _account(company, "WANDA01", "Wanda Wholesale", "Wanda", "Wholesale", "wanda@example.com", "Wholesale")
    _account(company, "GUS01", "Gus Trading", "Gus", "Trader", "gus@example.com")
    held = _account(company, "ONHOLD", "Held Account Ltd", "Olive", "Hold", "onhold@example.com")
    held.on_hold = True
    poor = _account(company, "NOCREDIT", "No Credit Ltd", "Nora", "Credit", "nocredit@example.com")
    poor.credit_limit = Decimal("50.00")
    for number in range(1, 31):
        trade, town = TRADES[(number * 7) % 10], TOWNS[(number * 3) % 10]
        customer = _account(
            company,
            f"TRADE{number:02d}",
            f"{town} {trade} Ltd",
            trade,
            town,
            f"trade{number:02d}@example.com",
            ("Standard", "Wholesale", "Retailer")[number % 3],
        )
        customer.credit_limit = Decimal(1000 * (number % 5)).quantize(Decimal("0.01"))
        customer.address.city = town


def _account(
    company: Company, code: str, name: str, first: str, last: str, email: str, price_list: str = "Standard"
) -> Any:
    chosen = company.prices.lists.first("name", price_list)
    customer = company.customers.open(
        NewCustomer(code=code, name=name, price_list_id=chosen.id if chosen is not None else None)
    )
    contact = company.customers.add_contact(customer, first_name=first, last_name=last)
    company.customers.add_point(contact, "email", email)
    company.customers.add_point(contact, "telephone", "5550100", country_code="44", area_code="113")
    return customer

"""How a filled company begins: a product with its prices and opening stock, an account with a contact."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from random import Random
from typing import Any

from tidegate_sandbox.erp.company import Company
from tidegate_sandbox.erp.customer import Customer
from tidegate_sandbox.erp.customers import NewCustomer
from tidegate_sandbox.erp.item import Item, ItemGroup, ItemKind
from tidegate_sandbox.erp.money import rounded

Goods = tuple[str, str, ItemKind, str]
"""Code, name, kind, base price."""
Place = tuple[str, str, int, int]
"""A warehouse, its title, and between how many pieces of an item it holds."""


def item_of(company: Company, group: ItemGroup, code: str, name: str, **own: Any) -> Item:
    """Make a product of a group: kind, unit and accounts are the group's, the tax code is the company's usual one."""
    inherited = {
        "group_id": group.id,
        "kind": group.kind,
        "tax_code_id": company.tax_code(None).id,
        "unit_id": group.unit_id,
        "stock": group.stock,
        "revenue": group.revenue,
        "cost_of_sales": group.cost_of_sales,
    }
    return company.items.add(company.new(Item, code=code, name=name, **{**inherited, **own}))


def open_stock(company: Company, item: Item, held: Iterable[tuple[int, int, int]], random: Random) -> Decimal:
    """Put a product into warehouses, each by its id with between how many pieces; the value of that stock."""
    pieces = Decimal(0)
    for warehouse, least, most in held:
        company.stock.keep(item.id, warehouse)
        quantity = Decimal(random.randint(least, most))
        company.stock.move(item.id, warehouse, quantity, "opening")
        pieces += quantity
    return rounded(pieces * item.cost)


def open_item(
    company: Company,
    groups: Mapping[ItemKind, ItemGroup],
    goods: Goods,
    lists: tuple[str, str],
    places: Sequence[Place],
    random: Random,
) -> Decimal:
    """Make a product with its prices and stock; the value of that stock.

    `lists` are the list with the base price and the one that has a tenth off.
    """
    code, name, kind, price = goods
    group, amount = groups[kind], Decimal(price)
    item = item_of(
        company,
        group,
        code,
        name,
        kind=kind,
        cost=rounded(amount * Decimal("0.6"), 5) if kind == "stock" else Decimal("0.00000"),
        weight=Decimal("0.5000"),
    )
    ids = {one.name: one.id for one in company.prices.lists}
    base, lower = lists
    company.prices.set(item.id, ids[base], amount)
    company.prices.set(item.id, ids[lower], rounded(amount * Decimal("0.9")))
    if kind != "stock":
        return Decimal("0.00")
    held = ((company.warehouse(place).id, least, most) for place, _, least, most in places)
    return open_stock(company, item, held, random)


def open_customer(company: Company, code: str, name: str, email: str = "", **more: Any) -> Customer:
    """An account with a contact that has this e-mail."""
    customer = company.customers.open(NewCustomer(code=code, name=name, **more))
    contact = company.customers.add_contact(customer, first_name=name)
    if email:
        company.customers.add_point(contact, "email", email)
    return customer

"""What the company's own people do: type orders in, open accounts, add products."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from integration.flows.stage import Stage
from tidegate_sandbox.erp.customers import NewCustomer
from tidegate_sandbox.erp.new_order import NewLine, NewOrder


def types_in(stage: Stage, reference: str, *, price: Decimal = Decimal(1), account: str = "WEB") -> str:
    """An order with this customer's order number and, before tax, this total; its number."""
    company = stage.company
    with company.staff():
        line = NewLine(
            kind="item",
            item_id=company.item("HUB-0001").id,
            warehouse_id=company.warehouse("HOME").id,
            quantity=Decimal(1),
            price=price,
            price_overridden=True,
            tax_code_id=company.tax_codes.first("code", 0).id,
            to_allocate=Decimal(0),
        )
        order = company.orders.enter(
            NewOrder(
                customer_id=company.customer(account).id,
                customer_order_no=reference,
                channel="",
                lines=[line],
            )
        )
    return str(order.number)


def opens_account(stage: Stage, account: str, email: str = "") -> None:
    """A customer's account with one contact."""
    company = stage.company
    with company.staff():
        customer = company.customers.open(NewCustomer(code=account, name=f"The customer {account}"))
        if email:
            contact = company.customers.add_contact(customer, first_name="", last_name=account)
            company.customers.add_point(contact, "email", email)


def adds_product(stage: Stage, sku: str) -> None:
    """A product like any other."""
    company = stage.company
    with company.staff():
        item = company.items.add(
            replace(company.item("HUB-0001"), id=company.ids.next(), code=sku, name=sku[:60])
        )
        company.stock.keep(item.id, company.warehouse("HOME").id)


def removes_product(stage: Stage, sku: str) -> None:
    """The product is there no longer under this code."""
    item = stage.company.item(sku)
    item.code = f"OLD-{sku}"
    stage.company.items.reindex(item)


def accounts_with_key(stage: Stage, key: str) -> list[str]:
    """The accounts that carry one of our keys."""
    return [one["code"] for one in stage.company.books()["customers"] if one["key"] == key]

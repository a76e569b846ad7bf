"""What the company's own staff does: type orders in, open accounts, add products."""

from __future__ import annotations

from decimal import Decimal

from integration.flows.stage import Stage


def types_in(stage: Stage, reference: str, *, price: Decimal = Decimal(1), account: str = "WEB") -> str:
    """An order with this customer's order number and, before tax, this total; its number."""
    return str(stage.company.enters(reference, price=price, account=account))


def opens_account(stage: Stage, account: str, email: str = "") -> None:
    """A customer's account with one contact."""
    stage.company.open_account(account, email)


def adds_product(stage: Stage, sku: str) -> None:
    """A product like any other."""
    stage.company.add_product(sku)


def removes_product(stage: Stage, sku: str) -> None:
    """The product is there no longer under this code."""
    stage.company.rename_product(sku, f"OLD-{sku}")


def accounts_with_key(stage: Stage, key: str) -> list[str]:
    """The accounts that carry one of our keys."""
    return [one["code"] for one in stage.company.books()["customers"] if one["key"] == key]

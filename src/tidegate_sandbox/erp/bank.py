"""Bank accounts, and the ways of paying with an order that lead to them."""

from __future__ import annotations

from dataclasses import dataclass

from tidegate_sandbox.erp.nominal import Target
from tidegate_sandbox.erp.record import Record


@dataclass(slots=True, kw_only=True, eq=False)
class Bank(Record):
    """A bank or clearing account; its balance is that of its nominal account."""

    code: str
    name: str
    currency_id: int
    target: Target
    sort_code: str = "00-00-00"
    account_number: str = ""


@dataclass(slots=True, kw_only=True, eq=False)
class PaymentMethod(Record):
    """A way of paying with an order; those that process cards online cannot be declared from outside."""

    name: str
    description: str
    bank_id: int
    currency_id: int
    processes_cards: bool = False

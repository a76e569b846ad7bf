"""Nominal accounts, and the cost centres and departments that split them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from tidegate_sandbox.erp.money import ZERO
from tidegate_sandbox.erp.record import Record


class Target(NamedTuple):
    """Where a value is posted: account, cost centre, department (contract §9.10)."""

    account: str
    cost_centre: str = ""
    department: str = ""


@dataclass(slots=True, kw_only=True, eq=False)
class Division(Record):
    """A cost centre or a department."""

    code: str
    name: str


@dataclass(slots=True, kw_only=True, eq=False)
class NominalAccount(Record):
    """An account of the nominal ledger; a debit balance is positive."""

    target: Target
    name: str
    control: str = ""  #: what the company itself posts here: debtors, tax, stock, sales, ...
    debits: Decimal = ZERO
    credits: Decimal = ZERO

    @property
    def balance(self) -> Decimal:
        """Debits less credits."""
        return self.debits - self.credits

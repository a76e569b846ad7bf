"""Tax codes."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from tidegate_sandbox.erp.record import Record


@dataclass(slots=True, kw_only=True, eq=False)
class TaxCode(Record):
    """A rate of tax in per cent, and the account that what is due is posted to."""

    code: int
    name: str
    rate: Decimal
    account: str = "2200"

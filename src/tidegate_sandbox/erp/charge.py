"""Additional charges of an order, such as carriage."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from tidegate_sandbox.erp.nominal import Target
from tidegate_sandbox.erp.record import Record


@dataclass(slots=True, kw_only=True, eq=False)
class Charge(Record):
    """A charge with its usual price and the account it is posted to."""

    code: str
    name: str
    price: Decimal
    target: Target
    tax_code_id: int

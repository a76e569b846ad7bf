"""A tax that the company works out otherwise than the store, before the order is stored or after: a person's, not a fault."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tidegate_sandbox.checker_tax import taxed_otherwise

BEFORE = "Sage's total is 307.79 (tax 17.42), but the order's total is 307.49 (tax 17.12)"
AFTER = """the company's total of order 0000009 is 307.79, the store's 307.49 USD (difference 0.30)
                            Magento  Sage (tax by schedule,  MI SALES)
net                          290.37  290.37
tax                           17.12  17.42
total after tax              307.49  307.79"""
CENT = Decimal("0.01")


@pytest.mark.parametrize(
    ("reason", "stored", "tolerance", "expected"),
    [
        (BEFORE, None, CENT, True),
        (BEFORE, None, Decimal(1), False),
        (AFTER, {"net": "290.37"}, CENT, True),
        (AFTER, {"net": "290.37"}, Decimal(1), False),
        (AFTER, {"net": "285.37"}, CENT, False),  # goods are missing: no schedule explains that
        (AFTER, None, CENT, False),
        (AFTER.replace("by schedule", "by lines"), {"net": "290.37"}, CENT, False),
        ("the total differs", {"net": "290.37"}, CENT, False),
    ],
)
def test_only_the_same_net_taxed_otherwise_is_excused(
    reason: str, stored: dict[str, Any] | None, tolerance: Decimal, expected: bool
) -> None:
    assert taxed_otherwise(reason, tolerance, stored) is expected

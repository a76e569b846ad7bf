"""What the store shall hold of a company's product: cost, weight, and whether it is sold. Pure.

Source: design, *Who owns what*. Content is never part of it. Weights: 1 lb = 0.45359237 kg exactly
(international pound).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from tidegate.domain.masters.master import ProductRecord
from tidegate.domain.money import plain, quotient, rounded

KILOGRAMS_IN_A_POUND = Decimal("0.45359237")
ON, OFF = "1", "2"  #: Magento's `status`
_DECIMALS = 4

Unit = Literal["kgs", "lbs"]


@dataclass(frozen=True, slots=True)
class ProductRules:
    """Which values are written. `unit` is the store's unit of weight."""

    cost: bool = True
    weight: bool = True
    status: bool = False
    unit: Unit = "kgs"


def product_card(record: ProductRecord, rules: ProductRules, sent: Mapping[str, str]) -> dict[str, str]:
    """Weight and status, as far as they are written; `sent` is what was written to the store before.

    A product is switched on only if it was switched off from here: what a merchant keeps disabled for its
    unfinished texts stays so.
    """
    shown: dict[str, str] = {}
    if rules.weight and record.weight is not None and record.weight > 0:
        kilograms = record.weight
        weight = kilograms if rules.unit == "kgs" else quotient(kilograms, KILOGRAMS_IN_A_POUND)
        shown["weight"] = plain(rounded(weight, _DECIMALS))
    if rules.status:
        if not (record.active and record.sellable):
            shown["status"] = OFF
        elif sent.get("status"):
            shown["status"] = ON
    return shown


def product_cost(record: ProductRecord, rules: ProductRules) -> str:
    """The cost of one piece, "" when it is not written."""
    if not rules.cost or record.cost is None or record.cost <= 0:  # 0: nobody has set it
        return ""
    return plain(rounded(record.cost, _DECIMALS))

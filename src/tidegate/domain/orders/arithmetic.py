"""How an ERP rounds. Each room states its product's rules; the translation calculates with them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class TaxRounding(StrEnum):
    """Where the ERP rounds tax."""

    PER_LINE = "per line"
    PER_RATE = "per rate"  #: tax of the sum of all lines with one code


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """Decimals and rounding points; rounding is half away from zero."""

    price_decimals: int = 5
    discount_decimals: int = 5
    quantity_decimals: int = 5
    money_decimals: int = 2
    tax_rounding: TaxRounding = TaxRounding.PER_LINE

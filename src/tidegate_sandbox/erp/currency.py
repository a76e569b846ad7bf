"""Currencies and countries."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from tidegate_sandbox.erp.record import Record


@dataclass(slots=True, kw_only=True, eq=False)
class Currency(Record):
    """A currency; ``rate`` is units of it for one unit of the base currency."""

    code: str
    name: str
    symbol: str
    rate: Decimal = Decimal("1.000000")
    is_base: bool = False


@dataclass(slots=True, kw_only=True, eq=False)
class Country(Record):
    """A country by its two-letter code."""

    code: str
    name: str
    eu_member: bool = False

"""Rounding of money and quantities: decimals only, half away from zero."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

ZERO = Decimal("0.00")
_STEP = tuple(Decimal(1).scaleb(-places) for places in range(10))


def rounded(value: Decimal, places: int = 2) -> Decimal:
    """``value`` to so many decimal places, a half going away from zero (contract §9.6, A)."""
    return value.quantize(_STEP[places], ROUND_HALF_UP)


def percent_of(value: Decimal, percent: Decimal, places: int = 2) -> Decimal:
    """``percent`` per cent of ``value``, rounded."""
    return rounded(value * percent / 100, places)

"""Exact decimal arithmetic for money: no float, no silent rounding.

Amounts are major units (pounds, dollars). Rounding is half away from zero, as Magento (PHP `round`)
and Sage's products do it by themselves (`docs/algorithms/order-totals.md`).
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Context, Decimal, Inexact, InvalidOperation, Overflow

ZERO = Decimal(0)

# A separate context keeps money exact whatever another library does to the thread's context.
# 60 digits hold any quantity times any price; a sum that would not fit raises instead of rounding.
_EXACT = Context(prec=60, rounding=ROUND_HALF_UP, traps=[Inexact, InvalidOperation, Overflow])
_ROUNDING = Context(prec=60, rounding=ROUND_HALF_UP, traps=[InvalidOperation, Overflow])


def parse(value: object) -> Decimal:
    """`value` (Decimal, int or numeric text) as a decimal.

    Raises TypeError for float and bool, because a float has already lost the cents that were sent,
    and ValueError for text that is not a finite number.
    """
    if isinstance(value, Decimal):
        number = value
    elif isinstance(value, bool) or not isinstance(value, int | str):
        raise TypeError(f"an amount is never read from {type(value).__name__}: {value!r}")
    else:
        try:
            number = Decimal(value.strip() if isinstance(value, str) else value)
        except InvalidOperation:
            raise ValueError(f"not a number: {value!r}") from None
    if not number.is_finite():
        raise ValueError(f"not a finite number: {value!r}")
    return number


def rounded(value: Decimal, decimals: int) -> Decimal:
    """`value` rounded to a number of decimals, half away from zero: 0.005 -> 0.01, -0.005 -> -0.01."""
    # `plus` turns -0.00 into 0.00, which would otherwise be shown to people.
    return _ROUNDING.plus(value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP, _ROUNDING))


def floored(value: Decimal, decimals: int) -> Decimal:
    """`value` rounded down to a number of decimals."""
    return _ROUNDING.plus(value.quantize(Decimal(1).scaleb(-decimals), ROUND_FLOOR, _ROUNDING))


def total(values: Iterable[Decimal]) -> Decimal:
    """The exact sum; the empty sum is 0."""
    result = ZERO
    for value in values:
        result = _EXACT.add(result, value)
    return result


def product(left: Decimal, right: Decimal) -> Decimal:
    """The exact product."""
    return _EXACT.multiply(left, right)


def quotient(amount: Decimal, by: Decimal) -> Decimal:
    """`amount / by` to 60 digits; round it before use."""
    return _ROUNDING.divide(amount, by)


def scaled(amount: Decimal, ratio: Decimal) -> Decimal:
    """`amount` times a `quotient`, at 40 decimals, so that a third of three is one; round it before use."""
    return rounded(_ROUNDING.multiply(amount, ratio), 40)


def plain(value: Decimal) -> str:
    """The number in plain digits, without exponent or trailing zeros: 1E+2 -> `100`, 2.50 -> `2.5`."""
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def shown(value: Decimal) -> str:
    """The number for display: at least two decimals, more when it has more."""
    text = plain(value)
    whole, _, fraction = text.partition(".")
    return f"{whole}.{fraction.ljust(2, '0')}"

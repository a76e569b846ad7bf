"""What an ERP makes of the lines it is sent: its own arithmetic, as it says of itself.

`line = round(quantity × (unit price − unit discount))`, tax on the line or on all lines of one code
and rate, half away from zero. Source: the room's `OrderWriting.arithmetic`, from its product's documentation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from tidegate.domain.money import ZERO, product, rounded, total
from tidegate.domain.orders.arithmetic import Arithmetic, TaxRounding


@dataclass(frozen=True, slots=True)
class Taxed:
    """The net of one line and how it is taxed.

    `rate` is in percent; None = the rate is not stated, then Magento's own tax is `given`.
    """

    net: Decimal
    code: str
    rate: Decimal | None
    given: Decimal = ZERO


def line_net(
    quantity: Decimal, unit_price: Decimal, unit_discount: Decimal, arithmetic: Arithmetic
) -> Decimal:
    """The net that the ERP calculates for one line."""
    return rounded(product(quantity, unit_price - unit_discount), arithmetic.money_decimals)


def taxes(lines: Sequence[Taxed], arithmetic: Arithmetic) -> list[Decimal]:
    """The tax of each line; their sum is the tax of the document.

    Where the ERP rounds per rate, the difference to the rounded lines is shown on the largest line
    of that rate, so that lines and document still agree.
    """
    each = [_tax(line.net, line, arithmetic) for line in lines]
    if arithmetic.tax_rounding is TaxRounding.PER_LINE:
        return each
    groups: dict[tuple[str, Decimal], list[int]] = {}
    for index, line in enumerate(lines):
        if line.rate is not None:
            groups.setdefault((line.code, line.rate), []).append(index)
    for members in groups.values():
        net = total(lines[index].net for index in members)
        whole = _tax(net, lines[members[0]], arithmetic)
        largest = max(members, key=lambda index: abs(lines[index].net))
        each[largest] += whole - total(each[index] for index in members)
    return each


def _tax(net: Decimal, line: Taxed, arithmetic: Arithmetic) -> Decimal:
    if line.rate is None:
        return rounded(line.given, arithmetic.money_decimals)
    return rounded(product(net, line.rate).scaleb(-2), arithmetic.money_decimals)

"""An ERP's arithmetic, written a second time: in fractions, sharing nothing with the translation.

It reads what an ERP would be sent (quantity, unit price, unit discount, tax code) and nothing that
the translation says it expects. Source: `contracts/sage200/README.md` §9.6.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction

from tidegate.domain.orders.arithmetic import Arithmetic, TaxRounding
from tidegate.domain.orders.sales_order import LineKind, SalesLine


def cents(value: Fraction) -> int:
    """Half away from zero, in hundredths."""
    scaled = abs(value) * 100
    whole = int(scaled + Fraction(1, 2))
    return whole if value >= 0 else -whole


def net_cents(line: SalesLine) -> int:
    return cents(Fraction(line.quantity) * (Fraction(line.unit_price) - Fraction(line.unit_discount)))


def tax_cents(nets: Iterable[tuple[str, int]], rates: Mapping[str, Decimal], arithmetic: Arithmetic) -> int:
    """The tax of (code, net in cents), in cents."""
    if arithmetic.tax_rounding is TaxRounding.PER_LINE:
        return sum(cents(Fraction(net, 100) * Fraction(rates[code]) / 100) for code, net in nets)
    by_code: dict[str, int] = defaultdict(int)
    for code, net in nets:
        by_code[code] += net
    return sum(cents(Fraction(net, 100) * Fraction(rates[code]) / 100) for code, net in by_code.items())


def gross_cents(lines: Iterable[SalesLine], rates: Mapping[str, Decimal], arithmetic: Arithmetic) -> int:
    """What the ERP arrives at after tax, in cents."""
    nets = [(line.tax_code, net_cents(line)) for line in lines if line.kind is not LineKind.COMMENT]
    return sum(net for _, net in nets) + tax_cents(nets, rates, arithmetic)


def fits(line: SalesLine, arithmetic: Arithmetic) -> bool:
    """Whether the ERP can store the line's figures without rounding them itself."""
    return all(
        value == round(value, decimals)
        for value, decimals in (
            (line.quantity, arithmetic.quantity_decimals),
            (line.unit_price, arithmetic.price_decimals),
            (line.unit_discount, arithmetic.discount_decimals),
        )
    )

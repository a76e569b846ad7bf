"""The amounts of an order, reckoned as Magento does: taxed on the total, the rounding carried on by line.

The rules were found in the recorded orders and give them back to the cent (points 2 to 5). Everything is done
twice, once in the base currency of the website and once in the currency of the order: neither is the other's
conversion. Of each tax rate the part lost in rounding goes on to the next line, and last to the shipping.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from tidegate_sandbox.magento.figure import HUNDRED, ZERO, cents

_SMALL = Decimal("0.000001")
"""Magento starts the carried part with this, so that a half goes up."""


@dataclass(frozen=True)
class TaxRate:
    """A tax: its code (also its title) and its percentage."""

    code: str
    percent: Decimal


@dataclass(frozen=True)
class Priced:
    """What a line asks for: quantity, price in base currency, taxes.

    ``store_percent`` is the tax within the price, where prices include it: that of the shop's own place.
    """

    quantity: int
    price: Decimal
    rates: tuple[TaxRate, ...]
    store_percent: Decimal = ZERO

    @property
    def percent(self) -> Decimal:
        """All taxes together."""
        return sum((rate.percent for rate in self.rates), ZERO)


@dataclass(frozen=True)
class Terms:
    """What holds for the whole order.

    ``inclusive``: prices include tax. ``shipping`` is in base currency, ``to_order`` the rate from there to
    the order's currency.
    """

    inclusive: bool = False
    discount_percent: Decimal = ZERO
    shipping: Decimal = ZERO
    shipping_rates: tuple[TaxRate, ...] = ()
    shipping_store_percent: Decimal = ZERO
    shipping_discount_percent: Decimal = ZERO
    to_order: Decimal = Decimal(1)


@dataclass(frozen=True)
class Amounts:
    """The amounts of one line or of the shipping. ``row_total`` is before discount, ``taxes`` by code."""

    price: Decimal
    price_incl_tax: Decimal
    row_total: Decimal
    row_total_incl_tax: Decimal
    tax: Decimal
    taxes: dict[str, Decimal]
    discount: Decimal
    compensation: Decimal


@dataclass(frozen=True)
class Totals:
    """The amounts of a whole order in one currency."""

    lines: tuple[Amounts, ...]
    shipping: Amounts

    @property
    def subtotal(self) -> Decimal:
        """The lines before discount, without tax."""
        return sum((line.row_total for line in self.lines), ZERO)

    @property
    def subtotal_incl_tax(self) -> Decimal:
        """The lines before discount, with tax."""
        return sum((line.row_total_incl_tax for line in self.lines), ZERO)

    @property
    def discount(self) -> Decimal:
        """All discounts, that of the shipping included; positive."""
        return sum((line.discount for line in self.lines), self.shipping.discount)

    @property
    def compensation(self) -> Decimal:
        """The tax contained in the discounts of the lines."""
        return sum((line.compensation for line in self.lines), ZERO)

    @property
    def tax(self) -> Decimal:
        """All tax, that of the shipping included."""
        return sum((line.tax for line in self.lines), self.shipping.tax)

    @property
    def grand_total(self) -> Decimal:
        """What the customer pays."""
        goods = self.subtotal - self.discount + self.compensation
        return goods + self.shipping.row_total + self.shipping.compensation + self.tax


class _Carry:
    """Rounds to cents and carries what was lost to the next amount under the same key."""

    def __init__(self, start: Decimal) -> None:
        self._start = start
        self._lost: dict[str, Decimal] = {}

    def round(self, value: Decimal, key: str) -> Decimal:
        if not value:
            return ZERO
        value += self._lost.get(key, self._start)
        rounded = cents(value)
        self._lost[key] = value - rounded
        return rounded


@dataclass(frozen=True)
class _Basis:
    """A line before discount: the prices, the row without and with tax, and the tax between them."""

    line: Priced
    price: Decimal
    price_incl_tax: Decimal
    row: Decimal
    row_incl_tax: Decimal


def totals(lines: list[Priced], terms: Terms, *, in_order_currency: bool) -> Totals:
    """All amounts of an order in one of its two currencies."""
    rate = terms.to_order if in_order_currency else Decimal(1)
    before, after, discounts = _Carry(_SMALL), _Carry(_SMALL), _Carry(ZERO)
    basis = _inclusive if terms.inclusive else _exclusive
    rows = [basis(cents(line.price * rate), line, before) for line in lines]
    fee = Priced(1, terms.shipping, terms.shipping_rates, terms.shipping_store_percent)
    shipping = basis(cents(terms.shipping * rate), fee, before)
    found = []
    for row in rows:
        share = row.price * row.line.quantity * terms.discount_percent / HUNDRED
        discount = discounts.round(share, str(terms.discount_percent))
        found.append(_discounted(row, terms, discount, after))
    less = cents(shipping.row * terms.shipping_discount_percent / HUNDRED)
    return Totals(tuple(found), _discounted(shipping, terms, less, after))


def _exclusive(unit: Decimal, line: Priced, before: _Carry) -> _Basis:
    row = unit * line.quantity
    tax = sum((before.round(row * rate.percent / HUNDRED, rate.code) for rate in line.rates), ZERO)
    return _Basis(line, unit, cents((row + tax) / line.quantity), row, row + tax)


def _inclusive(unit: Decimal, line: Priced, before: _Carry) -> _Basis:
    percent = line.percent
    if percent != line.store_percent:
        net = unit - _contained(unit, line.store_percent)
        unit = cents(net + net * percent / HUNDRED)
    row_incl = unit * line.quantity
    row = row_incl - before.round(_contained(row_incl, percent), str(percent))
    return _Basis(line, cents(row / line.quantity), unit, row, row_incl)


def _contained(amount: Decimal, percent: Decimal) -> Decimal:
    return amount * percent / (HUNDRED + percent)


def _discounted(basis: _Basis, terms: Terms, discount: Decimal, after: _Carry) -> Amounts:
    line = basis.line
    if terms.inclusive:
        taxable = max(basis.row_incl_tax - discount, ZERO)
        tax = after.round(_contained(taxable, line.percent), str(line.percent))
        taxes = _split(tax, line)
        compensation = basis.row_incl_tax - basis.row - tax
    else:
        taxable = max(basis.row - discount, ZERO)
        taxes = {rate.code: after.round(taxable * rate.percent / HUNDRED, rate.code) for rate in line.rates}
        tax, compensation = sum(taxes.values(), ZERO), ZERO
    return Amounts(
        basis.price,
        basis.price_incl_tax,
        basis.row,
        basis.row_incl_tax,
        tax,
        taxes,
        discount,
        compensation,
    )


def _split(tax: Decimal, line: Priced) -> dict[str, Decimal]:
    """The tax of a line by code; the last code takes what rounding leaves."""
    taxes: dict[str, Decimal] = {}
    left = tax
    for rate in line.rates[:-1]:
        taxes[rate.code] = cents(tax * rate.percent / line.percent) if line.percent else ZERO
        left -= taxes[rate.code]
    if line.rates:
        taxes[line.rates[-1].code] = left
    return taxes

"""The amounts of a store's order that a credit memo gives back, and what Magento makes of them.

Magento parts the amounts of each item by pieces, rounds to cents and carries what rounding took on to the
next; the last pieces of an item take what is left of it. Source: Magento's published source
(`Sales/Model/Order/Creditmemo/Total`), which gives the recorded credit memos to the cent.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from tidegate.domain.money import ZERO, product, quotient, rounded, scaled, total

CENTS = 2


@dataclass(frozen=True, slots=True)
class ItemAmounts:
    """What of one item is invoiced and not refunded, in one currency; `discount` is positive."""

    row: Decimal = ZERO
    discount: Decimal = ZERO
    tax: Decimal = ZERO
    compensation: Decimal = ZERO  #: tax on the discount, which Magento keeps apart


@dataclass(frozen=True, slots=True)
class Carriage:
    """The shipping of an order in one currency: the whole, and what is not refunded yet."""

    net: Decimal = ZERO
    tax: Decimal = ZERO
    gross: Decimal = ZERO  #: Magento's own figure, before the discount
    discount: Decimal = ZERO
    compensation: Decimal = ZERO
    net_left: Decimal = ZERO
    tax_left: Decimal = ZERO
    gross_left: Decimal = ZERO

    def part(self, ratio: Decimal | None) -> Decimal:
        """What a memo gives back of it, with tax: this part of the whole; None is all that is left."""
        if ratio is not None:
            parts = (self.net, self.tax, self.compensation, -self.discount)
            return total(rounded(scaled(each, ratio), CENTS) for each in parts)
        if self.net_left == self.net:
            return self.net + self.tax_left + self.compensation - self.discount
        left = quotient(self.net_left, self.net) if self.net else ZERO
        return self.net_left + self.tax_left - rounded(scaled(self.discount, left), CENTS)

    @property
    def taxed(self) -> bool:
        """Whether an amount with tax is another than one without."""
        return self.gross != self.net


@dataclass(frozen=True, slots=True)
class Side:
    """An order in one of its two currencies."""

    currency: str = ""
    carriage: Carriage = Carriage()
    tax_left: Decimal = ZERO  #: invoiced and not refunded, shipping's included
    other: Decimal = ZERO  #: of the grand total, what is in none of Magento's own figures


@dataclass(frozen=True, slots=True)
class MemoLine:
    """Some of the pieces of one item that may be refunded."""

    amounts: ItemAmounts
    quantity: Decimal
    available: Decimal


def memo_total(lines: Iterable[MemoLine], side: Side, ratio: Decimal | None, *, last: bool) -> Decimal:
    """The total with tax of a credit memo, before adjustments.

    `ratio` is the part of the whole shipping that goes back, None all that is left. With the `last` pieces
    goes whatever is left of the tax, unless taxed shipping stays behind.
    """
    parted, shares = list(lines), _Shares()
    rows = [shares.part(each.amounts.row, each) for each in parted]
    discounts = [shares.part(each.amounts.discount, each, negative=True) for each in parted]
    taxes, compensations = [], []
    for each in parted:
        taxes.append(shares.part(each.amounts.tax, each))
        compensations.append(shares.part(each.amounts.compensation, each))
    goods = total(rows) - total(discounts) + total(compensations)
    shipping = side.carriage.part(ratio)
    if last and (ratio is None or not side.carriage.tax):
        shipping_tax = side.carriage.tax_left if ratio is None else ZERO
        return goods + side.tax_left + shipping - shipping_tax
    return goods + total(taxes) + shipping


class _Shares:
    """Parts amounts of one memo, and carries what rounding left."""

    def __init__(self) -> None:
        self._carried = ZERO

    def part(self, left: Decimal, line: MemoLine, *, negative: bool = False) -> Decimal:
        """What the line's pieces have of an amount. `negative`: it is taken away from the memo."""
        if line.quantity == line.available or not left:
            return left if line.quantity == line.available else ZERO
        sign = -1 if negative else 1
        exact = quotient(product(left, line.quantity), line.available) + self._carried * sign
        share = rounded(exact, CENTS)
        self._carried = (exact - share) * sign
        return share

"""Amounts of invoices and credit memos: what a document has of its lines' amounts, and what they come to.

Magento parts a line's amounts by pieces, rounds, and gives what rounding took to the next line; this follows
its published source.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from tidegate_sandbox.magento.figure import ZERO, Number, cents, figure
from tidegate_sandbox.magento.order import Row

SIDES: Final = ("base_", "")
"""Every amount is kept in the website's base currency and in the order's (point 5)."""
PARTS: Final = ("discount", "tax", "discount_tax_compensation")
LINE: Final = ("name", "sku", "product_id", "price", "price_incl_tax", "base_price", "base_price_incl_tax")
"""What a line of a document repeats of the order's."""
HEAD: Final = (
    "base_currency_code",
    "base_to_global_rate",
    "base_to_order_rate",
    "discount_description",
    "global_currency_code",
    "order_currency_code",
    "store_currency_code",
    "store_to_base_rate",
    "store_to_order_rate",
)
"""What a document repeats of its order."""


@dataclass(frozen=True)
class DocumentLine:
    """A line of a document being made: ``quantity`` of the ``available`` pieces of an order's item."""

    item: Row
    quantity: Decimal
    available: Decimal
    row: Row


class Shares:
    """Parts amounts for one document. Each side (``base_`` and order currency) rounds for itself."""

    def __init__(self) -> None:
        self._carried: dict[str, Decimal] = {}

    def part(
        self, side: str, left: Decimal, available: Decimal, quantity: Decimal, *, negative: bool = False
    ) -> Decimal:
        """What ``quantity`` of ``available`` pieces have of ``left``; all of it where it is all of them.

        ``negative``: the amount is taken away from the document, so that the rest is carried the other way.
        """
        if quantity == available:
            return left
        exact = left / available * quantity
        if not exact:
            return ZERO
        sign = -1 if negative else 1
        exact += self._carried.get(side, ZERO) * sign
        rounded = cents(exact)
        self._carried[side] = (exact - rounded) * sign
        return rounded


def part(lines: list[DocumentLine], left: Callable[[Row, str, str], Decimal], *, untaxed: bool) -> None:
    """Write to each line its amounts, in Magento's order: first all rows, then discounts, then taxes.

    ``left(item, side, part)``: what is left of a part of an item's amounts. A line without discount has no
    column of it; one without tax only if ``untaxed`` lines are to have one.
    """
    shares = Shares()
    for line in lines:
        for side in SIDES:
            whole = Decimal(line.item.get(f"{side}price_incl_tax", 0))
            line.row[f"{side}row_total"] = figure(
                shares.part(side, left(line.item, side, "row"), line.available, line.quantity)
            )
            line.row[f"{side}row_total_incl_tax"] = figure(whole * line.quantity)
    for parts in (("discount",), ("tax", "discount_tax_compensation")):
        for line in lines:
            shown = "tax" in parts and untaxed
            for side, name in ((side, name) for name in parts for side in SIDES):
                share = shares.part(
                    side,
                    left(line.item, side, name),
                    line.available,
                    line.quantity,
                    negative=name == "discount",
                )
                if shown or any(line.item.get(f"{side}{other}_amount") for other in parts):
                    line.row[f"{side}{name}_amount"] = figure(share)


def total(rows: list[Row], key: str) -> Decimal:
    """The sum of a column; a row without it has none."""
    return sum((Decimal(row.get(key, 0)) for row in rows), ZERO)


def plus(row: Row, key: str, amount: Number | None) -> Number:
    """The column's value and ``amount`` together; None is 0 for both."""
    return figure(Decimal(row.get(key) or 0) + (amount or 0))

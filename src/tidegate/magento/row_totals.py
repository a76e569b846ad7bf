"""`row_total` before discount: how versions of Magento without `ChangeOutputArray` tell it.

In REST it stands after discount (contract point 2); in old versions, and where an extension undoes the
change, before. The order's `subtotal` is before discount in all of them, so it tells which of the two it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Protocol

from tidegate.magento.wire import Amount

ZERO = Decimal(0)
CENT = Decimal("0.01")


class Row(Protocol):
    """An item's amounts in both currencies, as the store gave them."""

    row_total: Amount
    row_total_incl_tax: Amount
    discount_amount: Amount
    base_row_total: Amount
    base_row_total_incl_tax: Amount
    base_discount_amount: Amount


class Subtotals(Protocol):
    """What the items of an order come to before discount."""

    subtotal: Amount
    base_subtotal: Amount


def after_discount(wire: Subtotals, items: Sequence[Row]) -> None:
    """Take the discount off the lines' `row_total` where the store has not. `items` are those that count."""
    if _before(wire.subtotal, [(item.row_total, item.discount_amount) for item in items]):
        for item in items:
            given = item.discount_amount or ZERO
            item.row_total = (item.row_total or ZERO) - given
            item.row_total_incl_tax = (item.row_total_incl_tax or ZERO) - given
    if _before(wire.base_subtotal, [(item.base_row_total, item.base_discount_amount) for item in items]):
        for item in items:
            given = item.base_discount_amount or ZERO
            item.base_row_total = (item.base_row_total or ZERO) - given
            item.base_row_total_incl_tax = (item.base_row_total_incl_tax or ZERO) - given


def _before(subtotal: Amount, rows: Sequence[tuple[Amount, Amount]]) -> bool:
    """Whether the rows as they stand make the subtotal, and the rows with their discounts do not."""
    given = sum((discount or ZERO for _, discount in rows), ZERO)
    if not subtotal or given <= CENT * len(rows) * 2:
        return False
    as_they_stand = sum((row or ZERO for row, _ in rows), ZERO)
    slack = CENT * len(rows)
    return abs(as_they_stand - subtotal) <= slack < abs(as_they_stand + given - subtotal)

"""The total after tax that the company states for an order, against the order's own."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from tidegate.domain.money import shown, total
from tidegate.domain.orders.expressed import Tax
from tidegate.domain.orders.sales_order import LineKind, SalesLine, SalesOrder


def agrees(order: SalesOrder, stated: Decimal, tolerance: Decimal) -> bool:
    """Whether the company's total is the order's, but for what rounding explains.

    A difference that is exactly shipping or an amount with a name of its own is not rounding, however small:
    that amount is missing there, or is there twice.
    """
    difference = abs(stated - order.gross)
    return difference == 0 or (difference <= tolerance and difference not in set(_named_amounts(order)))


def _named_amounts(order: SalesOrder) -> Iterator[Decimal]:
    lines: list[SalesLine] = [each for each in order.lines if each.extra or each.kind is LineKind.CHARGE]
    for each in [*lines, order.shipping] if order.shipping is not None else lines:
        if each.item_id is None and each.net != order.rounding:
            yield abs(each.net)
            yield abs(each.net + each.tax)


def both_calculations(order: SalesOrder, stated: Decimal, tax: Tax) -> str:
    """The order's figures beside the company's, for who must decide.

    The company states its total after tax only; its tax is that total less the order's net.
    """
    where = f", {order.tax_group} {order.tax_schedule}".rstrip() if tax is Tax.BY_SCHEDULE else ""
    rows = [("", "Magento", f"Sage (tax {tax}{where})")]
    rows += [("net", shown(order.net), shown(order.net))]
    rows += [("tax", shown(order.tax), shown(stated - order.net))]
    rows += [("total after tax", shown(order.gross), shown(stated))]
    taxed = [each for each in (*order.lines, order.shipping) if each is not None and each.tax]
    rows += [
        (f"  {each.code or each.description}", f"{shown(each.net)} + {shown(each.tax)}", "") for each in taxed
    ]
    rows += [("  sum of these taxes", shown(total(each.tax for each in taxed)), "")]
    first, second = (max(len(row[column]) for row in rows) for column in (0, 1))
    return "\n".join(
        f"{name.ljust(first)}  {ours.rjust(second)}  {theirs}".rstrip() for name, ours, theirs in rows
    )

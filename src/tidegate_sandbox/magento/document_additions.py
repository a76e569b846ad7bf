"""What invoices and credit memos have besides goods, shipping and tax.

Fixed product tax goes by pieces, as Magento's published source parts it. Gift cards, store credit and reward
points are taken off the first invoice, as far as it goes, then off the next one; wrapping and fees are whole on
the first (A: Adobe Commerce is not recorded). An invoice's lines do not tell their fixed product tax, a credit
memo's do (`openapi-2.4.6.json`). Assumed: a credit memo gives back fixed product tax alone.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal

from tidegate_sandbox.magento.additions import COMMERCE
from tidegate_sandbox.magento.amount import SIDES
from tidegate_sandbox.magento.figure import ZERO, figure
from tidegate_sandbox.magento.order import Order, Row


def enter_invoice(
    order: Order, made: Row, lines: Sequence[tuple[Row, Decimal]], earlier: Sequence[Row]
) -> None:
    """Add to an invoice's total what it has besides, and the fields that tell it."""
    charged = dict.fromkeys(SIDES, ZERO)
    extension: Row = {}
    for side in SIDES:
        charged[side] += sum((fixed_tax(item, side, quantity) for item, quantity in lines), ZERO)
    if not earlier:
        for name, (twin, lowers) in COMMERCE.items():
            if name in order.extension and not lowers:
                for side, key in zip(SIDES, (twin, name), strict=True):
                    extension[key] = order.extension[key]
                    charged[side] += Decimal(order.extension[key])
        if fees := order.extension.get("custom_fees"):
            extension["custom_fees"] = fees
            for side in SIDES:
                charged[side] += sum((Decimal(fee[f"{side}amount"]) for fee in fees), ZERO)
        for name in order.fees:
            for side in SIDES:
                made[side + name] = order.row[side + name]
                charged[side] += Decimal(order.row[side + name])
    for side in SIDES:
        made[f"{side}grand_total"] = figure(Decimal(made[f"{side}grand_total"]) + charged[side])
    _pay(order, made, extension, earlier)
    if extension:
        made["extension_attributes"] = extension


def _pay(order: Order, made: Row, extension: Row, earlier: Sequence[Row]) -> None:
    """Take off what gift cards and the like have paid and no earlier invoice has taken off."""
    for name, (twin, lowers) in COMMERCE.items():
        if name not in order.extension or not lowers:
            continue
        for side, key in zip(SIDES, (twin, name), strict=True):
            taken = (Decimal(each.get("extension_attributes", {}).get(key, 0)) for each in earlier)
            there = Decimal(made[f"{side}grand_total"])
            part = min(Decimal(order.extension[key]) - sum(taken, ZERO), there)
            extension[key] = figure(part)
            made[f"{side}grand_total"] = figure(there - part)


def enter_memo(made: Row, lines: Sequence[tuple[Row, Decimal]], rows: Sequence[Row]) -> None:
    """Add to a credit memo's total the fixed product tax of its pieces, and to its lines what tells it."""
    for side in SIDES:
        key = "base_weee_tax_applied_row_amnt" if side else "weee_tax_applied_row_amount"
        for (item, quantity), row in zip(lines, rows, strict=True):
            if amount := fixed_tax(item, side, quantity):
                row[key], row[f"{side}weee_tax_applied_amount"] = figure(amount), figure(amount / quantity)
                made[f"{side}grand_total"] = figure(Decimal(made[f"{side}grand_total"]) + amount)


def fixed_tax_invoiced(item: Row, quantity: Decimal) -> str:
    """What an order's line says of its fixed product tax once so many pieces more are invoiced.

    An invoice adds its amounts to every entry (Magento's published source) and makes an empty list of none.
    """
    entries = json.loads(item.get("weee_tax_applied") or "[]", parse_float=Decimal)
    for entry in entries if quantity else ():
        for side in SIDES:
            key = f"{side}weee_amount_invoiced"
            entry[key] = str(Decimal(entry.get(key, 0)) + fixed_tax(item, side, quantity))
    return json.dumps(entries, default=str)


def fixed_tax(item: Row, side: str, quantity: Decimal) -> Decimal:
    """Of so many pieces of an order's line."""
    return Decimal(item.get(f"{side}weee_tax_applied_amount") or 0) * quantity

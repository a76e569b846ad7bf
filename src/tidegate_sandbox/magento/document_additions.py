"""What invoices and credit memos have besides goods, shipping and tax.

Fixed product tax goes by pieces, as Magento's published source parts it. Gift cards, store credit and reward
points are taken off the first invoice, as far as it goes, then off the next one; wrapping and fees are whole on
the first (A: Adobe Commerce is not recorded). An invoice's lines do not tell their fixed product tax, a credit
memo's do (`openapi-2.4.6.json`). A credit memo goes the same way back: first to gift cards, store credit and reward
points, as much as the invoices took off and no earlier memo gave back, and only then money; the wrapping of the
whole order is on the first one (A: Adobe's published source). The order's extension attributes tell what went back
to gift cards and store credit, not to reward points. Assumed: a memo gives back no fee of another kind.
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


def enter_memo(
    order: Order,
    made: Row,
    lines: Sequence[tuple[Row, Decimal]],
    rows: Sequence[Row],
    invoices: Sequence[Row],
    earlier: Sequence[Row],
) -> None:
    """Add to a credit memo's total what it has besides, and to it and its lines the fields that tell it."""
    _fixed_tax_of_memo(made, lines, rows)
    extension: Row = {}
    for name, (twin, lowers) in COMMERCE.items():
        sides = list(zip(SIDES, (twin, name), strict=True))
        if name not in order.extension:
            continue
        for side, key in sides:
            left = _there(invoices, key) - _there(earlier, key)
            there = Decimal(made[f"{side}grand_total"])
            amount = max(min(left, there), ZERO) if lowers else left
            if amount:
                extension[key] = figure(amount)
                made[f"{side}grand_total"] = figure(there - amount if lowers else there + amount)
    if extension:
        made["extension_attributes"] = extension


def given_back(made: Row) -> Decimal:
    """What of a credit memo went to gift cards, store credit and reward points, in base currency."""
    extension = made.get("extension_attributes", {})
    return sum((Decimal(extension.get(twin, 0)) for twin, lowers in COMMERCE.values() if lowers), ZERO)


def enter_given_back(order: Order, made: Row) -> None:
    """Write to the order what a credit memo gave back to gift cards and store credit."""
    extension = made.get("extension_attributes", {})
    for name in ("gift_cards_amount", "customer_balance_amount"):
        for key in (name, COMMERCE[name][0]):
            if key in extension:
                refunded = key.replace("_amount", "_refunded")
                order.extension[refunded] = figure(
                    Decimal(order.extension.get(refunded, 0)) + Decimal(extension[key])
                )


def _there(documents: Sequence[Row], key: str) -> Decimal:
    """What an order's documents have of an amount together."""
    return sum((Decimal(each.get("extension_attributes", {}).get(key, 0)) for each in documents), ZERO)


def _fixed_tax_of_memo(made: Row, lines: Sequence[tuple[Row, Decimal]], rows: Sequence[Row]) -> None:
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

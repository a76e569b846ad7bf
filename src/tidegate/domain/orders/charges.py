"""Amounts that are not goods: which kind of order line they become, by what the product accepts.

The room sets the kind for shipping and rounding differences (`Terms.shipping_as`, `rounding_as`); other amounts, and
products that the company does not know, are free text where the product takes any, else a charge or an item
that the configuration names for them. Where none fits, the order waits with the key that is missing.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from tidegate.domain.errors import Code, Failure
from tidegate.domain.missing import together
from tidegate.domain.money import shown
from tidegate.domain.orders.billing_lines import BilledLine
from tidegate.domain.orders.expressed import Charged
from tidegate.domain.orders.mapping import Mapped
from tidegate.domain.orders.order import Order
from tidegate.domain.orders.sales_order import LineKind, SalesLine
from tidegate.domain.orders.terms import Terms

_KINDS = {
    Charged.FREE_TEXT: LineKind.FREE_TEXT,
    Charged.CHARGE_CODE: LineKind.CHARGE,
    Charged.ITEM_LINE: LineKind.GOODS,
    Charged.HEADER_FIELD: LineKind.CHARGE,  # as long as it is calculated; then it leaves the lines
}


def shipping_kind(terms: Terms) -> LineKind:
    """The kind of line that shipping is calculated as."""
    return _KINDS[terms.shipping_as]


def amount_kind(terms: Terms) -> LineKind:
    """The kind of line for an amount that has neither an item nor a charge of its own in the store."""
    kinds = (LineKind.FREE_TEXT, LineKind.CHARGE, LineKind.GOODS)
    return next((kind for kind in kinds if kind in terms.line_kinds), LineKind.FREE_TEXT)


def rounding_line(amount: Decimal, tax_code: str, terms: Terms) -> SalesLine:
    """The rounding difference as a line, where it is one."""
    kind = _KINDS[terms.rounding_as]
    return SalesLine(
        kind=kind,
        code="" if kind is LineKind.FREE_TEXT else terms.rounding_code,
        description="Rounding",
        unit_price=amount,
        tax_code=tax_code,
        account=terms.rounding_account,
        net=amount,
    )


def without_place(order: Order, lines: Sequence[BilledLine], found: Mapped, terms: Terms) -> Failure | None:
    """What the product has no kind of line for, all of it in one failure; None where everything fits."""
    place = f"connections.{terms.connection}"
    missing: list[Failure] = []
    for line in lines:
        if line.source:
            if amount_kind(terms) is not LineKind.FREE_TEXT and not line.code:
                key = f"code in [{place}.amounts.{line.source}]"
                missing.append(_no_place(order, line.name, line.net, f"amount:{line.source}", key))
        elif not line.sku:
            if terms.shipping_as is Charged.ITEM_LINE and not found.shipping.charge:
                method = order.shipping_method or "*"
                key = f'charge in [{place}.shipping."{method}"]'
                missing.append(_no_place(order, line.name, line.net, f"shipping:{method}", key))
        elif (line.sku in terms.text_skus or not line.stocked) and LineKind.FREE_TEXT not in terms.line_kinds:
            key = (
                f"{line.sku} to skus, and take it out of skip_skus, in [{place}]"
                if line.stocked
                else f'bundles = "components" to [{place}]'
            )
            missing.append(_no_place(order, line.sku, line.net, f"line:{line.sku}", key))
    return together(missing)


def rounding_without_code(order: Order, amount: Decimal, terms: Terms) -> Failure | None:
    """The failure of a rounding line that needs a charge or an item, when none is configured."""
    if terms.rounding_as not in (Charged.CHARGE_CODE, Charged.ITEM_LINE) or terms.rounding_code:
        return None
    key = f"code in [connections.{terms.connection}.rounding]"
    return _no_place(order, "Rounding", amount, "rounding:code", key)


def _no_place(order: Order, name: str, amount: Decimal, missing: str, key: str) -> Failure:
    return Failure(
        Code.UNMAPPED_AMOUNT,
        f"Order {order.increment_id} has {name} {shown(amount)}, and this company's Sage product has no "
        f"free-text lines for it. Add {key}.",
        missing=missing,
        sent=False,
        details={"missing": missing, "keys": key},
    )

"""A billed line as lines of the ERP's document."""

from __future__ import annotations

from decimal import Decimal

from tidegate.domain.money import rounded
from tidegate.domain.orders.arithmetic import Arithmetic
from tidegate.domain.orders.billing_lines import BilledLine
from tidegate.domain.orders.charges import amount_kind, shipping_kind
from tidegate.domain.orders.sales_order import LineKind, SalesLine
from tidegate.domain.orders.terms import ShippingTerms, Terms
from tidegate.domain.orders.unit_prices import Priced, one_price, two_prices


def sales_lines(
    line: BilledLine,
    tax_code: str,
    shipping: ShippingTerms,
    terms: Terms,
    arithmetic: Arithmetic,
    *,
    parted: bool,
) -> tuple[SalesLine, ...]:
    """The line as the ERP gets it, without tax yet: one sales line, or two parts at two prices.

    With `parted`, a quantity whose net no single price hits is written as two lines of the same
    item. Shipping becomes a charge with its code and freight account, or what the product has for it
    (`charges`); a text-only SKU, and the part of a bundle that only carries money, become free text.
    """
    if line.source:
        return (_extra(line, tax_code, terms, arithmetic),)
    if not line.sku:
        return (_charge(line, tax_code, shipping, terms, arithmetic),)
    whole = one_price(line.quantity, line.net, line.discount, arithmetic)
    prices: tuple[Priced, ...] = (whole,)
    if parted and whole.net != rounded(line.net, arithmetic.money_decimals):
        prices = two_prices(line.quantity, line.net, arithmetic)
    return tuple(_goods(line, priced, tax_code, terms) for priced in prices)


def _goods(line: BilledLine, priced: Priced, tax_code: str, terms: Terms) -> SalesLine:
    as_text = line.sku in terms.text_skus or not line.stocked
    chosen = "; ".join(line.options) if terms.text_rule("options") == "line" else ""
    name = f"{line.name}; {chosen}" if chosen else line.name
    return SalesLine(
        kind=LineKind.FREE_TEXT if as_text else LineKind.GOODS,
        code="" if as_text else terms.skus.get(line.sku, line.sku),
        description=f"{name} ({line.sku})" if as_text else name,
        own_text=bool(chosen),
        quantity=priced.quantity,
        unit_price=priced.unit_price,
        unit_discount=priced.unit_discount,
        tax_code=tax_code,
        account=terms.revenue_account(line.sku),
        warehouse="" if as_text else terms.warehouse,
        item_id=line.item_id,
        net=priced.net,
    )


def _extra(line: BilledLine, tax_code: str, terms: Terms, arithmetic: Arithmetic) -> SalesLine:
    amount = rounded(line.net, arithmetic.money_decimals)
    kind = amount_kind(terms)
    return SalesLine(
        kind=kind,
        code="" if kind is LineKind.FREE_TEXT else line.code,
        description=line.name,
        unit_price=amount,
        tax_code=tax_code,
        account=line.account,
        extra=line.key,
        net=amount,
    )


def _charge(
    line: BilledLine, tax_code: str, shipping: ShippingTerms, terms: Terms, arithmetic: Arithmetic
) -> SalesLine:
    amount = rounded(line.net, arithmetic.money_decimals)
    kind = shipping_kind(terms)
    return SalesLine(
        kind=kind,
        code="" if kind is LineKind.FREE_TEXT else shipping.charge,
        description=line.name,
        quantity=Decimal(1),
        unit_price=amount,
        tax_code=tax_code,
        account=shipping.account,
        net=amount,
    )

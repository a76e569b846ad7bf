"""The order in one currency: what Magento billed, line by line, as the translation reads it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from tidegate.domain.errors import Code, Failure
from tidegate.domain.money import ZERO, shown, total
from tidegate.domain.order import LineAmounts, Order, OrderLine, Totals
from tidegate.domain.terms import Terms

#: How far an order's own figures may be apart: Magento rounds line by line (Magento contract, point 4).
SLACK = Decimal("0.02")


@dataclass(frozen=True, slots=True, kw_only=True)
class BilledLine:
    """One line in the document's currency: `net` after discount without tax, `tax` Magento's own."""

    sku: str
    name: str
    quantity: Decimal
    net: Decimal
    tax: Decimal
    discount: Decimal  #: without tax, positive
    rate: Decimal  #: percent
    tax_names: tuple[str, ...]
    item_id: int | None = None
    stocked: bool = True  #: false for the part of a bundle that only carries money


@dataclass(frozen=True, slots=True)
class Billed:
    """The order's figures in the document's currency."""

    currency: str
    lines: tuple[BilledLine, ...]
    totals: Totals


def billed(order: Order, terms: Terms) -> Billed | Failure:
    """Choose the currency side of the order by the connection's `amounts`.

    `auto` takes the side that is in the company's own currency, the order's before the website's;
    when neither is, the order is held for `currency:<order currency>`.
    """
    side = terms.amounts
    if side == "auto":
        if order.currency == terms.currency:
            side = "order"
        elif order.base_currency == terms.currency:
            side = "base"
        else:
            return Failure(
                Code.UNMAPPED_CURRENCY,
                f"Order {order.increment_id} is in {order.currency} (base {order.base_currency}), the "
                f"company keeps {terms.currency}. If it has accounts in that currency, set amounts to "
                f'"order" or "base" in [connections.{terms.connection}].',
                missing=f"currency:{order.currency}",
                sent=False,
            )
    of_order = side == "order"
    lines = tuple(_line(line, line.amounts if of_order else line.base) for line in order.lines)
    if terms.bundles == "parent":
        lines = _bundles_as_one(order, lines)
    return Billed(
        order.currency if of_order else order.base_currency,
        lines,
        order.totals if of_order else order.base_totals,
    )


def check_sum(order: Order, document: Billed) -> Failure | None:
    """Whether lines + shipping + tax make the grand total, give or take 0.02; else which figure is off.

    Source: field-failures 19. Anything that Magento bills outside lines, shipping and tax (store
    credit, gift cards, surcharges of extensions) shows here and must not reach the ERP unexplained.
    """
    totals = document.totals
    goods = total(line.net for line in document.lines)
    line_tax = total(line.tax for line in document.lines) + totals.shipping_tax
    summed = goods + totals.shipping + totals.tax
    if abs(summed - totals.grand_total) <= SLACK:
        return None
    if abs(goods - totals.goods) > SLACK:
        off = f"the lines add up to {shown(goods)}, but the order's goods total is {shown(totals.goods)}"
    elif abs(line_tax - totals.tax) > SLACK:
        off = (
            f"the taxes of lines and shipping add up to {shown(line_tax)}, tax_amount is {shown(totals.tax)}"
        )
    else:
        off = (
            f"lines, shipping and tax agree with their own totals, so grand_total holds "
            f"{shown(totals.grand_total - summed)} of something else: store credit, a gift card, a surcharge"
        )
    return Failure(
        Code.TOTALS_DIFFER,
        f"Magento's own figures of order {order.increment_id} do not add up: lines {shown(goods)} + shipping "
        f"{shown(totals.shipping)} + tax {shown(totals.tax)} = {shown(summed)}, but grand_total is "
        f"{shown(totals.grand_total)} {document.currency}: {off}.",
        sent=False,
        details={
            "currency": document.currency,
            "lines": shown(goods),
            "goods total": shown(totals.goods),
            "shipping": shown(totals.shipping),
            "tax of lines and shipping": shown(line_tax),
            "tax": shown(totals.tax),
            "sum": shown(summed),
            "grand total": shown(totals.grand_total),
            "difference": shown(totals.grand_total - summed),
            "off": off,
        },
    )


def _line(line: OrderLine, amounts: LineAmounts) -> BilledLine:
    return BilledLine(
        sku=line.sku,
        name=line.name,
        quantity=line.quantity,
        net=amounts.net,
        tax=amounts.tax,
        discount=amounts.discount,
        rate=line.tax_rate,
        tax_names=line.tax_names,
        item_id=line.item_id,
    )


def _bundles_as_one(order: Order, lines: tuple[BilledLine, ...]) -> tuple[BilledLine, ...]:
    """Components of one bundle become one line of the bundle's own SKU, where its first one stood.

    A bundle whose components are taxed differently keeps one line for each tax: the first counts
    the pieces, the others carry only money.
    """
    parts: dict[int, dict[tuple[Decimal, tuple[str, ...]], list[BilledLine]]] = {}
    for source, line in zip(order.lines, lines, strict=True):
        if source.bundle_item_id is not None:
            by_tax = parts.setdefault(source.bundle_item_id, {})
            by_tax.setdefault((line.rate, line.tax_names), []).append(line)
    result: list[BilledLine] = []
    for source, line in zip(order.lines, lines, strict=True):
        if source.bundle_item_id is None:
            result.append(line)
            continue
        for position, ((rate, names), members) in enumerate(parts.pop(source.bundle_item_id, {}).items()):
            result.append(
                BilledLine(
                    sku=source.bundle_sku,
                    name=source.bundle_name or source.bundle_sku,
                    quantity=source.bundle_quantity if position == 0 else Decimal(1),
                    net=total(member.net for member in members),
                    tax=total(member.tax for member in members),
                    discount=total(member.discount for member in members),
                    rate=rate,
                    tax_names=names,
                    item_id=source.bundle_item_id,
                    stocked=position == 0,
                )
            )
    return tuple(result)


def shipping_line(order: Order, document: Billed) -> BilledLine | None:
    """Shipping as a line, its discount already off; None when nothing is billed for it."""
    totals = document.totals
    if totals.shipping == 0 and totals.shipping_tax == 0:
        return None
    return BilledLine(
        sku="",
        name=order.shipping_description or order.shipping_method,
        quantity=Decimal(1),
        net=totals.shipping,
        tax=totals.shipping_tax,
        discount=ZERO,
        rate=order.shipping_tax_rate,
        tax_names=order.shipping_tax_names,
        stocked=False,
    )

"""The order in one currency: what Magento billed, line by line, as the translation reads it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

from tidegate.domain.errors import Code, Failure
from tidegate.domain.money import ZERO, product, quotient, rounded, shown, total
from tidegate.domain.orders.extras import (
    FIELDS,
    Placed,
    cancelling,
    configured,
    explains,
    payments,
    placed,
    terms_for,
)
from tidegate.domain.orders.line_keys import extra_key
from tidegate.domain.orders.order import LineAmounts, Order, OrderLine, Totals
from tidegate.domain.orders.terms import Terms

#: How far an order's own figures may be apart: Magento rounds line by line (Magento contract, point 4).
SLACK = Decimal("0.02")
CENT = Decimal("0.01")


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
    source: str = ""  #: of an amount besides goods and shipping: its source
    key: str = ""  #: of such an amount: our key of its line
    account: str = ""  #: of such an amount
    code: str = (
        ""  #: of such an amount: the charge or item that represents it, where free text is not allowed
    )
    tax_code: str = ""  #: of such an amount, when not the one mapped to its tax
    options: tuple[str, ...] = ()  #: what the buyer chose, in words


@dataclass(frozen=True, slots=True)
class Billed:
    """The order's figures in the document's currency."""

    currency: str
    lines: tuple[BilledLine, ...]
    totals: Totals
    extras: tuple[BilledLine, ...] = ()  #: amounts besides goods and shipping, one line each
    prepaid: tuple[Placed, ...] = ()  #: what gift cards, store credit and the like have paid

    @property
    def gross(self) -> Decimal:
        """The full value after tax: Magento's grand total and what was paid by other means."""
        return self.totals.grand_total + total(each.amount for each in self.prepaid)


def side_of(order: Order, terms: Terms) -> Literal["base", "order"] | None:
    """Which currency side of the order the company has by the connection's `amounts`; None for neither."""
    if terms.amounts != "auto":
        return terms.amounts
    if order.currency == terms.currency:
        return "order"
    return "base" if order.base_currency == terms.currency else None


def stated(order: Order, terms: Terms) -> tuple[str, Totals, Decimal]:
    """Currency, totals and full value as Magento states them, where the order cannot be translated (any more).

    The full value holds what gift cards and the like have paid, as `Billed.gross` does.
    """
    base = side_of(order, terms) == "base"
    totals = order.base_totals if base else order.totals
    paid = payments(order.extras, order.fields, terms.extras)
    gross = totals.grand_total + total(each.base if base else each.amount for each in paid)
    return order.base_currency if base else order.currency, totals, gross


def billed(order: Order, terms: Terms) -> Billed | Failure:
    """Choose the currency side of the order by the connection's `amounts`.

    `auto` takes the side that is in the company's own currency, the order's before the website's;
    when neither is, the order is held for `currency:<order currency>`.
    """
    side = side_of(order, terms)
    if side is None:
        return Failure(
            Code.UNMAPPED_CURRENCY,
            f"Order {order.increment_id} is in {order.currency} (base {order.base_currency}), the company's "
            f'currency is {terms.currency}. If it has accounts in that currency, set amounts to "order" '
            f'or "base" in [connections.{terms.connection}].',
            missing=f"currency:{order.currency}",
            sent=False,
        )
    of_order = side == "order"
    extras = placed(
        [*order.extras, *configured(order.fields, terms.extras)],
        terms.extras,
        base=not of_order,
        connection=terms.connection,
        subject=f"Order {order.increment_id}",
    )
    if isinstance(extras, Failure):
        return extras
    lines = tuple(_line(line, line.amounts if of_order else line.base) for line in order.lines)
    if terms.bundles == "parent":
        lines = _bundles_as_one(order, lines)
    document = Billed(
        order.currency if of_order else order.base_currency,
        lines,
        order.totals if of_order else order.base_totals,
        tuple(extra_line(order, each) for each in extras if not each.terms.payment),
        tuple(each for each in extras if each.terms.payment),
    )
    return _with_remainder(order, document, terms)


def gap(document: Billed) -> Decimal:
    """What the grand total holds besides lines, shipping, tax and named amounts.

    Magento's `tax_amount` holds the tax of named amounts; where an extension leaves it out, it is counted.
    """
    totals = document.totals
    known = total(line.net for line in (*document.lines, *document.extras)) + totals.shipping + totals.tax
    left = document.gross - known
    apart = left - total(line.tax for line in document.extras)
    return apart if abs(apart) < abs(left) else left


def extra_line(order: Order, each: Placed) -> BilledLine:
    """An amount besides goods and shipping as a line of its own."""
    rate, names = each.extra.tax_rate, each.extra.tax_names
    if each.tax and not rate:
        rate, names = _rate(order, each.amount, each.tax)
    return BilledLine(
        sku="",
        name=each.text,
        quantity=Decimal(1),
        net=each.amount,
        tax=each.tax,
        discount=ZERO,
        rate=rate if each.tax else ZERO,
        tax_names=names if each.tax else (),
        stocked=False,
        source=each.extra.source,
        key=extra_key(order.entity_id, each.extra.source, each.extra.item_id),
        account=each.terms.account,
        code=each.terms.code,
        tax_code=each.terms.tax_code,
    )


def _rate(order: Order, net: Decimal, tax: Decimal) -> tuple[Decimal, tuple[str, ...]]:
    """The rate of the order that explains the tax, else the tax as a percentage of the amount."""
    known = [(line.tax_rate, line.tax_names) for line in order.lines]
    for rate, names in [*known, (order.shipping_tax_rate, order.shipping_tax_names)]:
        if abs(product(net, rate).scaleb(-2) - tax) <= CENT:
            return rate, names
    return (rounded(quotient(tax.scaleb(2), net), 2) if net else ZERO), ()


def _with_remainder(order: Order, document: Billed, terms: Terms) -> Billed:
    """The amount that no field states, where the connection has an account for it."""
    there = terms_for("remainder", terms.extras)
    left = gap(document)
    if there is None or abs(left) <= SLACK or _off(document):
        return document
    line = BilledLine(
        sku="",
        name=there.text or "Other charges",
        quantity=Decimal(1),
        net=left,
        tax=ZERO,
        discount=ZERO,
        rate=ZERO,
        tax_names=(),
        stocked=False,
        source="remainder",
        key=extra_key(order.entity_id, "remainder"),
        account=there.account,
        tax_code=there.tax_code,
    )
    return replace(document, extras=(*document.extras, line))


def check_sum(order: Order, document: Billed, terms: Terms) -> Failure | None:
    """Whether everything billed makes the grand total, give or take 0.02; else which figure is off.

    Source: field-failures 19. What Magento bills in no field that anybody has named shows here and must
    not reach the ERP unexplained, also where two such amounts cancel each other out.
    """
    left = gap(document)
    if abs(left) <= SLACK:
        return _in_silence(order, document, terms)
    totals = document.totals
    goods = total(line.net for line in document.lines)
    line_tax = _line_tax(document)
    off = _off(document) or _unexplained(order, document, terms, left)
    others = "".join(f" + {line.name} {shown(line.net)}" for line in document.extras)
    others += "".join(f" - {each.text} {shown(each.amount)}" for each in document.prepaid)
    return Failure(
        Code.TOTALS_DIFFER,
        f"Magento's own figures of order {order.increment_id} do not add up: lines {shown(goods)} + shipping "
        f"{shown(totals.shipping)} + tax {shown(totals.tax)}{others} = {shown(totals.grand_total - left)}, but "
        f"grand_total is {shown(totals.grand_total)} {document.currency}: {off}.",
        sent=False,
        details={
            "currency": document.currency,
            "lines": shown(goods),
            "goods total": shown(totals.goods),
            "shipping": shown(totals.shipping),
            "tax of lines and shipping": shown(line_tax),
            "tax": shown(totals.tax),
            "sum": shown(totals.grand_total - left),
            "grand total": shown(totals.grand_total),
            "difference": shown(left),
            "off": off,
        },
    )


def _off(document: Billed) -> str:
    """Which of the order's own sums is wrong; "" when they all are right."""
    totals = document.totals
    goods = total(line.net for line in document.lines)
    line_tax = _line_tax(document)
    if abs(goods - totals.goods) > SLACK:
        return f"the lines add up to {shown(goods)}, but the order's goods total is {shown(totals.goods)}"
    if min(abs(line_tax - totals.tax), abs(line_tax - _extra_tax(document) - totals.tax)) > SLACK:
        return (
            f"the taxes of lines and shipping add up to {shown(line_tax)}, tax_amount is {shown(totals.tax)}"
        )
    return ""


def _line_tax(document: Billed) -> Decimal:
    lines = total(line.tax for line in document.lines)
    return lines + document.totals.shipping_tax + _extra_tax(document)


def _extra_tax(document: Billed) -> Decimal:
    return total(line.tax for line in document.extras)


def _unexplained(order: Order, document: Billed, terms: Terms, left: Decimal) -> str:
    """An amount in no field that is named: what it may be, and which key to set."""
    place = f"connections.{terms.connection}.amounts"
    text = (
        f"lines, shipping and tax agree with their own totals, so grand_total contains {shown(left)} that "
        "no field of the configuration explains"
    )
    base = document.totals is order.base_totals
    found = [
        each
        for each in explains(order.fields, left, base=base)
        if f"{FIELDS}.{each.field}" not in terms.extras
    ]
    if found:
        keys = " or ".join(f"[{place}.{FIELDS}.{each.field}]" for each in found)
        names = ", ".join(f"{each.field} = {shown(each.base if base else each.amount)}" for each in found)
        return f"{text}; the order has {names}: if that explains it, set {keys}"
    return f"{text}; set [{place}.{FIELDS}.NAME] for the field that holds it, or [{place}.remainder]"


def _in_silence(order: Order, document: Billed, terms: Terms) -> Failure | None:
    """Figures that add up only because two unmapped amounts cancel each other out."""
    pair = cancelling(order.fields, terms.extras)
    if not pair:
        return None
    base = document.totals is order.base_totals
    amounts = " and ".join(f"{each.field} {shown(each.base if base else each.amount)}" for each in pair)
    keys = ", ".join(f"[connections.{terms.connection}.amounts.{FIELDS}.{each.field}]" for each in pair)
    return Failure(
        Code.UNMAPPED_AMOUNT,
        f"Order {order.increment_id} has {amounts}, which cancel each other out in its total, and no key of "
        f"the configuration says how to treat them. Add {keys}.",
        missing=f"amount:{FIELDS}.{pair[0].field}",
        sent=False,
        details={"missing": ", ".join(f"{FIELDS}.{each.field}" for each in pair), "keys": keys},
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
        options=tuple(each.text for each in line.options),
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


def all_lines(order: Order, document: Billed) -> tuple[BilledLine, ...]:
    """Goods, amounts besides goods and shipping, then shipping."""
    shipping = shipping_line(order, document)
    return (*document.lines, *document.extras, *((shipping,) if shipping is not None else ()))

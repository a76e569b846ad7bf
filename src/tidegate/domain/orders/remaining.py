"""What remains of an order after the store has cancelled or refunded a part of it.

Magento cancels what is not invoiced and refunds what is, at any moment and by pieces; the order keeps
its ordered quantities and totals and counts what was taken back beside them (contract, point 36).
The ERP gets what remains: fewer pieces, amounts in proportion, and Magento's own total less what it
has taken back. The algorithm in words: `docs/algorithms/order-totals.md`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

import msgspec

from tidegate.domain.errors import Code, Failure
from tidegate.domain.money import ZERO, plain, product, quotient, rounded, scaled, shown, total
from tidegate.domain.orders.extras import WRAPPING, Extra
from tidegate.domain.orders.order import LineAmounts, Order, OrderLine, Reductions, Totals

#: How far the remaining lines may be from Magento's own figure: it parts amounts line by line, too.
SLACK = Decimal("0.02")


def is_reduced(order: Order) -> bool:
    """Whether anything of the order was cancelled or refunded."""
    pieces = any(line.cancelled or line.refunded for line in order.lines)
    return pieces or any(
        any(msgspec.structs.astuple(each)) for each in (order.reductions, order.base_reductions)
    )


def whole(order: Order) -> Order:
    """The order as it was placed: nothing cancelled, nothing refunded."""
    lines = tuple(msgspec.structs.replace(line, cancelled=ZERO, refunded=ZERO) for line in order.lines)
    return msgspec.structs.replace(order, lines=lines, reductions=Reductions(), base_reductions=Reductions())


def nothing_remains(order: Order) -> bool:
    """Whether every piece is cancelled or refunded and nothing is charged any more."""
    if not is_reduced(order) or any(line.remaining for line in order.lines):
        return False
    return _stated(order.totals, order.reductions) <= SLACK


def remaining(order: Order, *, whole_bundles: bool = False) -> Order | Failure:
    """The order without what was cancelled or refunded; itself when nothing was.

    Lines of which nothing remains are left out. `whole_bundles`: a bundle is one line of the ERP's
    order, so that its parts cannot remain in different measure. Wrapping is left out where Magento's totals
    say that a credit memo gave it back: the first one does, unasked. `review` when no pieces remain but
    something is charged, and when Magento's totals do not leave what its quantities leave.
    """
    if not is_reduced(order):
        return order
    if whole_bundles:
        parted = _parted_bundle(order)
        if parted:
            return Failure(
                Code.OTHER_CONTENT,
                f"Some parts of bundle {parted} of order {order.increment_id} are cancelled or refunded and "
                "others are not, but the bundle is one line in Sage (key bundles). Enter the order by "
                "hand, then `tidegate queue link`; or `tidegate queue skip`.",
                sent=False,
            )
    if order.lines and not any(line.remaining for line in order.lines):
        left = _stated(order.totals, order.reductions)
        return Failure(
            Code.TOTALS_DIFFER,
            f"All items of order {order.increment_id} are cancelled or refunded, but {shown(left)} "
            f"{order.currency} are still charged. Enter that amount in Sage by hand, then `tidegate queue "
            "link`; or `tidegate queue skip`.",
            sent=False,
        )
    one, other = _Share(), _Share()
    lines = tuple(
        _line(line, one.of(line.amounts, line), other.of(line.base, line))
        for line in order.lines
        if line.remaining
    )
    extras = tuple(
        _without(kept, order) for each in order.extras if (kept := _extra(each, order.lines)) is not None
    )
    sums = _sums(order, lines, extras)
    if isinstance(sums, Failure) and order.reductions.refunded:
        for instead in _otherwise(order, extras):
            otherwise = _sums(order, lines, instead)
            if not isinstance(otherwise, Failure):
                sums, extras = otherwise, instead
                break
    if isinstance(sums, Failure):
        return sums
    totals, base_totals = sums
    return msgspec.structs.replace(
        order,
        lines=lines,
        extras=extras,
        totals=totals,
        base_totals=base_totals,
        reductions=Reductions(),
        base_reductions=Reductions(),
    )


def _sums(
    order: Order, lines: tuple[OrderLine, ...], extras: tuple[Extra, ...]
) -> tuple[Totals, Totals] | Failure:
    """The totals of these lines and amounts in both currencies, where Magento's own leave the same."""
    gone, base_gone = _gone(order.extras, extras, base=False), _gone(order.extras, extras, base=True)
    totals = _totals(order.lines, lines, order.totals, order.reductions, gone, base=False)
    base_totals = _totals(order.lines, lines, order.base_totals, order.base_reductions, base_gone, base=True)
    for currency, before, now, taken in (
        (order.currency, order.totals, totals, order.reductions),
        (order.base_currency, order.base_totals, base_totals, order.base_reductions),
    ):
        problem = _differs(order, currency, before, now, taken)
        if problem is not None:
            return problem
    return totals, base_totals


def _otherwise(order: Order, extras: tuple[Extra, ...]) -> Iterator[tuple[Extra, ...]]:
    """What else may remain of amounts besides lines: Magento does not report it, its totals decide.

    A credit memo gives wrapping back unasked, and none of a bundle's own amounts where it takes parts of it alone.
    """
    bundled = {line.item_id for line in order.lines if line.bundle_item_id is not None}
    own = tuple(each for each in order.extras if each.item_id in bundled)
    others = tuple(each for each in extras if each.item_id not in bundled)
    for kept in (extras, (*others, *own)):
        yield tuple(each for each in kept if each.source not in WRAPPING)
    yield (*others, *own)


def _extra(extra: Extra, lines: tuple[OrderLine, ...]) -> Extra | None:
    """The part of a line's own amount, such as its fixed product tax, that goes with its remaining pieces."""
    line = next((each for each in lines if each.item_id == extra.item_id), None)
    if line is None or line.remaining == line.quantity:
        return extra
    if not line.remaining:
        return None

    def part(amount: Decimal) -> Decimal:
        return rounded(quotient(product(amount, line.remaining), line.quantity), 2)

    return msgspec.structs.replace(
        extra,
        amount=part(extra.amount),
        base=part(extra.base),
        tax=part(extra.tax),
        base_tax=part(extra.base_tax),
    )


def _without(extra: Extra, order: Order) -> Extra:
    """A gift card or the like without what credit memos gave back to it: so much less of the order is paid by it."""
    back = order.reductions.given_back.get(extra.source, ZERO)
    base_back = order.base_reductions.given_back.get(extra.source, ZERO)
    if not extra.is_payment or not (back or base_back):
        return extra
    return msgspec.structs.replace(extra, amount=extra.amount - back, base=extra.base - base_back)


def _gone(before: tuple[Extra, ...], now: tuple[Extra, ...], *, base: bool) -> tuple[Decimal, Decimal]:
    """What is no longer charged of amounts besides lines and shipping, and of their tax."""

    def sums(every: tuple[Extra, ...]) -> tuple[Decimal, Decimal]:
        extras = [each for each in every if not each.is_payment]
        net = total(each.base if base else each.amount for each in extras)
        return net, total(each.base_tax if base else each.tax for each in extras)

    (net, tax), (net_now, tax_now) = sums(before), sums(now)
    return net - net_now, tax - tax_now


@dataclass
class _Parted:
    """Parts of several amounts in cents; their sum is never more than half a cent from the exact one."""

    exact: Decimal = ZERO
    given: Decimal = ZERO

    def part(self, amount: Decimal, line: OrderLine) -> Decimal:
        """The part of a line's amount that goes with its remaining pieces."""
        self.exact += quotient(product(amount, line.remaining), line.quantity)
        cents = rounded(self.exact, 2) - self.given
        self.given += cents
        return cents


class _Share:
    """The remaining part of lines' amounts in one currency."""

    def __init__(self) -> None:
        self._net, self._tax, self._discount = _Parted(), _Parted(), _Parted()

    def of(self, amounts: LineAmounts, line: OrderLine) -> LineAmounts:
        """The amounts of the pieces that remain; a line that is whole keeps its own."""
        if line.remaining == line.quantity:
            return amounts
        return LineAmounts(
            net=self._net.part(amounts.net, line),
            tax=self._tax.part(amounts.tax, line),
            discount=self._discount.part(amounts.discount, line),
        )


def _line(line: OrderLine, amounts: LineAmounts, base: LineAmounts) -> OrderLine:
    bundles = line.bundle_quantity
    if bundles:
        bundles = _plain(quotient(product(bundles, line.remaining), line.quantity))
    return msgspec.structs.replace(
        line,
        quantity=line.remaining,
        amounts=amounts,
        base=base,
        bundle_quantity=bundles,
        cancelled=ZERO,
        refunded=ZERO,
    )


def _plain(value: Decimal) -> Decimal:
    return Decimal(plain(rounded(value, 8)))


def _parted_bundle(order: Order) -> str:
    """The SKU of a bundle whose parts remain in different measure; "" when there is none."""
    shares: dict[int, Decimal] = {}
    for line in order.lines:
        if line.bundle_item_id is None or not line.quantity:
            continue
        share = quotient(line.remaining, line.quantity)
        if shares.setdefault(line.bundle_item_id, share) != share:
            return line.bundle_sku
    return ""


def _totals(
    before: tuple[OrderLine, ...],
    now: tuple[OrderLine, ...],
    totals: Totals,
    taken: Reductions,
    gone: tuple[Decimal, Decimal],
    *,
    base: bool,
) -> Totals:
    """The sums of what remains; `gone` is what besides lines and shipping went with them.

    Whatever Magento's own figures are apart, they stay so.
    """

    def sums(lines: tuple[OrderLine, ...]) -> tuple[Decimal, Decimal]:
        amounts = [line.base if base else line.amounts for line in lines]
        return total(each.net for each in amounts), total(each.tax for each in amounts)

    (goods, tax), (goods_now, tax_now) = sums(before), sums(now)
    shipping, shipping_tax, shipping_discount = totals.shipping, totals.shipping_tax, totals.shipping_discount
    charged = shipping + shipping_discount
    if taken.shipping and charged:
        share = quotient(max(charged - taken.shipping, ZERO), charged)
        shipping, shipping_tax, shipping_discount = (
            rounded(scaled(each, share), 2) for each in (shipping, shipping_tax, shipping_discount)
        )
    tax_less = tax - tax_now + totals.shipping_tax - shipping_tax + gone[1]
    less = goods - goods_now + totals.shipping - shipping + tax_less + gone[0]
    computed = totals.grand_total - less + total(taken.given_back.values())
    stated = _stated(totals, taken)
    known = taken.cancelled or taken.refunded
    return Totals(
        goods=totals.goods - goods + goods_now,
        shipping=shipping,
        shipping_tax=shipping_tax,
        shipping_discount=shipping_discount,
        tax=totals.tax - tax_less,
        # To the cent by Magento's own word; what is further off is refused (`_differs`).
        grand_total=stated if known and abs(stated - computed) <= SLACK else computed,
    )


def _stated(totals: Totals, taken: Reductions) -> Decimal:
    return totals.grand_total - taken.cancelled - taken.refunded


def _differs(order: Order, currency: str, before: Totals, now: Totals, taken: Reductions) -> Failure | None:
    """A review with both figures when Magento's totals leave something else than its quantities."""
    stated = _stated(before, taken)
    if not (taken.cancelled or taken.refunded) or abs(stated - now.grand_total) <= SLACK:
        return None
    adjusted = f" (with adjustments of {shown(taken.adjustment)})" if taken.adjustment else ""
    base = before is order.base_totals
    besides = ", ".join(f"{each.name()} {shown(each.base if base else each.amount)}" for each in order.extras)
    also = (
        f" The order also has {besides}; Magento does not report whether that was refunded."
        if besides
        else ""
    )
    return Failure(
        Code.TOTALS_DIFFER,
        f"Magento has cancelled {shown(taken.cancelled)} and refunded {shown(taken.refunded)}{adjusted} of "
        f"order {order.increment_id} over {shown(before.grand_total)} {currency}, which leaves "
        f"{shown(stated)}; but the items and the shipping that are not cancelled or refunded add up to "
        f"{shown(now.grand_total)}.{also} Enter the order in Sage by hand, then `tidegate queue link`; or "
        "`tidegate queue skip`.",
        sent=False,
        details={
            "currency": currency,
            "grand total": shown(before.grand_total),
            "cancelled": shown(taken.cancelled),
            "refunded": shown(taken.refunded),
            "adjustment": shown(taken.adjustment),
            "remains by totals": shown(stated),
            "remains by quantities": shown(now.grand_total),
            **({"other amounts": besides} if besides else {}),
        },
    )

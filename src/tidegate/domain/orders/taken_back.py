"""What the store has cancelled or refunded of an order since it was sent, less what Sage has credited.

A credit note of Sage is written into the store as a credit memo, which raises the refunded quantities
there and may close the order: that is no news for Sage. Only what Sage knows nothing of is.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import msgspec

from tidegate.domain.errors import Failure
from tidegate.domain.money import ZERO, plain, product, quotient, shown
from tidegate.domain.orders.order import Order, OrderLine, Reductions
from tidegate.domain.orders.remaining import SLACK, remaining


class SentWith(msgspec.Struct, frozen=True, omit_defaults=True):
    """What was cancelled or refunded already when the order was sent; kept with its delivery.

    `pieces` by item id, `amount` in the order's currency; `gross` is the total that was sent. Versions that kept
    no `reductions` have their amounts by the pieces alone.
    """

    pieces: dict[str, Decimal] = {}
    amount: Decimal = ZERO
    gross: Decimal | None = None
    reductions: Reductions = Reductions()
    base_reductions: Reductions = Reductions()


NOTHING = SentWith()


def sent_with(order: Order, gross: Decimal) -> SentWith:
    """What an order is sent without."""
    return SentWith(
        {str(line.item_id): line.cancelled + line.refunded for line in order.lines if _taken(line)},
        order.reductions.cancelled + order.reductions.refunded,
        gross,
        order.reductions,
        order.base_reductions,
    )


def as_sent(order: Order, before: SentWith) -> Order | Failure:
    """The order as the company got it, whatever the store has taken back since; `review` as `remaining` says it."""
    lines = tuple(
        msgspec.structs.replace(line, cancelled=before.pieces.get(str(line.item_id), ZERO), refunded=ZERO)
        for line in order.lines
    )
    then = msgspec.structs.replace(
        order, lines=lines, reductions=before.reductions, base_reductions=before.base_reductions
    )
    return remaining(then)


def unexplained(order: Order, before: SentWith, credited: Mapping[int, Decimal] | None) -> list[str]:
    """Both figures of each line of which the store has taken back more than Sage has credited.

    `credited` are Sage's credited pieces by order item, or by the bundle's item; None when Sage has no
    credit note of the order at all. Then an amount taken back without pieces counts, too.
    """
    rows = []
    pieces = False
    for line in order.lines:
        since = _taken(line) - before.pieces.get(str(line.item_id), ZERO)
        pieces = pieces or since > 0
        by_sage = _credited(line, credited or {})
        if since > by_sage:
            rows.append(
                f"{line.sku}: {plain(line.cancelled)} cancelled and {plain(line.refunded)} refunded of "
                f"{plain(line.quantity)} in Magento, {plain(by_sage)} credited in Sage"
            )
    amount = order.reductions.cancelled + order.reductions.refunded - before.amount
    if not rows and not pieces and credited is None and amount > SLACK:
        rows.append(
            f"{shown(amount)} {order.currency} refunded without items in Magento, nothing credited in Sage"
        )
    return rows


def _taken(line: OrderLine) -> Decimal:
    return line.cancelled + line.refunded


def _credited(line: OrderLine, credited: Mapping[int, Decimal]) -> Decimal:
    own = credited.get(line.item_id, ZERO)
    bundles = credited.get(line.bundle_item_id or 0, ZERO)
    if not bundles or not line.bundle_quantity:
        return own
    return own + quotient(product(bundles, line.quantity), line.bundle_quantity)

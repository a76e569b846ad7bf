"""A despatch as Magento's shipment: which order items, how many pieces, and what is left to ship."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal

from tidegate.domain.errors import Failure
from tidegate.domain.fulfilment.store_order import BUNDLE, Pieces, StoreOrder, is_rest, lay, named
from tidegate.domain.money import ZERO


def wanted(
    lines: Sequence[Pieces], order: StoreOrder, codes: Mapping[str, str], together: Collection[int]
) -> tuple[dict[int, Decimal], tuple[str, ...]] | Failure:
    """Pieces by the order item that a shipment names, and in words what the order does not have.

    `together` are the bundles that ship as one parcel: those are named by the parent, the others by
    their children. What is not goods (virtual items) does not ship.
    """
    laid = lay(lines, order, codes)
    found = named(laid.pieces, order, together)
    if isinstance(found, Failure):
        return found
    goods = {item_id: quantity for item_id, quantity in found.items() if not _virtual(order, item_id)}
    return goods, laid.strange


def _virtual(order: StoreOrder, item_id: int) -> bool:
    item = order.item(item_id)
    return item is None or item.virtual


def left(order: StoreOrder) -> dict[int, Decimal]:
    """Pieces by item that are neither shipped, nor cancelled, nor refunded before they were shipped."""
    return {
        item.item_id: max(item.ordered - max(item.shipped, item.refunded) - item.cancelled, ZERO)
        for item in order.items
    }


def left_at_least(order: StoreOrder) -> dict[int, Decimal]:
    """The same where every refunded piece counts as one that was not shipped.

    Magento's releases count one way or the other: what lies between the two is tried, and a refusal of it is
    no lack of stock.
    """
    return {
        item.item_id: max(item.ordered - item.shipped - item.refunded - item.cancelled, ZERO)
        for item in order.items
    }


def along(pieces: Mapping[int, Decimal], order: StoreOrder, skus: Collection[str]) -> dict[int, Decimal]:
    """The pieces that go with the despatch that completes the goods: of `skus`, which the company does not know.

    To the company they are text on its order, which no despatch names.
    """
    left = left_at_least(order)
    found = {
        item.item_id: left[item.item_id]
        for item in order.items
        if item.sku in skus
        and item.parent_id is None
        and item.kind != BUNDLE
        and not item.virtual
        and left[item.item_id] > 0
        and item.item_id not in pieces
    }
    return found if is_rest({**pieces, **found}, left, order, goods=True) else {}


def bundles(order: StoreOrder) -> list[int]:
    """Product ids of the order's bundles: whether each ships together is asked of the product."""
    return sorted({item.product_id for item in order.items if item.kind == BUNDLE and item.product_id})

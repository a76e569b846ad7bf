"""A despatch as Magento's shipment: which order items, how many pieces, and what is left to ship."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal

from tidegate.domain.errors import Code, Failure
from tidegate.domain.fulfilment.store_document import StoreDocument
from tidegate.domain.fulfilment.store_order import (
    BUNDLE,
    Pieces,
    StoreItem,
    StoreOrder,
    allocate_lines,
    is_rest,
    named,
    taken_back,
)
from tidegate.domain.money import ZERO, plain, total


def wanted(
    lines: Sequence[Pieces], order: StoreOrder, codes: Mapping[str, str], together: Collection[int]
) -> tuple[dict[int, Decimal], tuple[str, ...]] | Failure:
    """Pieces by the order item that a shipment names, and in words what the order does not have.

    `together` are the bundles that ship as one parcel: those are named by the parent, the others by
    their children. What is not goods (virtual items) does not ship.
    """
    allocated = allocate_lines(lines, order, codes)
    found = named(allocated.pieces, order, together)
    if isinstance(found, Failure):
        return found
    goods = {item_id: quantity for item_id, quantity in found.items() if not _virtual(order, item_id)}
    return goods, allocated.unmatched


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


def is_certain_rest(pieces: Mapping[int, Decimal], order: StoreOrder) -> bool:
    """Whether these are all goods that are left, however the store counts refunded pieces.

    Only then may a shipment name no lines: Magento would leave out in silence what it does not count as left.
    """
    surely = left_at_least(order)
    within = all(quantity <= surely.get(item_id, ZERO) for item_id, quantity in pieces.items())
    return within and is_rest(pieces, left(order), order, goods=True)


def left_out(
    number: str, pieces: Mapping[int, Decimal], documents: Sequence[StoreDocument], order: StoreOrder
) -> Failure | None:
    """A review, with both figures, when the shipments of despatch `number` have fewer pieces than it has.

    Magento ships an order without the pieces that it does not count as left (refunded, cancelled), and says nothing.
    """
    rows, taken = [], False
    for item_id, quantity in pieces.items():
        item = order.item(item_id)
        there = None if item is None else _shipped(item, documents, order)
        if item is not None and there is not None and there < quantity:
            taken = taken or bool(item.refunded or item.cancelled)
            rows.append(
                f"{item.sku}: Sage {plain(quantity)}, Magento {plain(there)} of {plain(item.ordered)}{taken_back(item)}"
            )
    if not rows:
        return None
    names = ", ".join(document.number or str(document.id) for document in documents)
    why = ", which were refunded or cancelled there" if taken else ""
    what = "Ask for the items back, or charge them again" if taken else "Correct the shipment in Magento"
    text = (
        f"Sage's despatch {number} of order {order.increment_id} is Magento's shipment {names}, but the "
        f"shipment lacks items{why}: {'; '.join(rows)}. {what}; then `tidegate queue skip`."
    )
    return Failure(Code.OTHER_CONTENT, text, sent=False)


def _shipped(item: StoreItem, documents: Sequence[StoreDocument], order: StoreOrder) -> Decimal | None:
    """Its pieces on these shipments; None where they name a composite's parts and not itself."""
    if any(item.item_id in document.pieces for document in documents):
        return total(document.pieces.get(item.item_id, ZERO) for document in documents)
    parts = {part.item_id for part in order.children(item)}
    return None if any(parts & set(document.pieces) for document in documents) else ZERO


def along(pieces: Mapping[int, Decimal], order: StoreOrder, skus: Collection[str]) -> dict[int, Decimal]:
    """The pieces that go with the despatch that completes the goods: of `skus`, which the company does not know.

    To the company they are text on its order, which no despatch names.
    """
    remaining = left_at_least(order)
    found = {
        item.item_id: remaining[item.item_id]
        for item in order.items
        if item.sku in skus
        and item.parent_id is None
        and item.kind != BUNDLE
        and not item.virtual
        and remaining[item.item_id] > 0
        and item.item_id not in pieces
    }
    return found if is_rest({**pieces, **found}, remaining, order, goods=True) else {}


def bundles(order: StoreOrder) -> list[int]:
    """Product ids of the order's bundles: whether each ships together is asked of the product."""
    return sorted({item.product_id for item in order.items if item.kind == BUNDLE and item.product_id})

"""What orders that changed lately hold of the stock, light: for shops without multi-source inventory.

Such a shop takes the pieces of an order off its one number when the order is placed, whatever its state,
and puts them back when it is cancelled (design, *Availability*, trap 2; contract points 7 and 13 to 16).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec

from tidegate.domain.errors import Code, Failure
from tidegate.domain.money import ZERO
from tidegate.magento.changed_orders import Changed, ChangedOrders
from tidegate.magento.client import StoreClient
from tidegate.magento.orders import Websites
from tidegate.magento.product_skus import ProductSkus, may_have_options
from tidegate.magento.reading import taken_back
from tidegate.magento.search import instant
from tidegate.magento.unreadable_orders import Row
from tidegate.magento.wire import Amount, Id, Text
from tidegate.reading.shape import Shape

FIELDS = (
    "entity_id,state,status,store_id,created_at,items[item_id,parent_item_id,product_type,product_id,sku,"
    "qty_ordered,qty_shipped,qty_canceled,qty_refunded,"
    "product_option[extension_attributes[custom_options[option_id]]]]"
)


class _Item(msgspec.Struct):
    item_id: int
    parent_item_id: Id = None
    product_type: Text = None
    product_id: Id = None
    product_option: Any = None
    sku: Text = None
    qty_ordered: Amount = None
    qty_shipped: Amount = None
    qty_canceled: Amount = None
    qty_refunded: Amount = None


class _Order(msgspec.Struct):
    entity_id: int
    created_at: str
    state: Text = None
    status: Text = None
    store_id: Id = None
    items: list[_Item] | None = None


_DECODER: Shape[_Order] = Shape(_Order)


@dataclass(frozen=True, slots=True)
class OpenOrder:
    """One order and the pieces of simple SKUs that it holds; `website` is "" for a deleted one.

    It holds what is neither cancelled nor refunded, which may be zero, and all of it once a piece was shipped:
    what had left is not distinguished. `is_reduced`: something was cancelled or refunded. `products` are the products
    by id behind SKUs that may have custom options added.
    """

    entity_id: int
    state: str
    status: str
    website: str
    created_at: datetime
    pieces: tuple[tuple[str, Decimal], ...]
    is_reduced: bool = False
    products: Mapping[str, int] = field(default_factory=dict)


def read_open_orders(
    client: StoreClient, websites: Websites, changed: ChangedOrders, *, skus: ProductSkus | None = None
) -> Changed[OpenOrder] | Failure:
    """The `changed` orders, whatever their state.

    `skus` remembers the products of earlier calls: pieces are counted under their product's own SKU.
    """

    def read(row: Row) -> OpenOrder | Failure:
        return opened(row.raw, websites)

    found = changed.read(client, FIELDS, read)
    if isinstance(found, Failure):
        return found
    named = _own(found.orders, skus or ProductSkus(client))
    return named if isinstance(named, Failure) else Changed(named, found.unreadable)


def _own(orders: list[OpenOrder], skus: ProductSkus) -> list[OpenOrder] | Failure:
    known = skus.of({number for order in orders for number in order.products.values()})
    if isinstance(known, Failure):
        return known
    own = [{sku: known.get(number, sku) for sku, number in order.products.items()} for order in orders]
    return [
        replace(order, pieces=tuple((names.get(sku, sku), quantity) for sku, quantity in order.pieces))
        for order, names in zip(orders, own, strict=True)
    ]


def opened(raw: Mapping[str, Any], websites: Websites) -> OpenOrder | Failure:
    """One row of the list; MALFORMED when it cannot be read."""
    try:
        row = _DECODER.take(raw)
        created_at = instant(row.created_at)
    except (ValueError, ArithmeticError) as error:
        return Failure(Code.MALFORMED, f"an order of the list cannot be read: {error}", sent=False)
    codes = websites.codes()
    if not isinstance(codes, Failure) and row.store_id is not None and row.store_id not in codes:
        codes = websites.codes(fresh=True)  # a store view that was made since the list was read
    if isinstance(codes, Failure):
        return codes
    items = row.items or ()
    counted, whole = list(_counted(items)), {item.item_id: item for item in items}
    back = [_taken_back(item, whole.get(item.parent_item_id or 0)) for item in counted]
    gone = [ZERO for _ in back] if any(item.qty_shipped for item in items) else back
    return OpenOrder(
        row.entity_id,
        str(row.state or ""),
        str(row.status or ""),
        codes.get(row.store_id, "") if row.store_id is not None else "",
        created_at,
        tuple(
            (str(item.sku), max((item.qty_ordered or ZERO) - pieces, ZERO))
            for item, pieces in zip(counted, gone, strict=True)
        ),
        any(back),
        {
            str(item.sku): item.product_id
            for item in counted
            if item.product_id and may_have_options(str(item.sku), [True] * has_options(item.product_option))
        },
    )


def has_options(product_option: Any) -> bool:
    """Whether an item's `product_option` has custom options; PHP writes an empty one as [] (point 30)."""
    if not isinstance(product_option, dict) or not isinstance(
        product_option.get("extension_attributes"), dict
    ):
        return False
    return bool(product_option["extension_attributes"].get("custom_options"))


def _taken_back(item: _Item, whole: _Item | None) -> Decimal:
    """Pieces cancelled or refunded: of a variant, its configurable counts them (point 7)."""
    return sum((taken_back(item, whole, name) for name in ("qty_canceled", "qty_refunded")), ZERO)


def _counted(items: Sequence[_Item]) -> Iterator[_Item]:
    """Of a configurable the variant lies in stock, of a bundle its parts (point 7).

    The configurable's own line carries the variant's SKU with the options' added; its child has it as it is.
    """
    divided = {item.parent_item_id for item in items}
    for item in items:
        if item.item_id not in divided and item.sku is not None and item.qty_ordered:
            yield item

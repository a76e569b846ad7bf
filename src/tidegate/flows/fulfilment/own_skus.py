"""The SKUs that lines with custom options have of their products, where `skip_skus` may name those."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from tidegate.domain.errors import Failure
from tidegate.domain.fulfilment.store_order import StoreItem, StoreOrder
from tidegate.flows.connection import Connection
from tidegate.magento.store import MagentoStoreClient


def order_by_own_skus(
    connection: Connection, entity_id: int, *, amounts: bool = False
) -> StoreOrder | Failure:
    """The store's order as it is now, for a document of it; `amounts`: with what it comes to."""
    order = connection.store.documents.order(entity_id, amounts=amounts)
    if isinstance(order, Failure):
        return order
    return _own_skus(order, connection.settings.skip_skus, connection.store)


def _own_skus(order: StoreOrder, skus: Collection[str], store: MagentoStoreClient) -> StoreOrder | Failure:
    """The order, in which a line whose SKU begins with one of `skus` has its product's own: `GIFT-red` is `GIFT`.

    Only such lines cost a look-up, and their products are remembered.
    """
    begin = tuple(f"{sku}-" for sku in skus)
    asked = {item.product_id for item in order.items if item.product_id and item.sku.startswith(begin)}
    if not asked:
        return order
    known = store.orders.skus.of(asked)
    if isinstance(known, Failure):
        return known

    def own(item: StoreItem) -> StoreItem:
        return (
            replace(item, sku=known.get(item.product_id or 0, item.sku))
            if item.sku.startswith(begin)
            else item
        )

    return replace(order, items=tuple(own(item) for item in order.items))

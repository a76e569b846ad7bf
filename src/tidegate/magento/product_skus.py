"""The SKU of a product by its id: what an order line calls it may have custom options added.

Magento builds the line's SKU of the product's and of each option that has one: `HUB-0001-red`, and
`HUB-0001--` where an option's SKU is empty. The line's `product_id` names the product all the same; of a
configurable product the variant's line does. The stock, and Sage, know the product only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from tidegate.domain.errors import Code, Failure
from tidegate.domain.order import Order, OrderLine
from tidegate.magento.client import StoreClient
from tidegate.magento.search import Filter, Search
from tidegate.reading.shape import Rows

PATH = "/V1/products"
FIELDS = "items[id,sku],total_count"
MOST = 100  #: ids in one call
LARGEST = 20_000  #: products remembered; more are asked for again


class _Product(msgspec.Struct):
    id: int
    sku: str | int | None = None


_PAGE: Rows[_Product] = Rows(_Product)


def may_have_options(sku: str, options: Sequence[object]) -> bool:
    """Whether a line's SKU may be more than its product's: only such lines cost a look-up."""
    return bool(options) or sku.endswith("-") or "--" in sku


class ProductSkus:
    """The products of one store by id, asked for in pools and remembered."""

    def __init__(self, client: StoreClient) -> None:
        self._client = client
        self._known: dict[int, str] = {}

    def of(self, product_ids: Iterable[int]) -> Mapping[int, str] | Failure:
        """The SKUs of these products; those that the store no longer has are left out."""
        wanted = set(product_ids)
        if len(self._known) > LARGEST:
            self._known = {}
        known = self._known  # flows of other threads may ask at the same time
        missing = sorted(wanted - known.keys())
        for start in range(0, len(missing), MOST):
            search = Search().where(Filter("entity_id", "in", missing[start : start + MOST]))
            page = self._client.search(PATH, search.sized(MOST).only(FIELDS), _PAGE)
            if isinstance(page, Failure):
                return page
            known.update({each.id: str(each.sku) for each in page.items if each.sku is not None})
        return {number: known[number] for number in wanted if number in known}

    def own(self, orders: Sequence[Order]) -> list[Order] | Failure:
        """The orders with each line under its product's own SKU; the ordered one is kept beside it."""
        ids = {
            line.product_id
            for order in orders
            for line in order.lines
            if line.product_id is not None and may_have_options(line.sku, line.options)
        }
        if not ids:
            return list(orders)
        skus = self.of(ids)
        if isinstance(skus, Failure):
            # Who may not read products still reads orders; Sage then says which SKU it does not know.
            return list(orders) if skus.code is Code.NOT_PERMITTED else skus
        return [
            msgspec.structs.replace(order, lines=tuple(_own(line, skus) for line in order.lines))
            for order in orders
        ]


def _own(line: OrderLine, skus: Mapping[int, str]) -> OrderLine:
    sku = skus.get(line.product_id or 0, line.sku)
    if sku == line.sku or not may_have_options(line.sku, line.options):
        return line
    return msgspec.structs.replace(line, sku=sku, ordered_sku=line.sku)

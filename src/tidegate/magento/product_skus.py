"""The SKU of a product by its id: what an order line calls it may have custom options added.

Magento builds the line's SKU of the product's and of each option that has one: `HUB-0001-red`, and
`HUB-0001--` where an option's SKU is empty. The line's `product_id` names the product all the same; of a
configurable product the variant's line does. The stock, and Sage, know the product only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from tidegate.domain.errors import Code, Failure
from tidegate.domain.orders.order import Order, OrderLine
from tidegate.magento import option_titles
from tidegate.magento.client import StoreClient
from tidegate.magento.option_titles import OptionTitle, titled, titles
from tidegate.magento.search import Filter, Search
from tidegate.reading.shape import Rows

PATH = "/V1/products"
FIELDS = f"items[id,sku,{option_titles.FIELDS}],total_count"
MOST = 100  #: ids in one call
LARGEST = 20_000  #: products and options remembered; more are asked for again


class _Product(msgspec.Struct):
    id: int
    sku: str | int | None = None
    options: Any = None


_PAGE: Rows[_Product] = Rows(_Product)


def may_have_options(sku: str, options: Sequence[object]) -> bool:
    """Whether a line's SKU may be more than its product's: only such lines cost a look-up."""
    return bool(options) or sku.endswith("-") or "--" in sku


def may_be_unread(order: Order) -> bool:
    """Whether a line may still be called as it was ordered: its product was not found, or not looked up."""
    return any(not line.ordered_sku and may_have_options(line.sku, line.options) for line in order.lines)


class ProductSkus:
    """The products of one store by id, with their options' titles: asked for in pools and remembered."""

    def __init__(self, client: StoreClient) -> None:
        self._client = client
        self._known: dict[int, str] = {}
        self._titles: dict[str, OptionTitle] = {}
        self._untitled: set[str] = set()  #: options that were looked for in vain: gone from their product

    def of(self, product_ids: Iterable[int]) -> Mapping[int, str] | Failure:
        """The SKUs of these products; those that the store no longer has are left out."""
        self._make_room()
        wanted = set(product_ids)
        failure = self._ask(wanted - self._known.keys())
        known = self._known  # flows of other threads may ask at the same time
        return failure or {number: known[number] for number in wanted if number in known}

    def own(self, orders: Sequence[Order]) -> list[Order] | Failure:
        """The orders with each line under its product's own SKU, and its options by their titles.

        The ordered SKU is kept beside it. Titles that cannot be read leave the options' ids.
        """
        lines = [line for order in orders for line in order.lines if may_have_options(line.sku, line.options)]
        if not lines:
            return list(orders)
        self._make_room()
        failure = self._ask(self._missing(lines))
        if failure is not None:
            # Who may not read products still reads orders; Sage then says which SKU it does not know.
            return list(orders) if failure.code is Code.NOT_PERMITTED else failure
        options = {option.id for line in lines for option in line.options}
        self._untitled |= options - self._titles.keys()
        return [
            msgspec.structs.replace(order, lines=tuple(self._own(line) for line in order.lines))
            for order in orders
        ]

    def _missing(self, lines: Iterable[OrderLine]) -> set[int]:
        """The products that must be asked for: unknown ones, and those that gained an option since."""
        wanted = {line.product_id for line in lines if line.product_id not in self._known}
        for line in lines:
            if {option.id for option in line.options} - self._titles.keys() - self._untitled:
                wanted |= {line.options_of or line.product_id}
        return {number for number in wanted if number is not None}

    def _make_room(self) -> None:
        if len(self._known) + len(self._titles) + len(self._untitled) > LARGEST:
            self._known, self._titles, self._untitled = {}, {}, set()

    def _ask(self, product_ids: Iterable[int]) -> Failure | None:
        missing = sorted(product_ids)
        for part in self._client.pools(missing, MOST):
            search = Search().where(Filter("entity_id", "in", part))
            page = self._client.search(PATH, search.sized(MOST).only(FIELDS), _PAGE)
            if isinstance(page, Failure):
                return page
            self._known.update({each.id: str(each.sku) for each in page.items if each.sku is not None})
            for each in page.items:
                self._titles.update(titles(each.options))
        return None

    def _own(self, line: OrderLine) -> OrderLine:
        if not may_have_options(line.sku, line.options):
            return line
        line = msgspec.structs.replace(line, options=tuple(titled(one, self._titles) for one in line.options))
        return _own(line, self._known)


def _own(line: OrderLine, skus: Mapping[int, str]) -> OrderLine:
    sku = skus.get(line.product_id or 0, line.sku)
    return line if sku == line.sku else msgspec.structs.replace(line, sku=sku, ordered_sku=line.sku)

"""Every product's SKU, name and one attribute, for the first load and the coverage of mappings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec

from tidegate.domain.errors import Failure
from tidegate.magento.client import StoreClient
from tidegate.magento.paging import shrunk
from tidegate.magento.search import Filter, Search
from tidegate.reading.shape import Rows

PATH = "/V1/products"
PAGE = 300


class _Attribute(msgspec.Struct):
    attribute_code: str
    value: Any = None


class _Product(msgspec.Struct):
    id: int
    sku: str | int
    name: str | int | None = None
    type_id: str = ""
    custom_attributes: list[_Attribute] | None = None


_PAGE: Rows[_Product] = Rows(_Product)


@dataclass(frozen=True, slots=True)
class ListedProduct:
    """One product of the store; `attribute` is the value of the attribute asked for, "" without one."""

    sku: str
    name: str
    type: str
    attribute: str = ""


def read_products(
    client: StoreClient, attribute: str = "", *, page_size: int = PAGE
) -> list[ListedProduct] | Failure:
    """All products by ascending id; pages go on behind the last id, so that none is hidden by another."""
    fields = "items[id,sku,name,type_id,custom_attributes],total_count"
    search = Search().sorted_by("entity_id").only(fields)
    found: list[ListedProduct] = []
    last = 0
    while True:
        size = client.page_size(PATH, page_size)
        page = client.search(PATH, search.where(Filter("entity_id", "gt", last)).sized(size), _PAGE)
        if isinstance(page, Failure):
            if shrunk(client, PATH, size, page):
                continue
            return page
        found += [_listed(each, attribute) for each in sorted(page.items, key=lambda each: each.id)]
        newest = max((*(each.id for each in page.items), *(row.key or 0 for row in page.bad)), default=0)
        if newest <= last or page.count >= page.total_count:
            return found
        last = newest


def _listed(product: _Product, attribute: str) -> ListedProduct:
    values = [each.value for each in product.custom_attributes or () if each.attribute_code == attribute]
    value = str(values[0]) if values and values[0] is not None else ""
    return ListedProduct(str(product.sku), str(product.name or ""), product.type_id, value)
